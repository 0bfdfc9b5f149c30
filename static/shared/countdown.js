// The timer of a session as plain data. It counts on a clock that nobody can set, from what the server said was left.

const SECOND_MS = 1_000;

export class Countdown {
  /** The end as the server names it, which tells timers apart; null without a timer. */
  endsAt = null;
  seconds = 0;
  #overAt = 0;

  /** Takes a timer of the state of a session, `{ ends_at, seconds, left_ms }`, or null. */
  take(timer) {
    this.#set(timer, timer?.left_ms);
  }

  /** Takes the data of `timer_changed`, which has come this moment. */
  changed(data) {
    this.#set(data.ends_at ? data : null, data.seconds * SECOND_MS);
  }

  stop() {
    this.#set(null, 0);
  }

  /** The seconds that are left. */
  get left() {
    return Math.max(0, Math.ceil((this.#overAt - performance.now()) / SECOND_MS));
  }

  #set(timer, leftMs) {
    this.endsAt = timer?.ends_at ?? null;
    this.seconds = timer?.seconds ?? 0;
    this.#overAt = performance.now() + (leftMs ?? 0);
  }
}
