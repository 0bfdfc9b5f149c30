// The instructor's buttons as the server hears them: each happens once, and says so when it does not happen.

import { patiently } from "../../shared/api.js";

export class Commands {
  #api;
  #class;
  #fail;
  isBusy = false;
  onBusy = () => {};
  /** The class stands elsewhere than this page showed: nothing was sent. */
  onOutdated = () => {};

  constructor({ api, liveClass, fail }) {
    this.#api = api;
    this.#class = liveClass;
    this.#fail = fail;
  }

  start(step = this.#class.steps[0]) {
    return this.#send("start", { first_subtask_id: step?.id });
  }

  /** Named, not counted: pressed twice it is still the same step. */
  move(by) {
    const step = this.#class.steps[this.#class.at + by];
    return step ? this.to(step) : false;
  }

  to(step) {
    return this.#send("next-step", { next_subtask_id: step.id });
  }

  pause() {
    return this.#send("pause", {});
  }

  resume() {
    return this.#send("resume", {});
  }

  /** To all, and the class stays where it is. */
  say(message) {
    return this.#send("message", { message });
  }

  end() {
    return this.#send("end", {});
  }

  /** Resolves to whether it happened. */
  async #send(name, body) {
    if (this.isBusy) return false;
    this.#busy(true);
    try {
      this.#fail(null);
      if (!this.#class.isOpen && !(await this.#isWhereShown())) return false;
      await this.#api.once(`/api/sessions/${this.#class.id}/${name}`, body);
      if (!this.#class.isOpen) this.#class.reconnect();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      this.#busy(false);
    }
  }

  /** While the socket is away another device may have moved the class: what is pressed by an old picture must not move it back. */
  async #isWhereShown() {
    const { status, current_subtask: step } = await patiently(() => this.#api.get(`/api/sessions/${this.#class.id}/current`));
    const { roster } = this.#class;
    if (status === roster.status && step?.id === roster.step?.id) return true;
    this.#class.reconnect();
    this.onOutdated();
    return false;
  }

  #busy(is) {
    this.isBusy = is;
    this.onBusy();
  }
}
