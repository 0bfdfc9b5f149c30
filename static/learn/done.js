// The steps that this learner has finished, and the reports of them: on their way, committed, or refused.

import { Answers } from "./answers.js";
import { recordAction, waitIsTold } from "./stage.js";

export class Done {
  #socket;
  #changed;
  #committed;
  /** By the id of a step whose report is on its way: whether that takes long. */
  #sending = new Map();
  /** The step whose report was refused last: `{ id, code }`. */
  #refused = null;
  /** The answers to the questions of steps. */
  answers;

  /** `known`: the ids of the steps that were committed before. */
  constructor({ socket, known, changed }) {
    [this.#socket, this.#changed, this.#committed] = [socket, changed, new Set(known)];
    this.answers = new Answers({ socket, changed, onDone: (id) => this.confirm({ id }) });
  }

  get ids() {
    return [...this.#committed];
  }

  /** Takes up the reports that were on their way before a reload. */
  recall() {
    for (const { data, answered } of this.#socket.unanswered("progress")) this.#report(data.subtask_id, answered);
    this.answers.recall();
  }

  finish({ id }) {
    if (this.#sending.has(id)) return;
    recordAction("DONE");
    this.#report(id, this.#socket.ask("progress", { subtask_id: id, status: "COMPLETED" }));
  }

  /** The state of the session has come. */
  entered(data) {
    if (data.my_subtask_status === "COMPLETED") this.confirm(data.current_subtask);
    this.answers.entered(data);
  }

  /** The server has said that the step is done. */
  confirm({ id }) {
    this.#committed.add(id);
  }

  /** A helper or the teacher has marked a step as done for this learner. */
  marked({ subtask_id: id }) {
    this.confirm({ id });
    this.#changed();
  }

  /** Another step is on the screen: the refusal of the one before is shown no more. */
  leave() {
    this.#refused = null;
  }

  /** Returns what a screen shows about this step. */
  of({ id }) {
    const isSending = this.#sending.has(id);
    return { isDone: this.#committed.has(id), isSending, isLong: isSending && this.#sending.get(id), refused: this.#refused?.id === id ? this.#refused.code : null, given: this.answers.of({ id }) };
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
