// The questions of the class: a card over the screen, on which one asks, and says «me too» to what others have asked.

import { post } from "../shared/api.js";
import { uuid } from "../shared/device.js";
import { dialog, el, onSubmit, shown, text } from "../shared/dom.js";
import { languageOf, words } from "../shared/words.js";
import { button, note, reasonOf, tell } from "./screens.js";
import { announce, freshen, recordAction } from "./stage.js";

const TEXT_MAX = 200;

/** Opens the card of this session. */
export function open(api, session) {
  recordAction("OPENED_QUESTIONS");
  new Card(api, `/api/sessions/${session}/questions`);
}

class Card {
  #api;
  #path;
  /** By its id, in the order of the list. New ones come last, so that nothing moves under a finger. */
  #questions = new Map();
  /** The text that is on its way. Its answer tells that the question is one's own; its frame does not. */
  #asking = null;
  #list = el("ul", { class: "class-questions" });
  #none = el("p", { class: "room" });
  #told = note("good");
  #failed = note("call");
  #input = el("textarea", { id: "class-question", class: "field", rows: 2, maxlength: TEXT_MAX });
  /** A key for each text, so that a question that is sent again is asked once. */
  #keys = new Map();

  constructor(api, path) {
    [this.#api, this.#path] = [api, path];
    const send = onSubmit(() => this.#ask());
    const node = dialog({ class: "settings", "aria-labelledby": "class-questions-title" },
      el("h2", { id: "class-questions-title", tabindex: "-1", autofocus: true }, words.asking.title), el("p", {}, words.asking.line),
      el("form", { class: "ask-class", novalidate: true, onsubmit: send }, el("label", { for: "class-question" }, words.asking.label), this.#input, this.#failed, this.#told,
        el("button", { class: "button main", "data-act": "send-question" }, el("span", {}, words.asking.send))),
      el("h3", {}, words.asking.others), this.#none, this.#list,
      el("div", { class: "actions" }, button("plain", "close-questions", words.asking.close, "close", () => node.close())));
    const heard = ({ detail }) => this.#heard(detail);
    addEventListener("class-question", heard);
    document.documentElement.classList.add("covered");
    freshen(node);
    node.addEventListener("close", () => {
      removeEventListener("class-question", heard);
      document.documentElement.classList.remove("covered");
      freshen();
    });
    this.#load();
  }

  async #load() {
    text(this.#none, words.asking.loading);
    try {
      const { questions } = await this.#api.get(this.#path);
      const ordered = questions.sort((a, b) => a.answered - b.answered || b.me_too - a.me_too || b.question_id - a.question_id);
      for (const one of ordered) this.#questions.set(one.question_id, one);
      this.#draw();
    } catch (error) {
      text(this.#none, reasonOf(error));
    }
  }

  /** A question is new, answered or hidden. */
  #heard({ question_id: id, text: asked, hidden, ...news }) {
    if (this.#asking && asked === this.#asking) return;
    if (hidden) this.#questions.delete(id);
    else this.#questions.set(id, { mine: false, supported: false, ...this.#questions.get(id), ...news, question_id: id, text: asked });
    this.#draw();
  }

  async #ask() {
    const asked = this.#input.value.trim().replaceAll(/\s+/g, " ");
    tell(this.#told, "");
    if (!asked) {
      tell(this.#failed, words.asking.empty);
      return this.#input.focus();
    }
    if (!this.#keys.has(asked)) this.#keys.set(asked, uuid());
    this.#asking = asked;
    const done = await this.#try(() => this.#api.once(this.#path, { text: asked }, this.#keys.get(asked)));
    this.#asking = null;
    if (!done) return undefined;
    this.#keys.delete(asked);
    this.#input.value = "";
    tell(this.#told, words.asking.sent);
    return this.#taken(done);
  }

  async #support(id) {
    const done = await this.#try(() => this.#api.call(post, `${this.#path}/${id}/me-too`, {}));
    if (!done) return;
    this.#taken(done);
    announce(words.asking.counted);
  }

  async #try(work) {
    tell(this.#failed, "");
    return work().catch((error) => {
      tell(this.#failed, error.code === "TOO_MANY_QUESTIONS" || error.code === "INVALID_STATE" ? error.message : reasonOf(error));
      return null;
    });
  }

  #taken(question) {
    this.#questions.set(question.question_id, question);
    this.#draw();
  }

  #draw() {
    const all = [...this.#questions.values()];
    const focused = document.activeElement?.dataset?.question;
    this.#list.replaceChildren(...all.map((one) => this.#row(one)));
    text(this.#none, all.length ? "" : words.asking.none);
    shown(this.#none, all.length === 0);
    if (focused) this.#list.querySelector(`[data-question="${focused}"]`)?.focus();
  }

  #row({ question_id: id, text: asked, me_too: count, mine, supported, answered }) {
    const signs = [mine && words.asking.mine, answered && `✓ ${words.asking.answered}`, count > 0 && words.asking.people(count), supported && words.asking.supported].filter(Boolean);
    const may = !mine && !supported && !answered;
    const too = may && el("button", { type: "button", class: "button plain small", "data-act": `me-too-${id}`, "data-question": id, onclick: () => this.#support(id) }, el("span", {}, words.asking.meToo));
    return el("li", { class: "card" }, el("p", { class: "guide", lang: languageOf(asked) }, asked), signs.length > 0 && el("p", { class: "room" }, signs.join(" · ")), too);
  }
}
