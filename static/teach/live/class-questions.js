// The questions of the class on the board: who asked, how many others would like to know, and the buttons of the staff.

import { post } from "../../shared/api.js";
import { el, shown, text } from "../../shared/dom.js";
import { languageOf, words } from "../../shared/words.js";

/** The list is loaded at most so often. */
const LOADS_EVERY_MS = 1_000;

export class ClassQuestions {
  #api;
  #path;
  #fail;
  #questions = [];
  #timer = 0;
  #isClosed = false;
  #title = el("h2", { id: "class-questions-title", tabindex: "-1" });
  #none = el("p", { class: "hint" }, words.classQuestions.none);
  #list = el("ul", { class: "class-questions" });

  constructor({ api, id, fail }) {
    [this.#api, this.#path, this.#fail] = [api, `/api/sessions/${id}/questions`, fail];
    this.node = el("section", { class: "card class-questions-card", "aria-labelledby": "class-questions-title" }, this.#title, this.#none, this.#list);
    this.#draw();
    this.load();
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** A question is new, or has changed. */
  changed() {
    this.#timer ||= setTimeout(() => this.load(), LOADS_EVERY_MS);
  }

  async load() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    // The next change tries again.
    const found = await this.#api.get(this.#path).catch(() => null);
    if (!found || this.#isClosed) return;
    this.#questions = found.questions;
    this.#draw();
  }

  #draw() {
    const order = (one) => [one.hidden, one.answered].map(Number).join("");
    const all = [...this.#questions].sort((a, b) => order(a).localeCompare(order(b)) || b.me_too - a.me_too || a.question_id - b.question_id);
    const open = all.filter(({ hidden, answered }) => !hidden && !answered).length;
    const focused = document.activeElement?.dataset?.about;
    text(this.#title, words.classQuestions.title(open));
    shown(this.#none, all.length === 0);
    this.#list.replaceChildren(...all.map((one) => this.#row(one)));
    if (focused) (this.#list.querySelector(`[data-about="${focused}"]`) ?? this.#title).focus();
  }

  #row({ question_id: id, text: asked, me_too: count, user, answered, hidden }) {
    const act = (name, label, body) => el("button", { type: "button", class: "quiet", "data-act": name, "data-about": `${name} ${id}`, "aria-label": `${label}: ${asked}`,
      onclick: () => this.#mark(id, name, body) }, label);
    const { answer, again, hide, unhide } = words.classQuestions.acts;
    const signs = [user?.name, count > 0 && words.classQuestions.people(count), answered && `✓ ${words.classQuestions.answered}`, hidden && words.classQuestions.hidden].filter(Boolean);
    return el("li", { "data-question": id, class: answered || hidden ? "settled" : null }, el("p", { lang: languageOf(asked) }, asked), el("p", { class: "hint" }, signs.join(" · ")),
      el("div", { class: "row" }, !hidden && act("answered", answered ? again : answer, { answered: !answered }), act("hide", hidden ? unhide : hide, { hidden: !hidden })));
  }

  async #mark(id, act, body) {
    try {
      await this.#api.call(post, `${this.#path}/${id}/${act}`, body);
      this.#fail(null);
    } catch (error) {
      this.#fail(error);
    }
    this.load();
  }
}
