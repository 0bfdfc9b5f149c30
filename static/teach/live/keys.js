// Keys that press buttons. Never while someone types or a question is open, and they can be turned off.

import { read, write } from "../../shared/device.js";

/** What stands on the button that a key presses. */
export const KEYS = { start: "S", back: "←", next: "→", pause: "P", resume: "P", end: "E", full: "F" };

const TYPES = "input, textarea, select, [contenteditable]";
const TAKES_SPACE = "button, a, summary, [role='switch']";

export class Keys {
  isOn = read("keys", true);
  #buttons;
  #listener = (event) => this.#heard(event);

  /** `buttons`: from the name of a key to what tells the button that it presses. */
  constructor(buttons) {
    this.#buttons = buttons;
    document.addEventListener("keydown", this.#listener);
  }

  close() {
    document.removeEventListener("keydown", this.#listener);
  }

  turn(isOn) {
    this.isOn = isOn;
    write("keys", isOn);
  }

  #heard(event) {
    const { target } = event;
    if (!this.isOn || event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.closest?.(TYPES) || (event.key === " " && target.closest?.(TAKES_SPACE))) return;
    const button = this.#buttons[nameOf(event)]?.();
    if (!button || button.hidden || button.getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    button.click();
  }
}

/** A letter by its place where the keyboard writes other letters than Latin ones. */
function nameOf({ key, code }) {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (code.startsWith("Key")) return code.slice(3);
  return key === " " ? "Space" : key;
}
