// What the instructor's socket has said so far: a class as plain data. Nothing here touches the page.

const OPEN = ["ANALYZING", "ESCALATED"];

export class Roster {
  people = new Map();
  status = null;
  step = null;
  message = null;
  shown = 0;
  door = "OPEN";
  code = "";
  joinUrl = "";
  title = "";
  lecture = null;
  /** Where its attendance is written. */
  sheetPath = "";
  startedAt = null;
  endedAt = null;
  /** What one must fetch again after a frame. */
  helpHasChanged = false;
  stateIsOld = false;
  #changed = new Set();

  heard({ type, data }) {
    this[`on_${type}`]?.(data);
  }

  /** Who may look different since this was asked the last time, also who has gone. */
  takeChanged() {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** How many are in each state; besides, how many there are, are connected, have finished the step, and have not. */
  counts() {
    const counts = { all: this.people.size, finished: 0, left: 0, connected: 0, help: 0, stuck: 0, working: 0, here: 0, away: 0, done: 0, came: 0 };
    for (const person of this.people.values()) {
      counts[stateIn(this.status, person)] += 1;
      counts[person.status === "COMPLETED" ? "finished" : "left"] += 1;
      if (person.connected) counts.connected += 1;
    }
    return counts;
  }

  /** How many are at another step than the class, by step. */
  elsewhere() {
    const at = new Map();
    for (const person of this.people.values()) {
      if (this.isElsewhere(person)) at.set(person.at, (at.get(person.at) ?? 0) + 1);
    }
    return at;
  }

  isElsewhere(person) {
    return Boolean(person.at && this.step && person.at !== this.step.id);
  }

  /** Who waits for help by the queue itself, the longest first: a frame tells of one call, and some have several. */
  callsAre(calls) {
    const first = new Map();
    for (const { id, user } of calls) if (!first.has(user)) first.set(user, id);
    for (const id of this.people.keys()) this.#with(id, { help: first.get(id) ?? null });
  }

  on_session_state(data) {
    Object.assign(this, {
      status: data.status, step: data.current_subtask, message: data.instructor_message, shown: data.shown, door: data.door,
      sheetPath: `/teach/lecture/${data.lecture.id}/attendance?class=${data.class_id}&meeting=${data.session_number ?? ""}`,
      code: data.session_code, joinUrl: data.join_url, title: data.title, lecture: data.lecture, startedAt: data.started_at,
      endedAt: data.ended_at, stateIsOld: false, helpHasChanged: true,
    });
    const known = this.people;
    this.people = new Map();
    for (const p of data.participants.filter((one) => one.status !== "LEFT").sort(byArrival)) {
      this.people.set(p.user_id, known.get(p.user_id) ?? { id: p.user_id });
      this.#with(p.user_id, {
        name: p.name, guest: p.guest, connected: p.connected, status: p.subtask_status, stuck: p.stuck,
        help: p.open_help_request_id, at: p.current_subtask?.id ?? null,
      });
    }
    for (const id of known.keys()) if (!this.people.has(id)) this.#changed.add(id);
    this.#label();
  }

  #with(id, changes) {
    const person = this.people.get(id);
    if (!person || Object.keys(changes).every((key) => person[key] === changes[key])) return;
    Object.assign(person, changes);
    this.#changed.add(id);
  }

  /** Two of the same name are told apart by who came first. */
  #label() {
    const met = new Map();
    for (const { id, name } of this.people.values()) {
      const nth = (met.get(name) ?? 0) + 1;
      met.set(name, nth);
      this.#with(id, { label: nth > 1 ? `${name} (${nth})` : name });
    }
  }

  #stepIs({ current_subtask: step, instructor_message: message }) {
    Object.assign(this, { status: "IN_PROGRESS", step, message, shown: 0 });
    for (const id of this.people.keys()) this.#with(id, { status: "NOT_STARTED", stuck: false, at: step.id });
    // Some may have finished this step before, and that is not in the frame.
    this.stateIsOld = true;
  }

  on_session_started(data) {
    this.startedAt = data.started_at;
    this.#stepIs(data);
  }

  on_step_changed(data) {
    this.#stepIs(data);
  }

  on_session_paused(data) {
    Object.assign(this, { status: "PAUSED", message: data.instructor_message });
  }

  on_session_resumed(data) {
    Object.assign(this, { status: "IN_PROGRESS", message: data.instructor_message });
  }

  on_session_ended(data) {
    Object.assign(this, { status: "REVIEW_MODE", message: data.instructor_message, endedAt: data.ended_at });
  }

  on_door_changed(data) {
    this.door = data.door;
  }

  on_step_shown(data) {
    if (data.subtask_id === this.step?.id) this.shown = data.phones;
  }

  on_student_joined(data) {
    if (this.people.has(data.user_id)) return;
    this.people.set(data.user_id, { id: data.user_id });
    this.#with(data.user_id, {
      name: data.name, guest: !data.email, connected: true, status: "NOT_STARTED", stuck: false, help: null, at: this.step?.id ?? null,
    });
    this.#label();
  }

  on_student_left(data) {
    this.people.delete(data.user_id);
    this.#changed.add(data.user_id);
    this.#label();
  }

  on_student_renamed(data) {
    this.#with(data.user_id, { name: data.name });
    this.#label();
  }

  on_student_connected(data) {
    this.#with(data.user_id, { connected: true });
  }

  on_student_disconnected(data) {
    this.#with(data.user_id, { connected: false });
  }

  on_student_progress(data) {
    const isDone = data.status === "COMPLETED";
    // Who finishes another step, late, comes to where the class is.
    if (data.subtask_id !== this.step?.id) return this.#with(data.user_id, { at: isDone ? (this.step?.id ?? null) : data.subtask_id });
    return this.#with(data.user_id, { status: data.status, at: data.subtask_id, ...(isDone ? { stuck: false } : {}) });
  }

  on_student_stuck(data) {
    if (data.subtask_id === this.step?.id) this.#with(data.user_id, { stuck: true });
  }

  on_student_help_request(data) {
    this.helpHasChanged = true;
    this.#with(data.user.id, { help: data.help_request_id });
  }

  on_help_updated(data) {
    this.helpHasChanged = true;
    const person = this.people.get(data.user_id);
    if (!person) return;
    if (OPEN.includes(data.status)) this.#with(person.id, { help: data.help_request_id });
    else if (person.help === data.help_request_id) this.#with(person.id, { help: null });
  }
}

/** One word for how a person is, the most pressing first. Before the start it tells who is here, and after the end who has finished. */
export function stateIn(status, person) {
  if (person.help) return "help";
  if (status === "WAITING") return person.connected ? "here" : "away";
  if (person.status === "COMPLETED") return "done";
  if (status === "REVIEW_MODE") return "came";
  if (!person.connected) return "away";
  return person.stuck ? "stuck" : "working";
}

/** Within a second they keep the order in which the server sent them. */
function byArrival(a, b) {
  return Date.parse(a.joined_at) - Date.parse(b.joined_at);
}
