// The buttons beside a task or a step of the editor, and the picture of a step.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { tool } from "./widgets.js";

/** `acts`: the functions of the buttons by their names, in their order. */
export function thingTools({ name, title, isFirst, isLast, isOpen, acts }) {
  const { tool: label, tools } = words.editor;
  const more = { up: { disabled: isFirst }, down: { disabled: isLast }, edit: { "aria-expanded": String(isOpen) } };
  return el("div", { class: "tools" }, Object.entries(acts).map(([act, go]) =>
    tool(act, label(title, tools[act]), go, { "data-key": `${name}.${act}`, "data-act": act, ...more[act] })));
}

/** Moves a step by Alt and an arrow key. `move` gets its new place among `count` steps. */
export function moveByKey(event, at, count, move) {
  const to = { ArrowUp: at - 1, ArrowDown: at + 1 }[event.key];
  if (!event.altKey || to === undefined || event.target.matches("input, textarea")) return;
  event.preventDefault();
  if (to >= 0 && to < count) move(to);
}

/** A small picture of a step that has pictures. */
export function thumbOf({ pictures }, onclick) {
  const [first] = pictures ?? [];
  return first && el("img", { class: "thumb", src: first.small_url, alt: "", width: first.width, height: first.height, loading: "lazy", draggable: "false", onclick });
}

/** Words below the title of a step in the list of steps: its guide, else its question, and whether it has notes. */
export function saidOf({ guide_text: guide, question, notes }) {
  const said = [guide, question && words.editor.asks(question.text), notes && words.editor.hasNotes].filter(Boolean);
  return said.length > 0 ? said.join(" · ") : words.editor.noGuide;
}
