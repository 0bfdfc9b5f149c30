// Pictures of numbers. Each says its numbers in words, and shows them as a table to those who want them exactly.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { shape } from "./drawing.js";

const HEIGHT = 13;
const FOOT = 1.8;
const HEAD = 1.6;
const SIDE = 0.4;

/** `items` are `{ name, value, said }`; `most` is the top of the picture. */
export function columns({ title, items, most }) {
  const top = Math.max(most ?? 0, 1, ...items.map(({ value }) => value));
  return figure({ title, items }, (room) => {
    const wide = room.width / items.length;
    // Beside each other there may be room for the numbers only.
    const fits = items.every(({ said }) => widthOf(said) * room.em < wide);
    return items.map(({ name, value, said }, at) => {
      const bar = Math.min(wide * 0.7, room.em * 4);
      const middle = wide * (at + 0.5);
      const high = value === 0 ? 0 : Math.max(2, room.high * (value / top));
      return [
        shape("rect", { class: "column", x: middle - bar / 2, y: room.base - high, width: bar, height: high, rx: 4 }, hover(name, said)),
        showsAt(room, items, at) && label(middle, room.base + room.em * 1.3, name, "name"),
        wide > room.em * 1.6 && value > 0 && within(room, middle, room.base - high - room.em * 0.4, fits ? said : String(value)),
      ];
    });
  });
}

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
        shape("circle", { class: "point", cx: x, cy: y, r: isOften || n === points.length - 1 ? 5 : 3 }, hover(items[n].name, items[n].said)),
        (isOften || n === points.length - 1) && within(room, x, y - room.em * 0.7, items[n].said),
        showsAt(room, items, n) && label(x, room.base + room.em * 1.3, items[n].name, "name"),
      ]),
    ];
  });
}

/** Names beside each other must not touch: of many only some are shown, the last one always. */
function showsAt(room, items, at) {
  const widest = Math.max(...items.map(({ name }) => widthOf(name))) * room.em + room.em * 0.6;
  const every = Math.ceil(widest / (room.width / items.length));
  return (items.length - 1 - at) % every === 0;
}

/** About so many letters «M» wide: digits are half of a Hangul. */
const widthOf = (name) => [...name].reduce((sum, letter) => sum + (letter < "\u0100" ? 0.5 : 0.85), 0);

/** At the edge it moves inwards. */
function within(room, x, y, said) {
  const half = (widthOf(said) * room.em) / 2;
  return label(Math.min(Math.max(x, half), room.width - half), y, said, "value");
}

const label = (x, y, said, kind) => shape("text", { class: kind, x, y, "text-anchor": "middle" }, said);
const hover = (name, said) => shape("title", {}, `${name}: ${said}`);

/** Drawn anew for the room that there is, so that letters keep their size. */
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

const inWords = (title, items) => `${title}. ${items.map(({ name, said }) => `${name}: ${said}`).join(", ")}`;

function asTable(title, items) {
  return el("details", {}, el("summary", {}, words.statistics.asTable),
    el("table", { class: "figures" }, el("caption", { class: "unseen" }, title), el("tbody", {}, items.map(({ name, said }) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, said))))));
}

/** Long names with a bar under each: they read themselves. `items` are `{ name, value, said, href }`. */
export function bars(items, most = Math.max(1, ...items.map(({ value }) => value))) {
  return el("ul", { class: "bars" }, items.map(({ name, value, said, href }) => {
    const bar = el("span", { class: "track", "aria-hidden": "true" }, el("span", {}));
    bar.firstChild.style.width = `${(value / most) * 100}%`;
    return el("li", {}, href ? el("a", { href }, name) : el("span", {}, name), el("span", { class: "said" }, said), bar);
  }));
}
