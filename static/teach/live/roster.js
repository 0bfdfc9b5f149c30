// What the instructor's socket has said so far: a class as plain data. Nothing here touches the page.

import { calledOf } from "../../shared/names.js";

const OPEN = ["ANALYZING", "ESCALATED"];

export class Roster {
  people = new Map();
  /** Who went out by themselves: they took part. */
  #gone = new Set();
  /** After the end: who finished the last step in class. */
  #finishers = new Set();
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

  /** How many are in each state: each person is in one. Besides, how many there are, took part, are connected, and are still at the step. */
  counts() {
    const counts = { all: this.people.size, everyone: this.people.size + this.#gone.size, left: 0, connected: 0, help: 0, stuck: 0, working: 0, here: 0, away: 0, done: 0, came: 0 };
    for (const person of this.people.values()) {
      counts[stateIn(this.status, person)] += 1;
      if (person.connected) counts.connected += 1;
    }
    counts.left = counts.help + counts.stuck + counts.working;
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
    return Boolean(person.connected && person.at && this.step && person.at !== this.step.id);
  }

  /** Who waits for help by the queue itself, as `{ id, user, isAuto }`: a frame tells of one call, and some have several. */
  callsAre(calls) {
    const first = new Map(calls.map((call) => [call.user, call]));
    for (const id of this.people.keys()) this.#with(id, { help: first.get(id)?.id ?? null, calls: first.get(id)?.isAuto === false });
  }

  /** By the log of the class, after its end. */
  finishersAre(people) {
    this.#finishers = people;
    for (const id of this.people.keys()) this.#with(id, { finished: people.has(id) });
  }

  /** Who has joined opens a socket at once. Who does not is not there. */
  giveUp(id) {
    if (this.people.get(id)?.isExpected) this.#with(id, { connected: false, isExpected: false });
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
    this.#gone = new Set(data.participants.filter((one) => one.status === "LEFT").map((one) => one.user_id));
    for (const p of data.participants.filter((one) => one.status !== "LEFT").sort(byArrival)) {
      this.people.set(p.user_id, known.get(p.user_id) ?? { id: p.user_id });
      this.#with(p.user_id, {
        name: p.name, namesake: p.namesake, label: calledOf(p.name, p.namesake), guest: p.guest, connected: p.connected || Boolean(known.get(p.user_id)?.isExpected), status: p.subtask_status,
        stuck: p.stuck, help: p.open_help_request_id, calls: p.open_help_request_type === "MANUAL", at: p.current_subtask?.id ?? null,
        sameAs: p.same_as, came: Date.parse(p.joined_at),
        finished: this.#finishers.has(p.user_id),
      });
    }
    for (const id of known.keys()) if (!this.people.has(id)) this.#changed.add(id);
  }

  #with(id, changes) {
    const person = this.people.get(id);
    if (!person || Object.keys(changes).every((key) => person[key] === changes[key])) return;
    Object.assign(person, changes);
    this.#changed.add(id);
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

  on_instructor_message(data) {
    this.message = data.instructor_message;
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
    this.#gone.delete(data.user_id);
    this.people.set(data.user_id, { id: data.user_id });
    this.#with(data.user_id, {
      name: data.name, namesake: data.namesake, label: calledOf(data.name, data.namesake), guest: !data.email, connected: true, isExpected: true, status: "NOT_STARTED", stuck: false, help: null, calls: false,
      at: this.step?.id ?? null, came: Date.parse(data.joined_at),
    });
  }

  on_student_left(data) {
    this.people.delete(data.user_id);
    if (!data.removed) this.#gone.add(data.user_id);
    this.#changed.add(data.user_id);
  }

  on_student_renamed(data) {
    this.#with(data.user_id, { name: data.name, namesake: data.namesake, label: calledOf(data.name, data.namesake) });
    // Others of the old and the new name may be numbered anew.
    this.stateIsOld = true;
  }

  /** They say to be someone who is here already; nobody, once that is settled. */
  on_student_same_as(data) {
    this.#with(data.user_id, { sameAs: data.same_as });
  }

  /** One person came twice: what both did is one now, and read anew. */
  on_student_merged(data) {
    this.on_student_left(data);
    Object.assign(this, { stateIsOld: true, helpHasChanged: true });
  }

  guestsBeside(id) {
    return [...this.people.values()].filter((person) => person.guest && person.id !== id);
  }

  on_student_connected(data) {
    this.#with(data.user_id, { connected: true, isExpected: false });
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
    const isOwn = data.request_type === "MANUAL";
    if (isOwn || !this.people.get(data.user.id)?.help) this.#with(data.user.id, { help: data.help_request_id, calls: isOwn });
  }

  on_help_updated(data) {
    this.helpHasChanged = true;
    const isOpen = OPEN.includes(data.status);
    if (!isOpen && this.people.get(data.user_id)?.help === data.help_request_id) this.#with(data.user_id, { help: null, calls: false });
  }
}

/** One word for how a person is, the most pressing first. Before the start it tells who is here, and after the end who has finished. */
export function stateIn(status, person) {
  if (status === "REVIEW_MODE") return person.finished ? "done" : "came";
  if (person.calls) return "help";
  if (status === "WAITING") return person.connected ? "here" : "away";
  if (person.status === "COMPLETED") return "done";
  if (!person.connected) return "away";
  // The class calls for who is stuck: that is no call of theirs.
  return person.stuck || person.help ? "stuck" : "working";
}

/** Within a second they keep the order in which the server sent them. */
function byArrival(a, b) {
  return Date.parse(a.joined_at) - Date.parse(b.joined_at);
}
