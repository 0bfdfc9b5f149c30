// What the instructor's socket has said so far: a class as plain data. Nothing here touches the page.

/** What the state of a class is called. */
export const STATES = { WAITING: "시작 전", IN_PROGRESS: "수업 중", PAUSED: "쉬는 중", REVIEW_MODE: "끝난 수업" };

const OPEN = ["ANALYZING", "ESCALATED"];

export class Roster {
  people = new Map();
  status = null;
  step = null;
  shown = 0;
  door = "OPEN";
  code = "";
  joinUrl = "";
  title = "";
  lecture = null;
  /** What one must fetch again after a frame. */
  helpHasChanged = false;
  stateIsOld = false;

  heard({ type, data }) {
    this[`on_${type}`]?.(data);
  }

  counts() {
    const all = [...this.people.values()];
    const count = (need) => all.filter((person) => need === stateOf(person)).length;
    return {
      all: all.length, done: all.filter((person) => person.status === "COMPLETED").length,
      away: all.filter((person) => !person.connected).length, help: count("help"), stuck: count("stuck"),
    };
  }

  on_session_state(data) {
    Object.assign(this, {
      status: data.status, step: data.current_subtask, shown: data.shown, door: data.door, code: data.session_code,
      joinUrl: data.join_url, title: data.title, lecture: data.lecture, stateIsOld: false, helpHasChanged: true,
    });
    const here = data.participants.filter((p) => p.status !== "LEFT").sort(byArrival);
    this.people = new Map(here.map((p) => [p.user_id, {
      id: p.user_id, name: p.name, guest: p.guest, connected: p.connected, status: p.subtask_status, stuck: p.stuck,
      help: p.open_help_request_id,
    }]));
    this.#label();
  }

  /** Two of the same name are told apart by who came first. */
  #label() {
    const met = new Map();
    for (const person of this.people.values()) {
      const nth = (met.get(person.name) ?? 0) + 1;
      met.set(person.name, nth);
      person.label = nth > 1 ? `${person.name} (${nth})` : person.name;
    }
  }

  #stepIs(step) {
    this.status = "IN_PROGRESS";
    this.step = step;
    this.shown = 0;
    for (const person of this.people.values()) Object.assign(person, { status: "NOT_STARTED", stuck: false });
    // Some may have finished this step before, and that is not in the frame.
    this.stateIsOld = true;
  }

  on_session_started(data) {
    this.#stepIs(data.current_subtask);
  }

  on_step_changed(data) {
    this.#stepIs(data.current_subtask);
  }

  on_session_paused() {
    this.status = "PAUSED";
  }

  on_session_resumed() {
    this.status = "IN_PROGRESS";
  }

  on_session_ended() {
    this.status = "REVIEW_MODE";
  }

  on_door_changed(data) {
    this.door = data.door;
  }

  on_step_shown(data) {
    if (data.subtask_id === this.step?.id) this.shown = data.phones;
  }

  on_student_joined(data) {
    const known = this.people.get(data.user_id);
    if (known) return;
    this.people.set(data.user_id, {
      id: data.user_id, name: data.name, guest: !data.email, connected: true, status: "NOT_STARTED", stuck: false, help: null,
    });
    this.#label();
  }

  on_student_left(data) {
    this.people.delete(data.user_id);
    this.#label();
  }

  #with(id, changes) {
    const person = this.people.get(id);
    if (person) Object.assign(person, changes);
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
    if (data.subtask_id !== this.step?.id) return;
    this.#with(data.user_id, { status: data.status, ...(data.status === "COMPLETED" ? { stuck: false } : {}) });
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
    if (OPEN.includes(data.status)) person.help = data.help_request_id;
    else if (person.help === data.help_request_id) person.help = null;
  }
}

/** One word for how a person is, the most pressing first. */
export function stateOf(person) {
  if (person.help) return "help";
  if (person.status === "COMPLETED") return "done";
  if (!person.connected) return "away";
  return person.stuck ? "stuck" : "working";
}

function byArrival(a, b) {
  return Date.parse(a.joined_at) - Date.parse(b.joined_at) || a.user_id - b.user_id;
}

const RANK = { help: 0, stuck: 1, working: 2, away: 3, done: 4 };

export function byNeed(a, b) {
  return RANK[stateOf(a)] - RANK[stateOf(b)] || a.name.localeCompare(b.name, "ko") || a.id - b.id;
}
