// A line that shows how much of a timer is left, calmly: it changes every ten seconds, says three sentences in all, and nothing happens at its end.

import { el, shown, text } from "./dom.js";
import { words } from "./words.js";

const TICKS_EVERY_MS = 1_000;
const MINUTE_S = 60;
const STEP_S = 10;

export class TimerLine {
  #word = el("span");
  #bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  #say;
  #changed;
  #countdown = null;
  #ticker = 0;
  /** The end of the timer that is shown, whether it has taken the place of another, and what was said of it last. */
  #endsAt = null;
  #isMore = false;
  #said = "";
  node = el("p", { class: "timer", hidden: true }, this.#word, this.#bar);

  /** `say` gets what screen readers should hear; `changed` is called when the line has come or gone. */
  constructor({ say, changed = () => {} }) {
    [this.#say, this.#changed] = [say, changed];
  }

  /** Shows a countdown from now on. */
  draw(countdown) {
    this.#countdown = countdown;
    const isNew = this.#endsAt !== countdown.endsAt;
    if (isNew) [this.#isMore, this.#endsAt, this.#said] = [this.#endsAt !== null, countdown.endsAt, ""];
    clearInterval(this.#ticker);
    if (this.#endsAt) this.#ticker = setInterval(() => this.#tick(), TICKS_EVERY_MS);
    this.#tick();
    if (isNew) this.#changed();
  }

  close() {
    clearInterval(this.#ticker);
    this.node.remove();
  }

  #tick() {
    shown(this.node, this.#endsAt);
    if (!this.#endsAt) return;
    const { left, seconds } = this.#countdown;
    const rounded = Math.ceil(left / STEP_S) * STEP_S;
    const [minutes, rest] = [Math.floor(rounded / MINUTE_S), rounded % MINUTE_S];
    text(this.#word, left > 0 ? words.timer.left(minutes, rest) : words.timer.over);
    this.node.dataset.over = left === 0;
    this.#bar.firstChild.style.width = `${(100 * Math.min(left, seconds)) / seconds}%`;
    const stage = left === 0 ? "over" : left <= MINUTE_S && seconds > MINUTE_S ? "minute" : "begun";
    if (this.#said === stage) return;
    this.#said = stage;
    const begun = this.#isMore ? words.timer.more : words.timer.begun;
    this.#say({ over: words.timer.over, minute: words.timer.minute, begun: begun(minutes, rest) }[stage]);
  }
}
