// Charts. Each has its numbers in words for screen readers, and as a table.
// Their items are `{ name, value, text }`: `text` is the value with its unit.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { shape } from "../marking/drawing.js";

const HEIGHT = 13;
const FOOT = 1.8;
const HEAD = 1.6;
const SIDE = 0.4;

/** A chart of columns. `most` is the value at the top. */
export function columns({ title, items, most }) {
  const top = Math.max(most ?? 0, 1, ...items.map(({ value }) => value));
  return figure({ title, items }, (room) => {
    const wide = room.width / items.length;
    // Where the texts would touch each other, the values alone are shown.
    const fits = items.every(({ text }) => widthOf(text) * room.em < wide);
    return items.map(({ name, value, text }, at) => {
      const bar = Math.min(wide * 0.7, room.em * 4);
      const middle = wide * (at + 0.5);
      const high = value === 0 ? 0 : Math.max(2, room.high * (value / top));
      return [
        shape("rect", { class: "column", x: middle - bar / 2, y: room.base - high, width: bar, height: high, rx: 4 }, hover(name, text)),
        showsName(room, items, at) && label(middle, room.base + room.em * 1.3, name, "name"),
        wide > room.em * 1.6 && value > 0 && labelWithin(room, middle, room.base - high - room.em * 0.4, fits ? text : String(value)),
      ];
    });
  });
}

/** A chart of a line. */
export function line({ title, items, most }) {
  return figure({ title, items }, (room) => {
    const step = (room.width - room.em * 3) / Math.max(1, items.length - 1);
    const at = (n) => [room.em * 1.5 + step * n, room.base - room.high * (items[n].value / most)];
    const points = items.map((_, n) => at(n));
    const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    const [[first], [last]] = [points[0], points.at(-1)];
    const isOften = step > room.em * 2.6;
    return [
      shape("polygon", { class: "under", points: `${first},${room.base} ${path} ${last},${room.base}` }),
      shape("polyline", { class: "trace", points: path }),
      points.map(([x, y], n) => [
        shape("circle", { class: "point", cx: x, cy: y, r: isOften || n === points.length - 1 ? 5 : 3 }, hover(items[n].name, items[n].text)),
        (isOften || n === points.length - 1) && labelWithin(room, x, y - room.em * 0.7, items[n].text),
        showsName(room, items, n) && label(x, room.base + room.em * 1.3, items[n].name, "name"),
      ]),
    ];
  });
}

/** Tells whether the name of an item is shown. Names must not touch, so of many only some are shown, always with the last one. */
function showsName(room, items, at) {
  const widest = Math.max(...items.map(({ name }) => widthOf(name))) * room.em + room.em * 0.6;
  const every = Math.ceil(widest / (room.width / items.length));
  return (items.length - 1 - at) % every === 0;
}

/** The width of a text in em, roughly. */
const widthOf = (name) => [...name].reduce((sum, letter) => sum + (letter < "\u0100" ? 0.5 : 0.85), 0);

/** A label that stays inside the picture. */
function labelWithin(room, x, y, words) {
  const half = (widthOf(words) * room.em) / 2;
  return label(Math.min(Math.max(x, half), room.width - half), y, words, "value");
}

const label = (x, y, words, kind) => shape("text", { class: kind, x, y, "text-anchor": "middle" }, words);
const hover = (name, text) => shape("title", {}, `${name}: ${text}`);

/** A picture that is drawn anew when its width changes, so that letters keep their size. */
function figure({ title, items }, draw) {
  const picture = el("div", { class: "picture", role: "img", "aria-label": inWords(title, items) });
  const node = el("figure", { class: "chart" }, el("figcaption", {}, title), picture, asTable(title, items));
  new ResizeObserver(() => {
    const em = parseFloat(getComputedStyle(picture).fontSize);
    const [width, height] = [picture.clientWidth, HEIGHT * em];
    if (width === 0) return;
    const base = height - FOOT * em;
    const room = { em, width, base, high: base - HEAD * em - SIDE * em };
    picture.replaceChildren(shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      shape("line", { class: "floor", x1: 0, x2: width, y1: base, y2: base }), draw(room)));
  }).observe(picture);
  return node;
}

const inWords = (title, items) => `${title}. ${items.map(({ name, text }) => `${name}: ${text}`).join(", ")}`;

function asTable(title, items) {
  return el("details", {}, el("summary", {}, words.statistics.asTable),
    el("table", { class: "figures" }, el("caption", { class: "unseen" }, title), el("tbody", {}, items.map(({ name, text }) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, text))))));
}

/** A list of long names with a bar under each. An item may have an `href`. */
export function bars(items, most = Math.max(1, ...items.map(({ value }) => value))) {
  return el("ul", { class: "bars" }, items.map(({ name, value, text, href }) => {
    const bar = el("span", { class: "track", "aria-hidden": "true" }, el("span", {}));
    bar.firstChild.style.width = `${(value / most) * 100}%`;
    return el("li", {}, href ? el("a", { href }, name) : el("span", {}, name), el("span", { class: "said" }, text), bar);
  }));
}
