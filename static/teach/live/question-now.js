// The question of the current step on the board: the answers until now, and the buttons that show them to everyone.

import { post } from "../../shared/api.js";
import { el, shown, text } from "../../shared/dom.js";
import { answerInWords, resultList } from "../../shared/results.js";
import { sentences, words } from "../../shared/words.js";

const ACTS = ["RESULTS", "ANSWER", "HIDDEN"];

export class QuestionNow {
  #api;
  #id;
  #fail;
  #asked = el("h3", { id: "asked-now" });
  #told = el("p", { class: "hint" });
  #right = el("p", { class: "hint" });
  #list = resultList();
  #buttons;
  #step = null;

  /** Without `fail` nothing is shown to everyone: for those who do not lead. */
  constructor({ api, id, fail = null }) {
    [this.#api, this.#id, this.#fail] = [api, id, fail];
    this.#buttons = ACTS.map((act) => el("button", { type: "button", class: "quiet", "data-act": `show-${act.toLowerCase()}`, onclick: () => this.#show(act) }));
    this.node = el("section", { class: "question-now", "aria-labelledby": "asked-now", hidden: true }, this.#asked, this.#told, this.#list.node, this.#right,
      fail && el("div", { class: "row" }, this.#buttons));
  }

  draw({ roster: { status, question } }) {
    const isAsked = question && (status === "IN_PROGRESS" || status === "PAUSED");
    shown(this.node, isAsked);
    if (!isAsked) return;
    const { question: asked, shown: now, total, shownTotal } = question;
    this.#step = question.subtask.id;
    text(this.#asked, asked.text);
    const { answered, shown: visible, closes, closed } = words.questionNow;
    const ending = question.is_closed ? closed : asked.answer !== null && this.#fail && closes;
    text(this.#told, sentences(answered(total), visible[now], ending));
    this.#list.draw(asked, question);
    text(this.#right, asked.answer === null ? "" : words.questionNow.right(answerInWords(asked, asked.answer)));
    const isOld = now !== "HIDDEN" && shownTotal !== total;
    for (const [at, act] of ACTS.entries()) {
      const button = this.#buttons[at];
      const isAgain = isOld && act === now;
      text(button, isAgain ? words.questionNow.again : words.questionNow.acts[act]);
      shown(button, (act !== now || isAgain) && (act !== "ANSWER" || asked.answer !== null));
      button.classList.toggle("main", act === "RESULTS" && now === "HIDDEN");
    }
  }

  #show(act) {
    return this.#api.call(post, `/api/sessions/${this.#id}/steps/${this.#step}/results`, { shown: act }).then(() => this.#fail(null), this.#fail);
  }
}
