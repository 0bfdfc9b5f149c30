// The button that takes «next» back. It is there for some seconds, away from «next», and takes no focus.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

const SHOWN_FOR_MS = 5_000;
/** A press of a pointer that comes sooner was meant for «next». */
const TAKES_AFTER_MS = 400;

export class Undo {
  #onUndo;
  #anchor;
  /** The move that can be taken back: `{ from, to, at, hasCome }`, or null. */
  #move = null;
  #timer = 0;
  #what = el("p", {});
  #told = el("p", { class: "unseen", role: "status" });
  #button;

  /** `onUndo(step)` leads everyone back to a step. `anchor` stays where it is on the screen when the button comes and goes. */
  constructor({ onUndo, anchor, sign }) {
    this.#onUndo = onUndo;
    this.#anchor = anchor;
    this.#button = el("button", { type: "button", class: "quiet", "data-act": "undo", "aria-keyshortcuts": sign, onclick: ({ detail }) => this.#take(detail > 0) },
      el("span", {}, words.steer.undo), el("kbd", { "aria-hidden": "true" }, sign));
    this.node = el("div", { class: "undo", hidden: true, onpointerleave: () => this.#wait(), onfocusout: () => this.#wait() }, this.#what, this.#button);
  }

  /** The button, if it can be pressed now. */
  get button() {
    return this.node.hidden ? null : this.#button;
  }

  /** Tells screen readers of the offer. It is always in the page. */
  get told() {
    return this.#told;
  }

  /** Offers to go back to `from`, for a while, as long as the session is at `to`. */
  offer(from, to, number) {
    this.#move = { from, to, at: performance.now(), hasCome: false };
    text(this.#what, words.steer.moved(number));
    text(this.#told, words.steer.undoTold(number));
    this.#show(true);
    this.#wait();
  }

  /** Takes the offer away once the session has gone elsewhere, or rests. The news of the move itself may come after the offer. */
  follow({ status, step }) {
    if (!this.#move) return;
    const isThere = step?.id === this.#move.to.id && status === "IN_PROGRESS";
    if (isThere) this.#move.hasCome = true;
    else if (this.#move.hasCome || step?.id !== this.#move.from.id) this.close();
  }

  close() {
    clearTimeout(this.#timer);
    this.#move = null;
    if (this.node.contains(document.activeElement)) this.#anchor.focus({ preventScroll: true });
    this.#show(false);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), SHOWN_FOR_MS);
  }

  /** Ends the offer, but not under a hand: a pointer over it or the focus in it keeps it. */
  #end() {
    if (!this.node.matches(":hover, :focus-within")) this.close();
  }

  #take(isByPointer) {
    if (!this.#move || (isByPointer && performance.now() - this.#move.at < TAKES_AFTER_MS)) return;
    const { from } = this.#move;
    this.close();
    this.#onUndo(from);
  }

  /** Shows or hides it without moving what is under the finger. */
  #show(isShown) {
    if (this.node.hidden !== isShown) return;
    const before = this.#anchor.getBoundingClientRect().top;
    shown(this.node, isShown);
    const moved = this.#anchor.getBoundingClientRect().top - before;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }
}
