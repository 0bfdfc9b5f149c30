// One meeting: the mark of everyone, which one press changes.

import { post, put } from "../../shared/api.js";
import { confirmed, el, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { dayName, timeOf } from "./dates.js";
import { KINDS, markSign } from "./marks.js";
import { announce, chips } from "./widgets.js";

/** With the arrow keys one passes other choices: only the one at which they rest is saved. */
const SAVE_AFTER_MS = 500;
const REASON_MAX = 5_000;

export class MeetingSheet {
  node;
  #on;
  #context;
  #roll;
  #meeting;
  #list = el("ul", { class: "roll" });
  #title = el("h2", {});
  #counts = el("p", { class: "hint" });
  #rest = el("button", { type: "button", class: "quiet", "data-act": "rest-present", onclick: single(() => this.#markRest()) });
  /** The marks that wait to be saved: for each person the timer, and what it does. */
  #waiting = new Map();
  #queue = Promise.resolve();
  /** The changes in the queue that were not sent yet. */
  #unsent = new Set();

  constructor(context, roll, meeting) {
    this.#on = context.on;
    this.#context = context;
    this.#roll = roll;
    this.#meeting = meeting;
    this.node = el("section", { class: "card", "data-meeting": meeting.number },
      el("p", {}, el("a", { href: context.path }, words.sheet.back)),
      el("div", { class: "head" }, el("div", {}, this.#title, this.#counts), this.#rest), this.#list);
    this.#draw();
    addEventListener("pagehide", this.#leave);
  }

  #draw() {
    this.#list.replaceChildren(...this.#roll.people.map((person) => this.#line(person)));
    this.#count();
  }

  #count() {
    const { number, date } = this.#meeting;
    text(this.#title, [number && words.marks.meeting(number), dayName(date)].filter(Boolean).join(" · "));
    const kinds = this.#roll.people.map((person) => this.#roll.mark(person, number)?.attendance_type);
    const counts = KINDS.map((kind) => [kind, kinds.filter((one) => one === kind).length]).filter(([, count]) => count > 0);
    text(this.#counts, counts.map(([kind, count]) => `${words.marks.kinds[kind]} ${count}`).join(" · "));
    const rest = this.#unmarked().length;
    text(this.#rest, words.sheet.restPresent(rest));
    shown(this.#rest, rest > 0);
  }

  #unmarked() {
    return this.#roll.people.filter((person) => !this.#roll.mark(person, this.#meeting.number));
  }

  #line(person) {
    const mark = this.#roll.mark(person, this.#meeting.number);
    return el("li", { "data-person": person.user_id, "data-mark": mark?.attendance_type },
      el("div", { class: "who" }, el("b", {}, person.user_name), el("span", { class: "hint" }, timesOf(mark))),
      el("div", { class: "pile" }, this.#choices(person, mark), needsReason(mark) && this.#reason(person, mark)));
  }

  #choices(person, mark) {
    return chips({
      title: words.sheet.markOf(person.user_name), isUnseen: true, name: `mark-${person.enrollment_id}`, values: KINDS,
      chosen: mark?.attendance_type, choose: (kind) => this.#saveSoon(person, kind),
      nameOf: (kind) => [markSign(kind), el("span", { "aria-hidden": "true" }, words.marks.kinds[kind])],
    });
  }

  #reason(person, mark) {
    const id = `why-${person.enrollment_id}`;
    const field = el("input", { id, maxlength: REASON_MAX, value: mark.absence_reason ?? "", placeholder: words.sheet.reason, "aria-label": words.sheet.reasonOf(person.user_name) });
    field.addEventListener("change", () => this.#save(person, { absence_reason: field.value.trim() || null }));
    return field;
  }

  /** The day and number of the meeting, as a request has them. A day without a meeting has no number yet. */
  #when() {
    return { class_date: this.#meeting.date, session_number: this.#meeting.number };
  }

  #saveSoon(person, kind) {
    clearTimeout(this.#waiting.get(person)?.timer);
    const save = () => {
      this.#waiting.delete(person);
      this.#save(person, { attendance_type: kind });
    };
    this.#waiting.set(person, { save, timer: setTimeout(save, SAVE_AFTER_MS) });
  }

  /** Saves at once the marks that wait. */
  close() {
    removeEventListener("pagehide", this.#leave);
    this.#saveNow();
  }

  /** The browser leaves the page: sends everything at once, and waits for no answer in between. */
  #leave = () => {
    this.#saveNow();
    for (const { person, changes } of this.#unsent) this.#send(person, changes);
    this.#unsent.clear();
  };

  #saveNow() {
    for (const { save, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      save();
    }
  }

  /** Sends one change after the other: the first mark of a day makes its meeting, and the first of a person is what the next one changes. */
  #save(person, changes) {
    const change = { person, changes };
    this.#unsent.add(change);
    this.#queue = this.#queue.then(() => this.#unsent.delete(change) && this.#send(person, changes));
  }

  async #send(person, changes) {
    const known = this.#roll.mark(person, this.#meeting.number);
    const { api, fail, report } = this.#on;
    const made = { enrollment_id: person.enrollment_id, ...this.#when(), ...changes };
    try {
      fail(null);
      const { attendance } = known
        ? await api.call(put, `/api/v1/attendance/${known.attendance_id}`, changes, { outlives: true })
        : await api.call(post, "/api/v1/attendance", made, { outlives: true });
      this.#meeting.number ??= attendance.session_number;
      this.#roll.keep(person, attendance);
      announce(words.sheet.saved(person.user_name, words.marks.kinds[attendance.attendance_type]));
    } catch (error) {
      report(error);
    }
    this.#redraw(person);
  }

  /** Draws the line of one person anew. What had the focus in it keeps it. */
  #redraw(person) {
    const old = this.#list.querySelector(`[data-person="${person.user_id}"]`);
    const focused = old.contains(document.activeElement) && document.activeElement;
    const line = this.#line(person);
    old.replaceWith(line);
    if (focused) line.querySelector(focused.id ? `#${focused.id}` : `[value="${focused.value}"]`)?.focus();
    this.#count();
  }

  async #markRest() {
    const { lecture, one, on } = this.#context;
    if (!(await confirmed(words.sheet.restQuestion(this.#unmarked().length), words.marks.kinds.PRESENT, words.office.no))) return;
    await this.#queue;
    const attendances = this.#unmarked().map((person) => ({ enrollment_id: person.enrollment_id, attendance_type: "PRESENT" }));
    const sent = { course_id: lecture.id, class_id: one.class_id, ...this.#when(), attendances };
    try {
      on.fail(null);
      await on.api.call(post, "/api/v1/attendance/batch", sent);
      const { number, date } = this.#meeting;
      on.go(`${this.#context.path}&${number ? `meeting=${number}` : `day=${date}`}`);
    } catch (error) {
      on.fail(error);
    }
  }
}

/** Tells whether the reason of a mark is shown: not for someone who was simply there. */
const needsReason = (mark) => mark && (mark.attendance_type !== "PRESENT" || mark.absence_reason);

function timesOf(mark) {
  if (!mark) return words.marks.none;
  const [came, went] = [mark.check_in_time, mark.check_out_time].map((at) => at && timeOf(at));
  return [came && words.sheet.cameAt(came), went && words.sheet.wentAt(went)].filter(Boolean).join(" · ");
}
