// The frame of the pages about one lecture: its title, the tabs between them, and the button that opens a session.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { handoutButton } from "./handout.js";
import { openButton } from "./starting.js";

/** `current` is the page that is open: editor, attendance or statistics. */
export function lecturePage(on, lecture, current, ...parts) {
  const path = `/teach/lecture/${lecture.id}`;
  const tab = (name, end, label) =>
    el("a", { href: path + end, "aria-current": name === current && "page" }, label);
  return el("div", { class: "page broad" },
    el("p", {}, el("a", { href: "/teach" }, words.office.back)),
    el("div", { class: "head" }, el("h1", {}, lecture.title), handoutButton(on, lecture), lecture.is_active !== false && openButton(on, lecture)),
    el("nav", { class: "tabs", "aria-label": words.lecture.pages }, tab("editor", "", words.lecture.editor),
      lecture.my_role === "OWNER" && tab("attendance", "/attendance", words.lecture.attendance), tab("statistics", "/statistics", words.lecture.statistics)),
    parts);
}
