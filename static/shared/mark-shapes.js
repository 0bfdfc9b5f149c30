// Draws marks on pictures, in CSS pixels, so that lines and letters stay legible at every size of the picture. Each line has a white
// and a dark edge, and is seen on light and dark pictures alike.

const SVG = "http://www.w3.org/2000/svg";
const COLOUR = "#e0004d";
/** The instructor's finger. */
const POINTER_COLOUR = "#1f5fd6";
const DARK = "#14161a";
const LIGHT = "#ffffff";
/** Shares of the height of a letter. */
const LINE = 0.25;
const EDGE = 0.085;
const DISC = 0.82;
const HEAD = 0.85;
const LABEL_WIDTH = 12;
/** A ring is never so small that it hides what it is about. */
const RING_MIN_PX = 13;
const POINTER_SHARE = 0.08;

/** Makes an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const layer = (kind) => svg("svg", { class: kind, "aria-hidden": "true" });

/**
 * Draws marks into an `svg` that lies over a picture of this size. `room`: how far labels may reach, from the picture's left and top edge, and the boxes that
 * are `taken`. The `svg` shows what is between its `top` and `bottom`.
 */
export function drawMarks(over, marks, width, height, { left = 0, right = width, top = 0, bottom = height, taken = [] } = {}) {
  const letter = begin(over, width, top, bottom);
  const shapes = marks.map((mark) => shapeOf(mark, { width, height, letter }));
  const boxes = [...taken, ...shapes.map(({ box }) => box)];
  const labels = marks.map(({ label }, at) => label && isSeen(shapes[at], top, bottom) && labelOf(label, shapes[at], boxes, { left, right, top, bottom, letter }));
  over.replaceChildren(...shapes.map(({ node }) => node), ...labels.filter(Boolean));
}

/** Draws the instructor's finger: a ring at one point, a line through more. */
export function drawPointer(over, points, width, height, { top = 0, bottom = height } = {}) {
  const letter = begin(over, width, top, bottom);
  const at = points.map(([x, y]) => [x * width, y * height]);
  const path = at.length === 1 ? circle(...at[0], Math.max(RING_MIN_PX, POINTER_SHARE * width)) : at.map(([x, y], n) => `${n ? "L" : "M"}${x} ${y}`).join("");
  over.replaceChildren(...(at.length ? [outlined(path, letter, "mark-finger", POINTER_COLOUR)] : []));
}

function begin(over, width, top, bottom) {
  over.setAttribute("viewBox", `0 ${top} ${width} ${bottom - top}`);
  return parseFloat(getComputedStyle(over).fontSize) || 16;
}

export const circle = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

/** A line with its two edges. */
function outlined(path, letter, kind, colour = COLOUR, fill = "none") {
  const strokes = [[DARK, LINE + 4 * EDGE], [LIGHT, LINE + 2 * EDGE], [colour, LINE]];
  return svg("g", { class: kind, "stroke-linecap": "round", "stroke-linejoin": "round", fill },
    ...strokes.map(([stroke, width]) => svg("path", { d: path, stroke, "stroke-width": width * letter })));
}

/** Returns the drawing of a mark and its `box` `[left, top, right, bottom]`; of an arrow also the box at which it `begins`, where its label stands. */
function shapeOf({ kind, x = 0, y = 0, to_x: toX, to_y: toY, size, number }, { width, height, letter }) {
  const from = [x * width, y * height];
  const to = [(toX ?? x) * width, (toY ?? y) * height];
  const edge = letter * (LINE / 2 + 2 * EDGE);
  const around = ([ax, ay], [bx, by], more = edge) => [Math.min(ax, bx) - more, Math.min(ay, by) - more, Math.max(ax, bx) + more, Math.max(ay, by) + more];
  if (kind === "NUMBER") {
    const r = letter * DISC;
    const digit = svg("text", { x: from[0], y: from[1], fill: LIGHT, "font-weight": 800, "text-anchor": "middle", dy: "0.36em" });
    digit.textContent = number ?? "";
    const node = svg("g", { class: "mark-number" }, outlined(circle(...from, r), letter, "mark-disc", COLOUR, COLOUR), digit);
    return { node, box: around(from, from, r + edge) };
  }
  if (kind === "BOX") return { node: outlined(rounded(from, to, letter * 0.5), letter, "mark-box"), box: around(from, to) };
  if (kind === "ARROW" || kind === "SWIPE") return { node: arrow(kind, from, to, letter), box: around(from, to), begins: around(from, from, edge + letter * 0.4) };
  const r = Math.max(RING_MIN_PX, (size ?? POINTER_SHARE) * width);
  return { node: outlined(circle(...from, r), letter, "mark-ring"), box: around(from, from, r + edge) };
}

