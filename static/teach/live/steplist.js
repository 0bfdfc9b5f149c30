// The list of all steps: the current one, how many people are at others, and a way to each.

import { confirmed, el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

export class StepList {
  #onGo;
  #steps = null;
  #entries = [];
  #count = el("span", { class: "hint" });
  #list = el("ol", { class: "outline" });

  /** `onGo(step)` leads everyone to a step. */
  constructor({ onGo }) {
    this.#onGo = onGo;
    this.node = el("details", { class: "card outline-card", open: matchMedia("(min-width: 900px)").matches },
      el("summary", {}, el("h2", {}, words.stepList.title), " ", this.#count), this.#list);
  }

  draw({ roster, steps, at }) {
    if (this.#steps !== steps) this.#build(steps);
    const { status } = roster;
    const elsewhere = roster.elsewhere();
    text(this.#count, at >= 0 ? words.stepList.place(at + 1, steps.length) : words.stepList.all(steps.length));
    const mayGo = status === "WAITING" || status === "IN_PROGRESS";
    this.#entries.forEach(({ button, others }, n) => {
      const isHere = n === at && status !== "REVIEW_MODE";
      attribute(button, "aria-current", isHere ? "step" : null);
      attribute(button, "aria-disabled", mayGo && !isHere ? null : "true");
      const count = elsewhere.get(steps[n].id) ?? 0;
      text(others, count ? words.stepList.others(count) : "");
      shown(others, count);
    });
  }

  #build(steps) {
    this.#steps = steps;
    this.#entries = steps.map((step, n) => {
      const others = el("span", { class: "tag", hidden: true });
      const button = el("button", { type: "button", "data-act": "jump", "data-step": step.id, onclick: () => this.#ask(step, n) },
        el("span", { class: "nth" }, String(n + 1)), el("span", { class: "name" }, step.title), others);
      return { button, others };
    });
    this.#list.replaceChildren(...this.#entries.map(({ button }) => el("li", {}, button)));
  }

  /** Asks first, since every phone follows. */
  async #ask(step, n) {
    if (this.#entries[n].button.getAttribute("aria-disabled")) return;
    if (await confirmed(words.stepList.ask(n + 1, step.title), words.stepList.go, words.office.no)) this.#onGo(step);
  }
}

function attribute(node, name, value) {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}
