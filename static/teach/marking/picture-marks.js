// Marks on a picture, as plain data. Places are shares of its width and height, and a length is a share of its width.
// `tall` is the height of the picture in widths.

export const KINDS = ["RING", "ARROW", "BOX", "SWIPE", "NUMBER"];
export const MARKS_MAX = 12;
const NUMBER_MAX = 9;

const RING = { usual: 0.1, least: 0.03, most: 0.5 };
const BOX = { wide: 0.36, high: 0.14, least: 0.03 };
const ARROW = 0.24;
const SWIPE = 0.5;
const GROWS_BY = 1.15;

const between = (value, low, high) => Math.min(high, Math.max(low, value));
const rounded = (value) => Math.round(value * 10_000) / 10_000;
const share = (value) => rounded(between(value, 0, 1));
const point = (x, y) => ({ x: share(x), y: share(y) });
const end = (x, y) => ({ to_x: share(x), to_y: share(y) });
const hasEnd = ({ kind }) => kind === "BOX" || kind === "ARROW" || kind === "SWIPE";

/** Makes a mark where a finger pressed; `to` is where it was lifted, if it has moved. */
export function newMark(kind, [x, y], to, { tall, marks }) {
  if (kind === "RING") return { kind, ...point(x, y), size: to ? ringTo([x, y], to, tall) : RING.usual };
  if (kind === "NUMBER") return { kind, ...point(...(to ?? [x, y])), number: nextNumber(marks) };
  if (to) return { kind, ...point(x, y), ...end(...to) };
  if (kind === "BOX") return { kind, ...point(x - BOX.wide / 2, y - BOX.high / 2 / tall), ...end(x + BOX.wide / 2, y + BOX.high / 2 / tall) };
  // The finger has pressed on the tip of an arrow, and where a movement begins.
  if (kind === "ARROW") return { kind, ...point(x + (x > 0.5 ? -ARROW : ARROW), y + (y > 0.5 ? -ARROW : ARROW) / tall), ...end(x, y) };
  const up = y - SWIPE / tall;
  return { kind, ...point(x, y), ...end(x, up >= 0 ? up : y + SWIPE / tall) };
}

function nextNumber(marks) {
  const numbers = marks.map(({ number }) => number ?? 0);
  return between(Math.max(0, ...numbers) + 1, 1, NUMBER_MAX);
}

function ringTo([x, y], [toX, toY], tall) {
  return rounded(between(Math.hypot(toX - x, (toY - y) * tall), RING.least, RING.most));
}

/** Moves a mark. It stays on the picture. */
export function moved(mark, right, down) {
  const { x, y, to_x: toX = x, to_y: toY = y } = hasEnd(mark) ? mark : { x: mark.x, y: mark.y };
  const by = [between(right, -Math.min(x, toX), 1 - Math.max(x, toX)), between(down, -Math.min(y, toY), 1 - Math.max(y, toY))];
  return { ...mark, ...point(x + by[0], y + by[1]), ...(hasEnd(mark) && end(toX + by[0], toY + by[1])) };
}

/** The points of a mark that can be drawn elsewhere: `{ name, x, y }`. */
export function handles(mark, tall) {
  const { kind, x, y, size } = mark;
  if (kind === "NUMBER") return [];
  if (hasEnd(mark)) return [{ name: "from", x, y }, { name: "to", x: mark.to_x, y: mark.to_y }];
  if (x + size <= 1) return [{ name: "size", x: x + size, y }];
  return [x - size >= 0 ? { name: "size", x: x - size, y } : { name: "size", x, y: share(y + size / tall) }];
}

/** Draws a handle of a mark to another place. */
export function stretched(mark, name, [x, y], tall) {
  if (name === "size") return { ...mark, size: ringTo([mark.x, mark.y], [x, y], tall) };
  return { ...mark, ...(name === "from" ? point(x, y) : end(x, y)) };
}

/** Makes a mark larger, or smaller if `by` is -1. A number counts. */
export function grown(mark, by) {
  const factor = by > 0 ? GROWS_BY : 1 / GROWS_BY;
  if (mark.kind === "NUMBER") return { ...mark, number: between(mark.number + by, 1, NUMBER_MAX) };
  if (mark.kind === "RING") return { ...mark, size: rounded(between(mark.size * factor, RING.least, RING.most)) };
  const [midX, midY] = [(mark.x + mark.to_x) / 2, (mark.y + mark.to_y) / 2];
  const from = (value, middle) => middle + (value - middle) * factor;
  const larger = { ...mark, ...point(from(mark.x, midX), from(mark.y, midY)), ...end(from(mark.to_x, midX), from(mark.to_y, midY)) };
  const isTooSmall = Math.hypot(larger.to_x - larger.x, larger.to_y - larger.y) < BOX.least;
  return isTooSmall ? mark : larger;
}

/** The middle of a mark and its size, as shares of the picture's width and height. */
export function extent({ kind, x, y, to_x: toX = x, to_y: toY = y, size = 0 }, tall) {
  if (kind === "RING") return { x, y, wide: 2 * size, high: (2 * size) / tall };
  return { x: (x + toX) / 2, y: (y + toY) / 2, wide: Math.abs(toX - x), high: Math.abs(toY - y) };
}

/** The distance of a place from a mark, in widths of the picture. 0 inside of it. */
export function distance(mark, [x, y], tall) {
  const [px, py] = [x, y * tall];
  const [ax, ay] = [mark.x, mark.y * tall];
  if (!hasEnd(mark)) return Math.max(0, Math.hypot(px - ax, py - ay) - (mark.size ?? 0));
  const [bx, by] = [mark.to_x, mark.to_y * tall];
  if (mark.kind === "BOX") {
    const outside = (value, a, b) => Math.max(Math.min(a, b) - value, 0, value - Math.max(a, b));
    return Math.hypot(outside(px, ax, bx), outside(py, ay, by));
  }
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = length > 0 ? between(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length, 0, 1) : 0;
  return Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay));
}