function rounded([ax, ay], [bx, by], wanted) {
  const [left, top, wide, high] = [Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay)];
  const r = Math.min(wanted, wide / 2, high / 2);
  const corner = (x, y) => `a${r} ${r} 0 0 1 ${x * r} ${y * r}`;
  return `M${left + r} ${top}h${wide - 2 * r}${corner(1, 1)}v${high - 2 * r}${corner(-1, 1)}h${2 * r - wide}${corner(-1, -1)}v${2 * r - high}${corner(1, -1)}z`;
}

/** An arrow; for a movement of the finger, with the finger at its beginning, which glides along. */
function arrow(kind, [ax, ay], [bx, by], letter) {
  const turn = Math.atan2(by - ay, bx - ax);
  const wing = (side) => [bx - HEAD * letter * Math.cos(turn + side), by - HEAD * letter * Math.sin(turn + side)].join(" ");
  const line = outlined(`M${ax} ${ay}L${bx} ${by}M${wing(0.65)}L${bx} ${by}L${wing(-0.65)}`, letter, "mark-line");
  if (kind === "ARROW") return line;
  const finger = outlined(circle(ax, ay, letter * 0.42), letter, "mark-glide", COLOUR, LIGHT);
  finger.style.setProperty("--to", `${bx - ax}px, ${by - ay}px`);
  return svg("g", { class: "mark-swipe" }, line, finger);
}

// Labels.

/** Draws a label on the side of its mark where it covers least. */
function labelOf(label, { box, begins = box }, taken, { letter, ...room }) {
  const [left, top, right, bottom] = begins;
  const font = `700 ${letter}px ${getComputedStyle(document.body).fontFamily}`;
  const lines = wrapped(label, font, Math.min(room.right - room.left, LABEL_WIDTH * letter) - letter);
  const size = { wide: Math.max(...lines.map((line) => widthOf(line, font))) + letter * 0.9, high: lines.length * letter * 1.25 + letter * 0.4 };
  const gap = letter * 0.2;
  const [centre, middle] = [(left + right) / 2, (top + bottom) / 2];
  const places = [
    // Below an icon stands its name.
    [centre - size.wide / 2, top - gap - size.high], [centre - size.wide / 2, bottom + gap],
    [right + gap, middle - size.high / 2], [left - gap - size.wide, middle - size.high / 2],
  ].map(([x, y]) => [within(x, room.left, room.right - size.wide), within(y, room.top, room.bottom - size.high)]);
  const boxes = places.map(([x, y]) => [x, y, x + size.wide, y + size.high]);
  const covered = boxes.map((box) => taken.reduce((sum, other) => sum + overlap(box, other), 0));
  const best = covered.indexOf(Math.min(...covered));
  taken.push(boxes[best]);
  return plate(lines, boxes[best], letter);
}

function plate(lines, [left, top, right, bottom], letter) {
  const box = { x: left, y: top, width: right - left, height: bottom - top, rx: letter * 0.4, fill: DARK };
  const written = lines.map((line, at) => {
    const node = svg("tspan", { x: (left + right) / 2, y: top + letter * (0.2 + 1.25 * at + 0.98) });
    node.textContent = line;
    return node;
  });
  return svg("g", { class: "mark-label" }, svg("rect", { ...box, stroke: DARK, "stroke-width": letter * EDGE * 4 }), svg("rect", { ...box, stroke: LIGHT, "stroke-width": letter * EDGE * 2 }),
    svg("text", { fill: LIGHT, "font-weight": 700, "text-anchor": "middle" }, ...written));
}

const isSeen = ({ box, begins = box }, top, bottom) => begins[1] < bottom && begins[3] > top;
export const within = (value, low, high) => Math.max(low, Math.min(value, high));
const overlap = ([al, at, ar, ab], [bl, bt, br, bb]) => Math.max(0, Math.min(ar, br) - Math.max(al, bl)) * Math.max(0, Math.min(ab, bb) - Math.max(at, bt));

let canvas = null;

function widthOf(written, font) {
  canvas ??= document.createElement("canvas").getContext("2d");
  canvas.font = font;
  return canvas.measureText(written).width;
}

/** Breaks a text into lines at its spaces, and inside a word that is too long. */
function wrapped(label, font, room) {
  const lines = [""];
  for (const word of label.trim().match(/\S+\s?/g) ?? []) {
    if (lines.at(-1) && widthOf(lines.at(-1) + word.trimEnd(), font) > room) lines.push("");
    for (const letter of word) {
      if (lines.at(-1) && widthOf(lines.at(-1) + letter.trimEnd(), font) > room) lines.push("");
      lines[lines.length - 1] += letter;
    }
  }
  return lines.map((line) => line.trim()).filter(Boolean);
}
