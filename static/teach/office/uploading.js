// Sends pictures to the server. A file that is larger than phones need, or of a kind that the server does not take, is drawn anew before.

import { post, withRetries } from "../../shared/api.js";
import { words } from "../../shared/words.js";
import { MessageError, messageOf } from "./errors.js";

export { pagesOf } from "./pdf.js";

const KINDS = ["image/png", "image/jpeg", "image/webp"];
const MAX_BYTES = 10 * 1024 * 1024;
/** A file with more of either is made smaller: phones show less. */
const USUAL_MAX_BYTES = 4 * 1024 * 1024;
const USUAL_MAX_PIXELS = 4_500_000;
const QUALITY = 0.9;
/** Refusals that the server explains itself. */
const EXPLAINED = ["PICTURE_REFUSED", "TOO_MANY_PICTURES", "SLIDES_REFUSED", "PAGE_REFUSED"];

/** Resolves to the picture as the server keeps it: its name, its addresses and its size. */
export async function sendPicture(api, lecture, file) {
  const body = await prepared(file);
  return withRetries(() => api.call(post, `/api/lectures/${lecture}/pictures`, body));
}

/** The reason why a picture was not taken, in words. */
export function pictureReason(error) {
  if (error.status === 413) return words.pictures.tooLarge;
  return EXPLAINED.includes(error.code) ? error.message : messageOf(error);
}

/** True if the same file would be refused again. */
export const isFinal = (error) => error instanceof MessageError || [400, 413, 415].includes(error.status);

async function prepared(file) {
  const image = await createImageBitmap(file).catch(() => null);
  try {
    return await smallEnough(file, image);
  } finally {
    // A photo has some 50 MB in memory, and a pile has many.
    image?.close();
  }
}

async function smallEnough(file, image) {
  const isKnown = KINDS.includes(file.type);
  if (!image && !isKnown) throw new MessageError(words.pictures.unreadable);
  const isUsual = file.size <= USUAL_MAX_BYTES && (!image || image.width * image.height <= USUAL_MAX_PIXELS);
  if (isKnown && isUsual) return file;
  const smaller = image && (await redrawn(image));
  if (!smaller && file.size > MAX_BYTES) throw new MessageError(words.pictures.tooLarge);
  return smaller ?? file;
}

/** Draws a picture anew as a JPEG of a usual size. */
function redrawn(image) {
  const scale = Math.min(1, Math.sqrt(USUAL_MAX_PIXELS / (image.width * image.height)));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.max(1, Math.floor(image.width * scale)), height: Math.max(1, Math.floor(image.height * scale)) });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
