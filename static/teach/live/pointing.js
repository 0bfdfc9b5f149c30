// The instructor's finger on a picture: a tap is a ring, a stroke is a line, and arrow keys move a ring. All phones and walls with the
// same picture show it.

import { words } from "../../shared/words.js";

const SENDS_EVERY_MS = 70;
const POINTS_MAX = 64;
/** Nearer points, in shares of the picture, are one point. */
const NEAR = 0.012;
/** A stroke of one's own is not drawn again as it comes back from the server. */
const OWN_FOR_MS = 1_000;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Steps of the ring with a key, in shares of the picture: usual ones, and those with the shift key. */
const KEY_MOVES = 0.02;
const KEY_LEAPS = 0.1;

let drawnAt = 0;

/** Tells whether this page has just drawn by itself. */
export const drawsNow = () => performance.now() - drawnAt < OWN_FOR_MS;

/** Makes the picture of a view one that can be pointed at. `picture()` returns what it shows, `send(picture, points)` tells everyone. */
export function pointable(view, { picture, send }) {
  let [points, pointedAt, sentAt, waiting] = [null, null, 0, 0];
  const tell = () => {
    clearTimeout(waiting);
    const rest = SENDS_EVERY_MS - (performance.now() - sentAt);
    if (rest > 0) {
      waiting = setTimeout(tell, rest);
      return;
    }
    sentAt = performance.now();
    const shown = picture();
    if (shown?.picture === pointedAt && points) send(pointedAt, points);
  };
  const draw = () => {
    drawnAt = performance.now();
    pointedAt = picture()?.picture;
    view.point(points);
    tell();
  };
  const { sheet } = view;
  sheet.classList.add("pointable");
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    sheet.setPointerCapture(event.pointerId);
    points = [placeOf(event, sheet)];
    draw();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!sheet.hasPointerCapture(event.pointerId)) return;
    const to = placeOf(event, sheet);
    if (distance(points.at(-1), to) < NEAR) return;
    points = thinned([...points, to]);
    draw();
  });
  sheet.tabIndex = 0;
  sheet.setAttribute("role", "application");
  sheet.setAttribute("aria-label", words.board.pointingByKeys);
  sheet.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    const shown = picture();
    if (!way || !shown || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = pointedAt === shown.picture ? points.at(-1) : beginningOf(shown);
    const far = event.shiftKey ? KEY_LEAPS : KEY_MOVES;
    points = [from.map((at, n) => rounded(at + way[n] * far))];
    draw();
  });
}

/** Returns the place at which a ring that keys move begins: the first mark, else the middle. */
function beginningOf({ marks }) {
  const [first] = marks ?? [];
  return first ? [first.x, first.y] : [0.5, 0.5];
}

function placeOf({ clientX, clientY }, sheet) {
  const { left, top, width, height } = sheet.getBoundingClientRect();
  return [rounded((clientX - left) / width), rounded((clientY - top) / height)];
}

const rounded = (share) => Math.round(Math.max(0, Math.min(1, share)) * 10_000) / 10_000;

const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

/** A long stroke keeps every second point of what is not its end. */
function thinned(points) {
  return points.length <= POINTS_MAX ? points : points.filter((_, at) => at % 2 === 0 || at === points.length - 1);
}
