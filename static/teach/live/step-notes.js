// Notes of the instructor about the steps, for the board of those who lead. The wall never asks for it.

export class StepNotes {
  #api;
  #path;
  #changed;
  #byStep = new Map();

  constructor({ api, id, changed }) {
    [this.#api, this.#path, this.#changed] = [api, `/api/sessions/${id}/notes`, changed];
    document.addEventListener("visibilitychange", this.#look);
    this.load();
  }

  close() {
    document.removeEventListener("visibilitychange", this.#look);
  }

  /** The note of a step, or nothing. */
  of(step) {
    return this.#byStep.get(step?.id);
  }

  async load() {
    // The class goes on without them.
    const found = await this.#api.get(this.#path).catch(() => null);
    if (!found) return;
    this.#byStep = new Map(found.notes.map(({ subtask_id: step, notes }) => [step, notes]));
    this.#changed();
  }

  /** They may have been edited in another tab. */
  #look = () => {
    if (!document.hidden) this.load();
  };
}
