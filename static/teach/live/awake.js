// Keeps the screen on, where the browser allows it: only over https, and only while the page is looked at.

export class Awake {
  #lock = null;
  #isOver = false;
  #look = () => document.visibilityState === "visible" && this.#hold();

  constructor() {
    document.addEventListener("visibilitychange", this.#look);
    this.#hold();
  }

  close() {
    this.#isOver = true;
    document.removeEventListener("visibilitychange", this.#look);
    this.#lock?.release();
    this.#lock = null;
  }

  async #hold() {
    try {
      const lock = (await navigator.wakeLock?.request("screen")) ?? null;
      if (this.#isOver) lock?.release();
      else this.#lock = lock;
    } catch {
      // The device saves its battery, or the page is not looked at: the class goes on all the same.
    }
  }
}
