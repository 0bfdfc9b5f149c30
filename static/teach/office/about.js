// The title and description of a lecture, its deletion, and those who teach it together.

import { del, post, put } from "../../shared/api.js";
import { confirmed, el, onSubmit, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { keepDraft } from "./draft.js";
import { MessageError } from "./errors.js";
import { teachersOf } from "./teachers.js";
import { announce } from "./widgets.js";

/** Only those who own a lecture change what it is; everyone who leads it sees who teaches it. */
export function aboutLecture(on, lecture) {
  return [lecture.my_role === "OWNER" && detailsOf(on, lecture), teachersOf(on, lecture)];
}

function detailsOf(on, lecture) {
  const title = el("input", { id: "l-title", maxlength: 200, required: true });
  const about = el("textarea", { id: "l-about", rows: 3, maxlength: 5000 });
  const auto = el("input", { type: "checkbox", id: "l-auto", checked: lecture.auto_help });
  const draft = keepDraft(`lecture.${lecture.id}`, { title, description: about }, lecture);
  const form = el("form", {}, el("label", { for: "l-title" }, words.lecture.name), title,
    el("label", { for: "l-about" }, words.lecture.about), about,
    el("label", { class: "check" }, auto, el("span", {}, words.about.autoHelp)),
    el("div", { class: "row" }, el("button", { class: "main", "data-act": "save-lecture" }, words.editor.save),
      el("button", { type: "button", class: "call", "data-act": "bin-lecture", onclick: () => bin(on, lecture) }, words.about.bin)));
  const node = el("details", { class: "card about", open: draft.isRestored }, el("summary", {}, words.about.title), form);
  form.addEventListener("submit", onSubmit(async () => {
    try {
      on.fail(null);
      const body = { ...draft.values(), auto_help: auto.checked };
      const saved = await on.api.call(put, `/api/lectures/${lecture.id}`, body);
      draft.begin(saved);
      text(node.closest(".page").querySelector("h1"), saved.title);
      node.open = false;
      announce(words.editor.saved(saved.title));
    } catch (error) {
      on.fail(error);
    }
  }));
  return node;
}

/** Deletes a lecture. If it has learners it cannot be deleted, and is archived instead. */
async function bin({ api, go, fail }, { id, title }) {
  if (!(await confirmed(words.about.binQuestion(title), words.about.bin, words.office.no))) return;
  try {
    await api.call(del, `/api/lectures/${id}`);
    go("/teach");
  } catch (error) {
    if (error.code === "INVALID_STATE") fail(new MessageError(words.about.running));
    else if (error.code === "HAS_OPEN_ENROLLMENTS") await archive({ api, go, fail }, { id, title });
    else fail(error);
  }
}

async function archive({ api, go, fail }, { id, title }) {
  if (!(await confirmed(words.about.archiveQuestion(title), words.about.archive, words.office.no))) return;
  try {
    await api.call(post, `/api/lectures/${id}/archive`, {});
    go("/teach");
  } catch (error) {
    fail(error.code === "INVALID_STATE" ? new MessageError(words.about.running) : error);
  }
}
