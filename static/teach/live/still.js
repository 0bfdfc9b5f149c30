// Delays moves while a pointer, a finger or the focus is on a list, so that nothing moves away from under it.

const RESTS_AFTER_MS = 3_000;
const EVENTS_OF_USE = ["pointermove", "pointerdown", "wheel", "touchmove", "keydown", "focusin"];

export class Still {
  #until = 0;
  #timer = 0;
  #onFree;

  constructor(node, onFree) {
    this.#onFree = onFree;
    for (const type of EVENTS_OF_USE) node.addEventListener(type, () => this.#hold(), { passive: true });
    node.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.release());
  }

  get isHeld() {
    return performance.now() < this.#until;
  }

  release() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#until = 0;
    this.#onFree();
  }

  /** Holds the list still for some seconds from now. */
  #hold() {
    this.#until = performance.now() + RESTS_AFTER_MS;
    this.#timer ||= setTimeout(() => this.#look(), RESTS_AFTER_MS);
  }

  #look() {
    this.#timer = 0;
    const left = this.#until - performance.now();
    if (left <= 0) this.release();
    else this.#timer = setTimeout(() => this.#look(), left);
  }
}
