// The form of a step, with a preview beside it; and the form of a title alone.

import { confirmed, el, onSubmit, shown, text } from "../../shared/dom.js";
import { canSpeak, speak, stop } from "../../shared/speech.js";
import { words } from "../../shared/words.js";
import { sign } from "./drawing.js";
import { keepDraft } from "./draft.js";
import { Preview } from "./preview.js";

export const TITLE_MAX = 200;
const GUIDE_MAX = 2_000;

export class StepForm {
  node;
  #title;
  #guide;
  #voice;
  #draft;
  #preview = new Preview();
  #silent = el("p", { class: "hint", role: "status", hidden: true });
  #restored = el("p", { class: "notice good", hidden: true });
  #place;
  #save;
  #shut;
  #isNew;

  /** `save` gets the values, `shut` closes the form. Without `step` it is the form of a new step. */
  constructor({ name, step, place, save, shut }) {
    this.#place = place;
    this.#save = save;
    this.#shut = shut;
    this.#isNew = !step;
    const area = (id, rows, hint) => el("textarea", { id, rows, maxlength: GUIDE_MAX, "aria-describedby": hint });
    this.#title = el("input", { id: "f-title", maxlength: TITLE_MAX, required: true, placeholder: words.editor.titleExample });
    this.#guide = area("f-guide_text", 4);
    this.#voice = area("f-voice_guide_text", 2, "f-voice-hint");
    this.#draft = keepDraft(name, { title: this.#title, guide_text: this.#guide, voice_guide_text: this.#voice }, step);
    text(this.#restored, words.editor.restored);
    shown(this.#restored, this.#draft.isRestored);
    this.node = this.#form();
    this.#showStep();
  }

  focus() {
    this.#title.focus();
  }

  close() {
    stop();
  }

  /** Empties the form for the next step. */
  next() {
    stop();
    this.#draft.begin();
    shown(this.#restored, false);
    this.#showStep();
  }

  #form() {
    const form = el("form", { class: "stepform" }, this.#fields(), this.#preview.node);
    form.addEventListener("input", () => this.#showStep());
    form.addEventListener("submit", onSubmit(() => this.#send()));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        // Else the same press would close the question.
        event.preventDefault();
        this.#leave();
      }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    return form;
  }

  #fields() {
    const listen = canSpeak && el("button", { type: "button", class: "quiet", "data-act": "listen", onclick: () => this.#listen() },
      sign("voice"), words.editor.listen);
    return el("div", { class: "fields" }, this.#restored,
      el("label", { for: "f-title" }, words.editor.title), this.#title,
      el("label", { for: "f-guide_text" }, words.editor.guide), this.#guide,
      el("label", { for: "f-voice_guide_text" }, words.editor.voice), this.#voice,
      el("p", { class: "hint", id: "f-voice-hint" }, words.editor.voiceHint), this.#silent,
      el("div", { class: "row" },
        el("button", { class: "main", "data-act": "save" }, this.#isNew ? words.editor.saveNext : words.editor.save), listen,
        el("button", { type: "button", class: "quiet", "data-act": "shut", onclick: () => this.#leave() },
          this.#isNew ? words.editor.enough : words.editor.cancel)),
      el("p", { class: "hint keys" }, words.editor.keys));
  }

  #send() {
    const { title, guide_text, voice_guide_text } = this.#draft.values();
    return this.#save({ title, guide_text: guide_text || null, voice_guide_text: voice_guide_text || null });
  }

  async #leave() {
    if (this.#draft.isChanged() && !(await confirmed(words.editor.discard, words.editor.discardYes, words.office.no))) return;
    this.#draft.forget();
    this.#shut();
  }

  async #listen() {
    const { title, guide_text, voice_guide_text } = this.#draft.values();
    const isHeard = await speak(voice_guide_text || guide_text || title);
    text(this.#silent, words.editor.silent);
    shown(this.#silent, !isHeard);
  }

  #showStep() {
    const { title, guide_text: guide } = this.#draft.values();
    this.#preview.show({ title, guide, place: this.#place() });
  }
}

/** A form with a title alone. */
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
