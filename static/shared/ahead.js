// Fetches pictures before they are shown, so that a step and its picture appear together.

const IMAGES_MAX = 6;
const STEPS_AHEAD = 2;

/** The newest images, by the path of their file. */
const images = new Map();

/** Returns an image of this file: the one that was fetched ahead, if there is one. */
export function imageAt(src) {
  return images.get(src) ?? made(src);
}

function made(src) {
  const image = new Image();
  Object.assign(image, { decoding: "sync", draggable: false, src });
  images.set(src, image);
  if (images.size > IMAGES_MAX) images.delete(images.keys().next().value);
  return image;
}

/** Fetches the pictures of the next steps, once the one of this step is there. `pictureOf` returns the picture of a step, or null. */
export async function fetchAhead(step, steps, pictureOf) {
  const at = steps.findIndex(({ id }) => id === step?.id);
  const coming = step ? steps.slice(at, at + 1 + STEPS_AHEAD) : steps.slice(0, 1);
  for (const picture of (at < 0 && step ? [] : coming).map((one) => pictureOf(one)).filter(Boolean)) {
    // One that cannot be loaded now is tried again when its step comes.
    await imageAt(picture.url).decode().catch(() => images.delete(picture.url));
  }
}

/** Fetches all these files one after another, for a phone that stores them. */
export async function fetchAll(paths) {
  for (const path of paths) {
    if (!(await fetch(path, { priority: "low" }).catch(() => null))) return;
  }
}
