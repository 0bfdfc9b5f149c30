// Keys that press buttons. They can be turned off, and do nothing while someone types or a dialog is open.

import { read, write } from "../../shared/device.js";

/** The label of the key, by button. */
export const KEYS = { start: "S", back: "←", next: "→", pause: "P", resume: "P", end: "E", full: "F", undo: "Z", dark: "B" };

/** Elements in which one types. */
export const TYPES = "input, textarea, select, [contenteditable]";
/** Elements that the space bar presses. */
export const TAKES_SPACE = "button, a, summary, [role='switch']";

export class Keys {
  isOn = read("keys", true);
  #buttons;
  #listener = (event) => this.#heard(event);

  /** `buttons`: by the name of a key, a function that returns the button. */
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
    if (!button || button.hidden) return;
    // A key of a button that cannot be pressed now does nothing else either.
    event.preventDefault();
    if (button.getAttribute("aria-disabled") !== "true") button.click();
  }
}

/** The name of a key. On a keyboard without Latin letters, a letter is named by its place. */
function nameOf({ key, code }) {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (code.startsWith("Key")) return code.slice(3);
  return key === " " ? "Space" : key;
}
