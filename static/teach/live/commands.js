// The commands of the instructor's buttons. Each takes effect once, and a failure is reported.

import { withRetries } from "../../shared/api.js";

export class Commands {
  #api;
  #session;
  #fail;
  isBusy = false;
  onBusy = () => {};
  /** Called when nothing was sent, since the session is at another step than this page has shown. */
  onOutdated = () => {};

  constructor({ api, session, fail }) {
    this.#api = api;
    this.#session = session;
    this.#fail = fail;
  }

  start(step = this.#session.steps[0]) {
    return this.#send("start", { first_subtask_id: step?.id });
  }

  /** Goes some steps on or back. The command names the step, so that two presses lead to the same one. */
  move(by) {
    const step = this.#session.steps[this.#session.at + by];
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

  /** Sends a message to everyone. */
  say(message) {
    return this.#send("message", { message });
  }

  /** Starts a timer of so many seconds, or (null) ends it. */
  timer(seconds) {
    return this.#send("timer", { seconds });
  }

  /** Praises everyone. */
  praise() {
    return this.#send("praise", {});
  }

  end() {
    return this.#send("end", {});
  }

  /** Sends a command. Resolves to whether it took effect. */
  async #send(name, body) {
    if (this.isBusy) return false;
    this.#busy(true);
    try {
      this.#fail(null);
      if (!this.#session.isOpen && !(await this.#isWhereShown())) return false;
      await this.#api.once(`/api/sessions/${this.#session.id}/${name}`, body);
      if (!this.#session.isOpen) this.#session.reconnect();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      this.#busy(false);
    }
  }

  /** Tells whether the session is still where this page shows it. While the socket is away, another device may have moved it. */
  async #isWhereShown() {
    const { status, current_subtask: step } = await withRetries(() => this.#api.get(`/api/sessions/${this.#session.id}/current`));
    const { roster } = this.#session;
    if (status === roster.status && step?.id === roster.step?.id) return true;
    this.#session.reconnect();
    this.onOutdated();
    return false;
  }

  #busy(isBusy) {
    this.isBusy = isBusy;
    this.onBusy();
  }
}
