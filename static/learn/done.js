// Which steps this person has finished: tapped, on its way, committed, or refused.

import { did, waitIsTold } from "./stage.js";

export class Done {
  #socket;
  #changed;
  #committed;
  /** What is on its way: the id of each step, and whether that takes long. */
  #sending = new Map();
  /** The last one that was refused: `{id, code}`. */
  #refused = null;

  /** `known`: ids of steps that were committed before. */
  constructor({ socket, known, changed }) {
    [this.#socket, this.#changed, this.#committed] = [socket, changed, new Set(known)];
  }

  get ids() {
    return [...this.#committed];
  }

  /** What was tapped before a reload is still on its way. */
  recall() {
    for (const { data, answered } of this.#socket.unanswered("progress")) this.#report(data.subtask_id, answered);
  }

  finish({ id }) {
    if (this.#sending.has(id)) return;
    did("DONE");
    this.#report(id, this.#socket.ask("progress", { subtask_id: id, status: "COMPLETED" }));
  }

  /** The server knows of it. */
  is({ id }) {
    this.#committed.add(id);
  }

  /** Another step is on the screen: nobody asks any more why the one before was refused. */
  leave() {
    this.#refused = null;
  }

  /** What a screen shows about this step. */
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
