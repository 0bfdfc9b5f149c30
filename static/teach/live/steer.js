// The buttons that lead everyone, their keys, and the message to everyone.

import { confirmed, el, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { KEYS, Keys } from "./keys.js";
import { Undo } from "./undo.js";

/** The wait for the server is mentioned after this time. */
const LONG_MS = 400;
/** The code of a key that an input method has not finished with. */
const COMPOSING_KEY = 229;
/** The buttons by state, the most used first. */
const BUTTONS = {
  WAITING: ["start", "end"], IN_PROGRESS: ["next", "back", "pause", "end"], PAUSED: ["resume", "end"], REVIEW_MODE: [],
};
const SIGNS = { back: "←", next: "→" };
const KINDS = { start: "main", next: "main", resume: "main", back: "quiet", pause: "quiet", end: "call" };

export class Steer {
  #commands;
  #session;
  #message = el("input", { id: "message", maxlength: 500, autocomplete: "off", enterkeyhint: "send", placeholder: words.steer.messageHint, onkeydown: (event) => this.#typed(event) });
  #say;
  #more;
  #note = el("p", { class: "sent", role: "status" });
  #buttons;
  #undo;
  #slow = 0;
  keys;

  /** `keys`: further buttons, by the names of their keys. */
  constructor({ commands, session, keys = {} }) {
    this.#commands = commands;
    this.#session = session;
    commands.onBusy = () => this.#busy();
    commands.onOutdated = () => text(this.#note, words.steer.outdated);
    this.#buttons = Object.fromEntries(Object.keys(KINDS).map((name) => [name, this.#button(name)]));
    this.#say = el("div", { class: "say", id: "say" }, el("label", { for: "message" }, words.steer.message, " ", el("kbd", { "aria-hidden": "true" }, "Enter")),
      el("div", { class: "row" }, this.#message, el("button", { type: "button", class: "quiet", "data-act": "tell", onclick: single(() => this.#tell()) }, words.steer.tell)));
    this.#more = el("button", { type: "button", class: "quiet more", "data-act": "say", "aria-expanded": "false", "aria-controls": "say",
      onclick: () => this.#unfold() }, words.steer.say);
    const { start, back, next, resume, pause, end } = this.#buttons;
    this.#undo = new Undo({ anchor: next, sign: KEYS.undo, onUndo: (step) => commands.to(step) });
    this.node = el("section", { class: "steer", "aria-label": words.steer.name }, this.#undo.told, this.#note, this.#undo.node, this.#say,
      el("div", { class: "buttons" }, this.#more, start, back, next, resume, pause, end));
    // A presentation clicker sends PageDown and PageUp.
    this.keys = new Keys({
      S: () => start, ArrowRight: () => next, ArrowLeft: () => back, P: () => (resume.hidden ? pause : resume), E: () => end,
      PageDown: () => next, PageUp: () => back, Z: () => this.#undo.button, ...keys,
    });
  }

  close() {
    clearTimeout(this.#slow);
    this.#undo.close();
    this.keys.close();
  }

  draw() {
    const { roster, at, steps } = this.#session;
    const { status } = roster;
    this.#undo.follow(roster);
    const focused = document.activeElement;
    for (const [name, button] of Object.entries(this.#buttons)) shown(button, BUTTONS[status].includes(name));
    shown(this.node, status !== "REVIEW_MODE");
    enable(this.#buttons.start, steps.length > 0);
    enable(this.#buttons.next, at < steps.length - 1);
    enable(this.#buttons.back, at > 0);
    // If the button that was pressed is hidden now, the most used one gets the focus.
    const hasGone = this.node.contains(focused) && (focused.hidden || this.node.hidden);
    if (hasGone) (this.#buttons[BUTTONS[status][0]] ?? document.querySelector("#main")).focus();
  }

  /** Goes to a step, or starts with it. */
  go(step) {
    return this.#session.roster.status === "WAITING" ? this.#commands.start(step) : this.#commands.to(step);
  }

  #button(name) {
    const label = [SIGNS[name] && el("span", { class: "arrow", "aria-hidden": "true" }, SIGNS[name]), el("span", {}, words.steer[name])];
    return el("button", { type: "button", class: `big ${KINDS[name]} ${name}`, "data-act": name, onclick: () => this.#press(name) },
      label, el("kbd", { "aria-hidden": "true" }, KEYS[name]));
  }

  async #press(name) {
    if (this.#buttons[name].getAttribute("aria-disabled") === "true" || this.#commands.isBusy) return;
    if (name === "end" && !(await confirmed(words.steer.endAsk, words.steer.end, words.office.no))) return;
    // A message that is being written is not sent by these buttons.
    if (name === "next") await this.#next();
    else if (name === "back") await this.#commands.move(-1);
    else await this.#commands[name]();
  }

  /** Goes on, and offers to go back. */
  async #next() {
    const { steps, at } = this.#session;
    const from = steps[at];
    if ((await this.#commands.move(1)) && from) this.#undo.offer(from, steps[at + 1], at + 2);
  }

  /** Sends by Enter, but not by the Enter that completes a syllable of Hangul or chooses a Kanji. */
  #typed(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === COMPOSING_KEY) return;
    event.preventDefault();
    if (!event.repeat) this.#tell();
  }

  /** Sends the message to everyone. */
  async #tell() {
    const message = this.#message.value.trim();
    if (!message) return this.#message.focus();
    if (!(await this.#commands.say(message))) return undefined;
    if (this.#message.value.trim() === message) this.#message.value = "";
    text(this.#note, words.steer.told(message));
    const isFolding = this.#say.classList.contains("unfolded");
    this.#fold();
    return isFolding && this.#more.focus();
  }

  #busy() {
    clearTimeout(this.#slow);
    const { isBusy } = this.#commands;
    this.node.setAttribute("aria-busy", String(isBusy));
    if (isBusy) text(this.#note, "");
    if (isBusy) this.#slow = setTimeout(() => text(this.#note, words.steer.sending), LONG_MS);
    else if (this.#note.textContent === words.steer.sending) text(this.#note, "");
  }

  #unfold() {
    const isOpen = this.#say.classList.toggle("unfolded");
    this.#more.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.#message.focus();
  }

  #fold() {
    this.#say.classList.remove("unfolded");
    this.#more.setAttribute("aria-expanded", "false");
  }
}

/** Enables or disables a button. A disabled one keeps the focus, so that the keys go on working. */
function enable(button, isEnabled) {
  if (isEnabled) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}
