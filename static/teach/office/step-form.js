// The form of a step, with a preview beside it.

import { confirmed, el, onSubmit, shown, text } from "../../shared/dom.js";
import { canSpeak, speak, stop } from "../../shared/speech.js";
import { words } from "../../shared/words.js";
import { sign } from "../marking/drawing.js";
import { keepDraft } from "./draft.js";
import { dropZone } from "./files.js";
import { Preview } from "./preview.js";
import { StepPictures } from "./step-pictures.js";
import { StepQuestion } from "./step-question.js";
import { TITLE_MAX } from "./title-forms.js";

const GUIDE_MAX = 2_000;

export class StepForm {
  node;
  #title;
  #guide;
  #voice;
  #notes;
  #pictures;
  #question;
  #elsewhere = checkbox();
  #draft;
  #preview = new Preview();
  #silent = el("p", { class: "hint", role: "status", hidden: true });
  #restored = el("p", { class: "notice good", hidden: true });
  #place;
  #save;
  #shut;
  #isNew;
  #hasNext;

  /** `save` gets the values, `shut` closes the form, `send` and `makes` are those of `StepPictures`. Without `step` it is the form of a new step; `hasNext`: the form of another step follows. */
  constructor({ name, step, place, save, shut, send, makes, hasNext }) {
    this.#place = place;
    this.#save = save;
    this.#shut = shut;
    this.#isNew = !step;
    this.#hasNext = !step || hasNext;
    const area = (id, rows, hint) => el("textarea", { id, rows, maxlength: GUIDE_MAX, "aria-describedby": hint });
    this.#title = el("input", { id: "f-title", maxlength: TITLE_MAX, required: true, placeholder: words.editor.titleExample });
    this.#guide = area("f-guide_text", 4);
    this.#voice = area("f-voice_guide_text", 2, "f-voice-hint");
    this.#notes = area("f-notes", 2, "f-notes-hint");
    this.#pictures = new StepPictures({ send, makes });
    this.#question = new StepQuestion({ send });
    this.#draft = keepDraft(name, {
      title: this.#title, guide_text: this.#guide, voice_guide_text: this.#voice, pictures: this.#pictures, in_other_app: this.#elsewhere, notes: this.#notes, question: this.#question,
    }, step);
    text(this.#restored, words.editor.restored);
    shown(this.#restored, this.#draft.isRestored);
    this.node = this.#form();
    this.#showStep();
  }

  focus() {
    this.#title.focus();
  }

  /** Gives the title the focus, with all of it chosen: what is typed stands in its place. */
  focusToRename() {
    this.#title.select();
  }

  close() {
    document.removeEventListener("paste", this.#paste);
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
    dropZone(form, (files) => this.#pictures.add(files));
    // A paste may come while nothing in the form has the focus.
    document.addEventListener("paste", this.#paste);
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
      el("p", { class: "hint", id: "f-voice-hint" }, words.editor.voiceHint), this.#silent, this.#pictures.node,
      el("label", { class: "check" }, this.#elsewhere.node, el("span", {}, words.pictures.elsewhere, el("span", { class: "hint" }, words.pictures.elsewhereHint))), this.#question.node,
      el("label", { for: "f-notes" }, words.editor.notes), this.#notes, el("p", { class: "hint", id: "f-notes-hint" }, words.editor.notesHint),
      el("div", { class: "row" },
        el("button", { class: "main", "data-act": "save" }, this.#hasNext ? words.editor.saveNext : words.editor.save), listen,
        el("button", { type: "button", class: "quiet", "data-act": "shut", onclick: () => this.#leave() },
          this.#isNew ? words.editor.enough : words.editor.cancel)),
      el("p", { class: "hint keys" }, words.editor.keys));
  }

  async #send() {
    if (!this.#question.isComplete() || !(await this.#pictures.settled()) || !(await this.#question.settled())) return;
    const { title, guide_text, voice_guide_text, notes, ...rest } = this.#draft.values();
    await this.#save({ title, guide_text: guide_text || null, voice_guide_text: voice_guide_text || null, notes: notes || null, ...rest, question: this.#question.sent });
  }

  /** Takes pictures out of the clipboard. Programs put a picture beside a text that they copy: in a field the text is meant. */
  #paste = (event) => {
    const files = [...event.clipboardData.files];
    const wantsText = event.target.matches?.("input, textarea") && event.clipboardData.types.includes("text/plain");
    if (files.length === 0 || wantsText) return;
    event.preventDefault();
    this.#pictures.add(files);
  };

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
    this.#preview.show({ title, guide, place: this.#place(), picture: this.#pictures.shown, question: this.#question.shown });
  }
}

/** A field of a draft whose value is whether it is ticked. */
function checkbox() {
  const node = el("input", { type: "checkbox", id: "f-in_other_app" });
  return {
    node,
    get value() {
      return node.checked;
    },
    set value(is) {
      node.checked = Boolean(is);
    },
    addEventListener: (...given) => node.addEventListener(...given),
  };
}
