// The steps that this learner has finished, and the reports of them: on their way, committed, or refused.

import { recordAction, waitIsTold } from "./stage.js";

export class Done {
  #socket;
  #changed;
  #committed;
  /** By the id of a step whose report is on its way: whether that takes long. */
  #sending = new Map();
  /** The step whose report was refused last: `{ id, code }`. */
  #refused = null;

  /** `known`: the ids of the steps that were committed before. */
  constructor({ socket, known, changed }) {
    [this.#socket, this.#changed, this.#committed] = [socket, changed, new Set(known)];
  }

  get ids() {
    return [...this.#committed];
  }

  /** Takes up the reports that were on their way before a reload. */
  recall() {
    for (const { data, answered } of this.#socket.unanswered("progress")) this.#report(data.subtask_id, answered);
  }

  finish({ id }) {
    if (this.#sending.has(id)) return;
    recordAction("DONE");
    this.#report(id, this.#socket.ask("progress", { subtask_id: id, status: "COMPLETED" }));
  }

  /** The server has said that the step is done. */
  confirm({ id }) {
    this.#committed.add(id);
  }

  /** Another step is on the screen: the refusal of the one before is shown no more. */
  leave() {
    this.#refused = null;
  }

  /** Returns what a screen shows about this step. */
  of({ id }) {
    const isSending = this.#sending.has(id);
    return { isDone: this.#committed.has(id), isSending, isLong: isSending && this.#sending.get(id), refused: this.#refused?.id === id ? this.#refused.code : null };
  }

  async #report(id, answered) {
    const isSending = (isLong) => {
      this.#sending.set(id, isLong);
      this.#changed();
    };
    this.#refused = null;
    isSending(false);
    try {
      await waitIsTold(answered, () => isSending(true));
      this.#committed.add(id);
    } catch ({ code }) {
      this.#refused = { id, code };
    }
    this.#sending.delete(id);
    this.#changed();
  }
}
