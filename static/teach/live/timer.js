// The timer of the class: its buttons on the board, and what is left. Beside it, praise for everyone.

import { el, onSubmit, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

const USUAL_MINUTES = [1, 3, 5];
const MINUTE_S = 60;
const LONGEST_S = 7_200;
const TICKS_EVERY_MS = 1_000;

export class TimerPanel {
  #commands;
  #countdown = null;
  #ticker = 0;
  #left = el("b", { class: "clock" });
  #minutes = el("input", { id: "timer-minutes", type: "number", min: 1, max: LONGEST_S / MINUTE_S, value: 10, required: true, inputmode: "numeric" });
  #own;
  #form;
  #idle;
  #running;
  #told = el("span", { class: "hint", role: "status" });

  constructor({ commands }) {
    this.#commands = commands;
    this.#own = el("button", { type: "button", class: "quiet", "data-act": "timer-own", "aria-expanded": "false", "aria-controls": "timer-form", onclick: () => this.#unfold(this.#form.hidden) }, words.timing.own);
    this.#form = el("form", { id: "timer-form", class: "row", hidden: true, onsubmit: onSubmit(() => this.#begin(this.#minutes.valueAsNumber)) },
      el("label", { for: "timer-minutes" }, words.timing.ownLabel), this.#minutes, el("button", { class: "quiet", "data-act": "timer-start" }, words.timing.start));
    const usual = USUAL_MINUTES.map((minutes) => act(`timer-${minutes}`, words.timing.minutes(minutes), () => this.#begin(minutes)));
    this.#idle = el("div", { class: "row" }, el("span", { id: "timing-title" }, words.timing.title), usual, this.#own, this.#form);
    this.#running = el("div", { class: "row" }, this.#left, act("timer-more", words.timing.more, () => this.#more()), act("timer-end", words.timing.end, () => commands.timer(null)));
    const praise = act("praise", words.timing.praise, single(() => this.#praise()));
    this.node = el("div", { class: "timing", role: "group", "aria-label": words.timing.title }, this.#idle, this.#running, el("div", { class: "row" }, praise, this.#told));
  }

  async #praise() {
    text(this.#told, "");
    if (await this.#commands.praise()) text(this.#told, words.timing.praised);
  }

  draw(countdown) {
    this.#countdown = countdown;
    clearInterval(this.#ticker);
    if (countdown.endsAt) this.#ticker = setInterval(() => this.#tick(), TICKS_EVERY_MS);
    const hadFocus = this.node.contains(document.activeElement);
    shown(this.#idle, !countdown.endsAt);
    shown(this.#running, countdown.endsAt);
    if (hadFocus && document.activeElement.closest("[hidden]")) this.node.querySelector(".row:not([hidden]) button").focus();
    if (countdown.endsAt) this.#unfold(false);
    this.#tick();
  }

  close() {
    clearInterval(this.#ticker);
  }

  #tick() {
    const { endsAt, left } = this.#countdown;
    if (endsAt) text(this.#left, left > 0 ? words.timing.left(Math.floor(left / MINUTE_S), String(left % MINUTE_S).padStart(2, "0")) : words.timing.over);
  }

  #begin(minutes) {
    return this.#commands.timer(Math.min(LONGEST_S, minutes * MINUTE_S));
  }

  #more() {
    return this.#commands.timer(Math.min(LONGEST_S, this.#countdown.left + MINUTE_S));
  }

  #unfold(isOpen) {
    this.#own.setAttribute("aria-expanded", String(isOpen));
    shown(this.#form, isOpen);
    if (isOpen) this.#minutes.focus();
  }
}

function act(name, label, onclick) {
  return el("button", { type: "button", class: "quiet", "data-act": name, onclick }, label);
}
