// The kinds of attendance marks, with a sign and a name for each.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

const SIGNS = { PRESENT: "○", LATE: "△", EARLY_LEAVE: "◐", EXCUSED: "◇", ABSENT: "✕" };

export const KINDS = Object.keys(SIGNS);

/** A sign that can be recognised without its colour, with its name for screen readers. */
export function markSign(kind) {
  const name = words.marks.kinds[kind];
  return el("span", { class: "mark", "data-mark": kind, title: name }, el("span", { "aria-hidden": "true" }, SIGNS[kind]),
    el("span", { class: "unseen" }, name));
}

export function legend() {
  return el("ul", { class: "signs" }, KINDS.map((kind) =>
    el("li", {}, el("span", { class: "mark", "data-mark": kind, "aria-hidden": "true" }, SIGNS[kind]), words.marks.kinds[kind])));
}
