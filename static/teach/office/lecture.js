// What stands around the pages of one lecture: its name, the ways between them, and the way into a class.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { beginButton } from "./starting.js";

/** `at` is the page that is open: editor, attendance or statistics. */
export function lecturePage(on, lecture, at, ...parts) {
  const path = `/teach/lecture/${lecture.id}`;
  const tab = (name, end, said) =>
    el("a", { href: path + end, "aria-current": name === at && "page" }, said);
  const node = el("div", { class: "page broad" },
    el("p", {}, el("a", { href: "/teach" }, words.office.back)),
    el("div", { class: "head" }, el("h1", {}, lecture.title), lecture.is_active !== false && beginButton(on, lecture)),
    el("nav", { class: "tabs", "aria-label": words.lecture.pages }, tab("editor", "", words.lecture.editor),
      tab("attendance", "/attendance", words.lecture.attendance), tab("statistics", "/statistics", words.lecture.statistics)),
    parts);
  return node;
}
