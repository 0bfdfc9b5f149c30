// Keeps the screen on, if the browser allows it: over https, while the page is visible.

export class Awake {
  #lock = null;
  #isOver = false;
  #onVisible = () => document.visibilityState === "visible" && this.#hold();

  constructor() {
    document.addEventListener("visibilitychange", this.#onVisible);
    this.#hold();
  }

  close() {
    this.#isOver = true;
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#lock?.release();
    this.#lock = null;
  }

  async #hold() {
    try {
      const lock = (await navigator.wakeLock?.request("screen")) ?? null;
      if (this.#isOver) lock?.release();
      else this.#lock = lock;
    } catch {
      // The device saves its battery, or the page is hidden. The session goes on without it.
    }
  }
}
