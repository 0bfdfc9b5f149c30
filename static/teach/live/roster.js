// A session as plain data, kept up to date by the frames of the instructor's socket. Nothing here touches the page.

import { Countdown } from "../../shared/countdown.js";
import { labelOf } from "../../shared/names.js";

const OPEN = ["ANALYZING", "ESCALATED"];

export class Roster {
  people = new Map();
  /** The ids of people who left by themselves. They took part. */
  #left = new Set();
  /** After the end: the ids of people who finished the last step in the session. */
  #finishers = new Set();
  status = null;
  step = null;
  message = null;
  /** The question of the current step with its answers, or null; `results`: what everyone is shown of them. */
  question = null;
  results = null;
  shown = 0;
  timer = new Countdown();
  door = "OPEN";
  code = "";
  joinUrl = "";
  title = "";
  lecture = null;
  /** The path of its attendance sheet. */
  sheetPath = "";
  startedAt = null;
  endedAt = null;
  /** Marks of what must be loaded again after a frame. */
  helpHasChanged = false;
  questionsHaveChanged = false;
  stateIsOld = false;
  #changed = new Set();

  heard({ type, data }) {
    this[`on_${type}`]?.(data);
  }

  /** Returns the ids of people who have changed or left since the last call. */
  takeChanged() {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Counts people by state (each person is in one), and in all: `all` are here, `everyone` took part, `connected` have an open socket, `left` have not
   *  finished the step. */
  counts() {
    const counts = { all: this.people.size, everyone: this.people.size + this.#left.size, left: 0, connected: 0, help: 0, stuck: 0, working: 0, here: 0, away: 0, done: 0, came: 0 };
    for (const person of this.people.values()) {
      counts[stateIn(this.status, person)] += 1;
      if (person.connected) counts.connected += 1;
    }
    counts.left = counts.help + counts.stuck + counts.working;
    return counts;
  }

  /** Counts people at other steps than the current one, by step. */
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

  /** Takes the calls of the queue, as `{ id, user, isAuto, helper }`: a frame tells of one call, and some people have several. */
  setCalls(calls) {
    const first = new Map(calls.map((call) => [call.user, call]));
    for (const id of this.people.keys()) this.#with(id, { help: first.get(id)?.id ?? null, calls: first.get(id)?.isAuto === false, helper: first.get(id)?.helper ?? null });
  }

  /** Takes the ids of people who finished the last step, counted from the log after the end. */
  setFinishers(people) {
    this.#finishers = people;
    for (const id of this.people.keys()) this.#with(id, { finished: people.has(id) });
  }

  /** A person who joined has opened no socket in time: they are not connected. */
  giveUp(id) {
    if (this.people.get(id)?.isExpected) this.#with(id, { connected: false, isExpected: false });
  }

  on_session_state(data) {
    Object.assign(this, {
      status: data.status, step: data.current_subtask, message: data.instructor_message, shown: data.shown, door: data.door,
      sheetPath: `/teach/lecture/${data.lecture.id}/attendance?class=${data.class_id}&meeting=${data.session_number ?? ""}`,
      code: data.session_code, joinUrl: data.join_url, title: data.title, lecture: data.lecture, startedAt: data.started_at,
      endedAt: data.ended_at, stateIsOld: false, helpHasChanged: true,
      question: data.question && { ...data.question, shownTotal: data.question_results?.total }, results: data.question_results,
    });
    this.timer.take(data.timer);
    const known = this.people;
    this.people = new Map();
    this.#left = new Set(data.participants.filter((one) => one.status === "LEFT").map((one) => one.user_id));
    for (const p of data.participants.filter((one) => one.status !== "LEFT").sort(byArrival)) {
      this.people.set(p.user_id, known.get(p.user_id) ?? { id: p.user_id });
      this.#with(p.user_id, {
        name: p.name, namesake: p.namesake, label: labelOf(p.name, p.namesake), guest: p.guest, connected: p.connected || Boolean(known.get(p.user_id)?.isExpected), status: p.subtask_status,
        stuck: p.stuck, help: p.open_help_request_id, calls: p.open_help_request_type === "MANUAL", at: p.current_subtask?.id ?? null,
        sameAs: p.same_as, phone: p.phone, came: Date.parse(p.joined_at),
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
    Object.assign(this, { status: "IN_PROGRESS", step, message, shown: 0, question: null, results: null });
    this.timer.stop();
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

  on_timer_changed(data) {
    this.timer.changed(data);
  }

  on_session_ended(data) {
    this.timer.stop();
    Object.assign(this, { status: "REVIEW_MODE", message: data.instructor_message, endedAt: data.ended_at });
  }

  on_door_changed(data) {
    this.door = data.door;
  }

  on_question_answers({ subtask_id: step, total, counts, others }) {
    if (step === this.question?.subtask.id) this.question = { ...this.question, total, counts, others };
  }

  on_question_results(data) {
    if (data.subtask_id !== this.step?.id) return;
    this.results = data;
    if (this.question) this.question = { ...this.question, shown: data.shown, shownTotal: data.total, is_closed: data.is_closed };
  }

  on_class_question() {
    this.questionsHaveChanged = true;
  }

  on_class_question_supported() {
    this.questionsHaveChanged = true;
  }

  on_step_shown(data) {
    if (data.subtask_id === this.step?.id) this.shown = data.phones;
  }

  on_student_joined(data) {
    if (this.people.has(data.user_id)) return;
    this.#left.delete(data.user_id);
    this.people.set(data.user_id, { id: data.user_id });
    this.#with(data.user_id, {
      name: data.name, namesake: data.namesake, label: labelOf(data.name, data.namesake), guest: !data.email, connected: true, isExpected: true, status: "NOT_STARTED", stuck: false, help: null, calls: false,
      at: this.step?.id ?? null, came: Date.parse(data.joined_at),
    });
  }

  on_student_left(data) {
    this.people.delete(data.user_id);
    if (!data.removed) this.#left.add(data.user_id);
    this.#changed.add(data.user_id);
  }

  on_student_renamed(data) {
    this.#with(data.user_id, { name: data.name, namesake: data.namesake, label: labelOf(data.name, data.namesake) });
    // Others with the old or the new name may get other numbers.
    this.stateIsOld = true;
  }

  /** A guest says to be a person who is here already; null once that is settled. */
  on_student_same_as(data) {
    this.#with(data.user_id, { sameAs: data.same_as });
  }

  /** Two participants were merged. What both did is one now, and is loaded again. */
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
    // A person who finishes an earlier step comes to the current one.
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

  on_help_picture() {
    this.helpHasChanged = true;
  }

  on_help_claimed() {
    this.helpHasChanged = true;
  }

  on_help_updated(data) {
    this.helpHasChanged = true;
    const isOpen = OPEN.includes(data.status);
    if (!isOpen && this.people.get(data.user_id)?.help === data.help_request_id) this.#with(data.user_id, { help: null, calls: false });
  }
}

/** The state of a person, the most urgent that applies. Before the start it tells whether they are here, and after the end whether they have finished. */
export function stateIn(status, person) {
  if (status === "REVIEW_MODE") return person.finished ? "done" : "came";
  if (person.calls) return "help";
  if (status === "WAITING") return person.connected ? "here" : "away";
  if (person.status === "COMPLETED") return "done";
  if (!person.connected) return "away";
  // A call that the class made for them counts as stuck.
  return person.stuck || person.help ? "stuck" : "working";
}

/** Sorts by the time of joining. Within a second the order of the server stays. */
function byArrival(a, b) {
  return Date.parse(a.joined_at) - Date.parse(b.joined_at);
}
