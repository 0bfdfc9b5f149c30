// The learner's answers to the questions of steps, on their way or committed, and what everyone is shown of the answers.

import { recordAction } from "./stage.js";

export class Answers {
  #socket;
  #changed;
  #onDone;
  /** By the id of a step. */
  #committed = new Map();
  /** By the id of a step: the answer that is on its way, and a number for each press. */
  #sending = new Map();
  #results = new Map();
  /** The ids of steps whose right answer was shown: nobody answers any more. */
  #closed = new Set();
  /** The refusal of the last answer: `{ id, code }`, or null. */
  #refused = null;
  #presses = 0;

  /** `onDone(id)` is called when an answer is committed: the step is done. */
  constructor({ socket, changed, onDone }) {
    [this.#socket, this.#changed, this.#onDone] = [socket, changed, onDone];
  }

  /** Takes up the answers that were on their way before a reload. */
  recall() {
    for (const { data, answered } of this.#socket.unanswered("answer")) this.#report(data.subtask_id, data.answer, answered);
  }

  /** The state of the session has come. */
  entered({ current_subtask: step, my_answer: mine = null, question_results: results }) {
    if (!step?.question) return;
    if (mine !== null) this.#committed.set(step.id, mine);
    if (results) this.shown(results);
  }

  /** The instructor shows the answers, or hides them. */
  shown(results) {
    this.#results.set(results.subtask_id, results);
    if (results.is_closed) this.#closed.add(results.subtask_id);
    this.#changed();
  }

  give({ id }, value) {
    const { mine, refused } = this.of({ id });
    if (mine === value && !refused) return;
    recordAction("ANSWERED");
    this.#report(id, value, this.#socket.ask("answer", { subtask_id: id, answer: value }));
  }

  /** Returns what a screen shows about the question of this step. */
  of({ id }) {
    const results = this.#results.get(id);
    return {
      mine: this.#sending.get(id)?.value ?? this.#committed.get(id) ?? null, isOnItsWay: this.#sending.has(id), isClosed: this.#closed.has(id),
      results: results?.counts ? results : null, refused: this.#refused?.id === id ? this.#refused.code : null,
    };
  }

  async #report(id, value, answered) {
    const press = ++this.#presses;
    this.#refused = null;
    this.#sending.set(id, { value, press });
    this.#changed();
    try {
      const { my_answer: mine } = await answered;
      this.#committed.set(id, mine);
      this.#onDone(id);
    } catch ({ code }) {
      if (code === "ANSWER_SHOWN") this.#closed.add(id);
      this.#refused = { id, code };
    }
    if (this.#sending.get(id)?.press === press) this.#sending.delete(id);
    this.#changed();
  }
}
