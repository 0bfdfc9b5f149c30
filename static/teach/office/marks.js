// What a mark is: its kinds, how each is drawn and called.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

const DRAWN = { PRESENT: "○", LATE: "△", EARLY_LEAVE: "◐", EXCUSED: "◇", ABSENT: "✕" };

export const KINDS = Object.keys(DRAWN);

/** A sign that is told apart without its colour, and its name for those who hear it. */
export function markSign(kind) {
  const name = words.marks.kinds[kind];
  return el("span", { class: "mark", "data-mark": kind, title: name }, el("span", { "aria-hidden": "true" }, DRAWN[kind]),
    el("span", { class: "unseen" }, name));
}

export function legend() {
  return el("ul", { class: "signs" }, KINDS.map((kind) =>
    el("li", {}, el("span", { class: "mark", "data-mark": kind, "aria-hidden": "true" }, DRAWN[kind]), words.marks.kinds[kind])));
}
