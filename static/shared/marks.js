// Pictures of steps with marks on them that show where to tap.

import { el, shown, text } from "./dom.js";
import { drawMarks, drawPointer, layer, within } from "./mark-shapes.js";

/** The instructor's finger is shown for this time. */
const POINTER_STAYS_MS = 4_000;
/** A screenshot of a phone is not shown wider than a phone where only a part of it is. */
const LIFE_SIZE_PX = 400;
/** Room above and below the marks of a part: for a label, but no more than this share of the height. */
const MARGIN_LETTERS = 1.6;
const MARGIN_SHARE = 0.14;
/** A part that would be smaller than this share of its full size shows fewer marks. */
const SMALLEST = 0.4;

/**
 * Makes a picture that fills its place in the page and keeps its proportions, with its marks. `onLost(is)` is told whether its file
 * cannot be loaded; otherwise its description is shown instead. Returns `{ node, sheet, show, point, tryAgain }`:
 *  - `show(picture, options)` shows a picture of a step as the API gives it, or nothing for null. Options: `isSmall` takes the small
 *    file; `image` is an `img` of that file that is loaded already; `spoken` replaces the text for screen readers; `isCropped` shows
 *    only the part with the marks where the whole would be small; `over` is an element that lies over it, which labels keep away from.
 *  - `point(points)` shows for a moment where the instructor points, or nothing for an empty list.
 *  - `sheet` is the element that has exactly the size of the picture.
 */
export function markedPicture({ onLost = null } = {}) {
  const [marks, pointer] = [layer("marks"), layer("marks pointer")];
  const lost = el("p", { class: "lost-picture", hidden: true });
  const sheet = el("div", { class: "picture-sheet" }, marks, pointer);
  const node = el("div", { class: "marked", hidden: true }, sheet, lost);
  let [now, points, drawn, isCropped, over, pointing] = [null, [], "", false, null, 0];
  const fit = () => {
    const { clientWidth: wide, clientHeight: high } = node;
    if (!now || wide === 0) return;
    const letter = parseFloat(getComputedStyle(marks).fontSize);
    const wanted = JSON.stringify([wide, high, letter, now.width, now.height, now.marks, isCropped, points]);
    if (wanted === drawn) return;
    drawn = wanted;
    const { scale, top, bottom } = isCropped ? partOf(now, points, wide, high, letter) : wholeOf(now, wide, high);
    const [width, height, aside] = [now.width * scale, now.height * scale, (wide - now.width * scale) / 2];
    Object.assign(sheet.style, { width: `${width}px`, height: `${bottom - top}px` });
    sheet.dataset.cut = [top > 1 && "top", bottom < height - 1 && "bottom"].filter(Boolean).join(" ");
    const ys = (now.marks ?? []).flatMap(({ y, to_y: end }) => [y, end ?? y]).map((y) => y * height);
    node.dataset.more = ys.some((y) => y < top || y > bottom);
    sheet.querySelector("img").style.objectPosition = `0 ${-top}px`;
    const room = { left: -aside, right: width + aside, top, bottom };
    drawMarks(marks, now.marks ?? [], width, height, { ...room, taken: over ? [boxOver(over, sheet, top)] : [] });
    drawPointer(pointer, points, width, height, room);
  };
  new ResizeObserver(fit).observe(node);
  return {
    node,
    sheet,
    show(picture, options = {}) {
      shown(node, picture);
      if (!picture) return put(null);
      const { isSmall = false, image = null, spoken = spokenPicture(picture) } = options;
      const src = isSmall ? picture.small_url : picture.url;
      if (now && sheet.firstChild.getAttribute("src") !== src) put(null);
      if (!now) put(image && !image.isConnected ? image : imageOf(src));
      [now, isCropped, over] = [picture, options.isCropped, options.over];
      Object.assign(sheet.firstChild, { width: picture.width, height: picture.height, alt: spoken });
      text(lost, spoken);
      return fit();
    },
    point(wanted) {
      clearTimeout(pointing);
      points = wanted;
      if (points.length) pointing = setTimeout(() => this.point([]), POINTER_STAYS_MS);
      fit();
    },
    tryAgain() {
      if (now && node.classList.contains("lost")) sheet.firstChild.src = sheet.firstChild.getAttribute("src");
    },
  };

  function put(image) {
    [now, points, drawn] = [null, [], ""];
    sheet.querySelector("img")?.remove();
    markLost(false);
    if (!image) return;
    sheet.prepend(image);
    image.onerror = () => image.isConnected && markLost(true);
    image.onload = () => image.isConnected && markLost(false);
    if (image.complete && image.naturalWidth === 0) markLost(true);
  }

  function markLost(is) {
    node.classList.toggle("lost", is);
    shown(sheet, !is);
    shown(lost, is && !onLost);
    onLost?.(is);
  }
}

