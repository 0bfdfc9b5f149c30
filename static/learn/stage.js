// The page around the screens: which one is shown, what is said aloud to screen readers, how the connection is.

import { text } from "../shared/dom.js";

const main = document.querySelector("#main");
const announcer = document.querySelector("#announce");
const status = document.querySelector("#link");

let kind = null;
let current = null;

/** Shows the screen of this kind, made anew only when the kind changes, and gives it its state. */
export function show(wanted, make, state = {}) {
  if (kind !== wanted) {
    kind = wanted;
    main.dataset.screen = kind;
    current = make();
    main.replaceChildren(current.node);
    scrollTo(0, 0);
    (current.node.querySelector("input") ?? current.node.querySelector("h1"))?.focus({ preventScroll: true });
  }
  current.update(state);
}

export function announce(words) {
  text(announcer, words);
}

export function link(state, words) {
  status.dataset.state = state;
  text(status, words);
}
