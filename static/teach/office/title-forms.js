// Forms with a title alone: of a task, and of a new one.

import { el, onSubmit } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { keepDraft } from "./draft.js";

export const TITLE_MAX = 200;

/** The form of a title. `save` gets the values, `shut` closes it. */
export function titleForm({ name, thing, save, shut }) {
  const title = el("input", { id: "f-title", maxlength: TITLE_MAX, required: true, "aria-label": words.editor.taskTitle });
  const draft = keepDraft(name, { title }, thing);
  const leave = () => {
    draft.forget();
    shut();
  };
  const node = el("form", { class: "row" }, title, el("button", { class: "main", "data-act": "save" }, words.editor.save),
    el("button", { type: "button", class: "quiet", "data-act": "shut", onclick: leave }, words.editor.cancel));
  node.addEventListener("submit", onSubmit(() => save(draft.values())));
  node.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  return { node, focus: () => title.select() };
}

/** The form of a new task, which stays for the next one. `save` gets the values and a function that empties the form. */
export function newTaskForm({ name, save }) {
  const title = el("input", { id: "task", maxlength: TITLE_MAX, required: true, placeholder: words.editor.taskExample });
  const draft = keepDraft(name, { title });
  const node = el("form", { class: "card" }, el("label", { for: "task" }, words.editor.newTask),
    el("div", { class: "row" }, title, el("button", { class: "main", "data-act": "add-task" }, words.editor.addTask)));
  node.addEventListener("submit", onSubmit(() => save(draft.values(), () => draft.begin())));
  return node;
}
