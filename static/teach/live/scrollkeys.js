// Lets the keys that scroll a page scroll the parts of the board, since the board as a whole does not scroll.

import { TAKES_SPACE, TYPES } from "./keys.js";

const PARTS = ".wide, .side, .floor";
const WAYS = { " ": 1, PageDown: 1, PageUp: -1 };
const PAGE = 0.85;

export class ScrollKeys {
  #node;
  #listener = (event) => this.#heard(event);

  constructor(node) {
    this.#node = node;
    document.addEventListener("keydown", this.#listener);
  }

  close() {
    document.removeEventListener("keydown", this.#listener);
  }

  #heard(event) {
    const { target, key, defaultPrevented, isComposing } = event;
    if (!WAYS[key] || defaultPrevented || isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest(TYPES) || (key === " " && target.closest(TAKES_SPACE)) || document.querySelector("dialog[open]")) return;
    const part = [target.closest(PARTS), ...this.#node.querySelectorAll(PARTS)].find((one) => one && canScroll(one));
    // In a low window the page itself scrolls, which the browser does.
    if (!part) return;
    event.preventDefault();
    const way = key === " " && event.shiftKey ? -1 : WAYS[key];
    part.scrollBy({ top: way * PAGE * part.clientHeight });
  }
}

function canScroll(part) {
  return part.scrollHeight > part.clientHeight + 1 && ["auto", "scroll"].includes(getComputedStyle(part).overflowY);
}