/** Returns the picture of a step for a phone of one of these kinds, the likeliest first; else the one for all, or the first. */
export function pictureFor({ pictures = [] }, kinds = []) {
  const found = [...kinds, "ALL"].map((kind) => pictures.find((picture) => picture.shown_on === kind));
  return found.find(Boolean) ?? pictures[0] ?? null;
}

function wholeOf({ width, height }, wide, high) {
  const scale = Math.min(wide / width, high / height);
  return { scale, top: 0, bottom: height * scale };
}

/** Returns the part of a picture with its marks and the instructor's finger, as large as on a phone if it fits. Where all of that would be small, the part around the finger or, without one, the first mark. */
function partOf({ width, height, marks = [] }, points, wide, high, letter) {
  const whole = wholeOf({ width, height }, wide, high);
  const reach = (mark) => (mark.kind === "RING" ? ((mark.size ?? 0) * width) / height : 0);
  const ends = [...marks.map((mark) => [mark.y - reach(mark), mark.y + reach(mark), mark.to_y ?? mark.y]), ...points.map(([, y]) => [y])];
  if (ends.length === 0) return whole;
  const widest = Math.min(wide, LIFE_SIZE_PX) / width;
  const margin = Math.min(MARGIN_LETTERS * letter, MARGIN_SHARE * high);
  const around = (ys) => {
    const [first, last] = [Math.min(...ys) * height, Math.max(...ys) * height];
    const scale = Math.max(whole.scale, Math.min(widest, (high - 2 * margin) / Math.max(1, last - first)));
    const shownHigh = Math.min(height * scale, high);
    const top = within(((first + last) / 2) * scale - shownHigh / 2, 0, height * scale - shownHigh);
    return { scale, top, bottom: top + shownHigh };
  };
  const [all, first] = [around(ends.flat()), around(points.length > 0 ? points.map(([, y]) => y) : ends[0])];
  if (all.scale > widest * SMALLEST) return all;
  if (points.length > 0) return first.scale > widest * SMALLEST ? first : around([points.at(-1)[1]]);
  return first.scale > widest * SMALLEST ? first : around(ends[0].slice(0, 1));
}

/** The box of an element in the coordinates of the picture that it lies over. */
function boxOver(over, sheet, top) {
  const [a, b] = [over, sheet].map((node) => node.getBoundingClientRect());
  return [a.left - b.left, a.top - b.top + top, a.right - b.left, a.bottom - b.top + top];
}

/** Makes an image that appears together with what it is put beside, if its file is there. */
export function imageOf(src) {
  return el("img", { src, alt: "", decoding: "sync", draggable: "false" });
}

/** The description of a picture and the labels on it, as sentences. */
export function spokenPicture(picture) {
  if (!picture) return "";
  const labels = (picture.marks ?? []).map(({ kind, number, label }) => [kind === "NUMBER" && number, label].filter(Boolean).join(" "));
  return [picture.alt, ...labels].map((part) => part?.trim()).filter(Boolean).map((part) => (/[.!?…。！？]$/.test(part) ? part : `${part}.`)).join(" ");
}
