// The summary of a session after its end, counted from its log.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { answeredQuestions } from "./summary-questions.js";

const PAGE = 1_000;
const HARD_MAX = 3;

export class Summary {
  #api;
  #session;
  #isAsked = false;
  #onFinishers;
  #fail;
  #body = el("div", { class: "open" });

  /** `onFinishers(people)` gets the people who finished the last step before the end. */
  constructor({ api, session, links, fail, onFinishers }) {
    this.#fail = fail;
    this.#onFinishers = onFinishers;
    this.#api = api;
    this.#session = session;
    this.node = el("section", { class: "card summary", "aria-labelledby": "summary-title", hidden: true },
      el("h2", { id: "summary-title" }, words.summary.title), el("p", {}, words.summary.review), this.#body, el("div", { class: "row" }, links));
  }

  /** Loads the log and draws the summary, once. */
  async load() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    try {
      const questions = answeredQuestions({ api: this.#api, id: this.#session.id, title: this.#session.roster.title, fail: this.#fail });
      this.#draw(await this.#tally(), await questions);
    } catch {
      // The rest of the page is of use without the numbers. The next draw tries again.
      this.#isAsked = false;
    }
  }

  async #tally() {
    const tally = new Tally();
    for (let after = 0, isOver = false; !isOver;) {
      const { events } = await this.#api.get(`/api/sessions/${this.#session.id}/events?after=${after}&limit=${PAGE}`);
      // Steps that are done in review do not count.
      const end = events.findIndex(({ type }) => type === "session_ended");
      for (const event of end < 0 ? events : events.slice(0, end)) tally.count(event);
      isOver = end >= 0 || events.length < PAGE;
      after = events.at(-1)?.seq;
    }
    return tally;
  }

  #draw(tally, questions) {
    const { roster, steps } = this.#session;
    const minutes = Math.max(1, Math.round((Date.parse(roster.endedAt) - Date.parse(roster.startedAt)) / 60_000));
    const last = steps.at(-1);
    const finishers = last ? tally.of("finished", last) : new Set();
    this.#onFinishers(finishers);
    const early = [...tally.came].filter((id) => !roster.people.has(id)).length;
    this.#body.replaceChildren(
      el("dl", { class: "numbers" }, number(words.summary.people, tally.came.size, early > 0 && words.summary.early(early)),
        last && number(words.summary.finished, finishers.size),
        number(words.summary.calls, tally.calls), roster.startedAt && number(words.summary.minutes, minutes)),
      el("h3", {}, words.summary.hard), hardSteps(tally, steps), ...questions);
  }
}

function number(name, value, hint) {
  return el("div", {}, el("dt", {}, name, hint && el("span", { class: "hint" }, ` (${hint})`)), el("dd", {}, String(value)));
}

function hardSteps(tally, steps) {
  const hard = steps.map((step, n) => ({ step, n, trouble: tally.troubled(step) })).filter(({ trouble }) => trouble > 0)
    .sort((a, b) => b.trouble - a.trouble || a.n - b.n).slice(0, HARD_MAX);
  if (hard.length === 0) return el("p", { class: "hint" }, words.summary.nothingHard);
  return el("ol", { class: "hard" }, hard.map(({ step, n }) => hardStep(tally, step, n + 1)));
}

function hardStep(tally, step, nth) {
  const all = tally.came.size;
  const [done, helped, stuck] = ["finished", "helped", "stuck"].map((what) => tally.of(what, step).size);
  const trouble = tally.troubled(step);
  return el("li", {}, el("p", {}, el("b", {}, `${nth}. ${step.title}`)),
    el("progress", { max: Math.max(1, all), value: trouble, "aria-label": words.summary.troubleOf(trouble, all) }),
    el("p", { class: "hint" }, words.summary.trouble(helped, stuck, done, all)));
}

/** Counts who finished, was helped or was stuck at each step. A person counts once for each, merged participants are one, and removed ones
 *  do not count. The statistics of a lecture count in the same way. */
class Tally {
  came = new Set();
  /** By the id of a call: the person and the step. A call that was taken back is not among them. */
  #calls = new Map();
  #people = new Map();

  get calls() {
    return [...this.#calls.values()].filter(({ user }) => this.came.has(user)).length;
  }

  count({ type, data }) {
    if (type === "student_joined") this.came.add(data.user_id);
    if (type === "student_left" && data.removed) this.came.delete(data.user_id);
    if (type === "student_merged") this.#merge(data.user_id, data.into);
    if (type === "student_progress" && data.status === "COMPLETED") this.#add("finished", data.subtask_id, data.user_id);
    if (type === "student_stuck") this.#add("stuck", data.subtask_id, data.user_id);
    if (type === "help_updated" && data.status === "WITHDRAWN") this.#calls.delete(data.help_request_id);
    // Calls that the class made by itself count as stuck, not as calls.
    if (type === "student_help_request" && data.request_type === "MANUAL") this.#calls.set(data.help_request_id, { user: data.user.id, step: data.subtask.id });
  }

  /** Gives everything that one participant did to another. */
  #merge(from, into) {
    this.came.delete(from);
    this.came.add(into);
    for (const people of this.#people.values()) if (people.delete(from)) people.add(into);
    for (const call of this.#calls.values()) if (call.user === from) call.user = into;
  }

  /** Returns the people who finished this step, were helped at it, or were stuck. `what`: `finished`, `helped` or `stuck`. */
  of(what, step) {
    const people = what === "helped" ? this.#callers(step) : [...(this.#people.get(`${what} ${step.id}`) ?? [])];
    return new Set(people.filter((person) => this.came.has(person)));
  }

  #callers(step) {
    return [...this.#calls.values()].filter((call) => call.step === step.id).map((call) => call.user);
  }

  troubled(step) {
    return new Set([...this.of("helped", step), ...this.of("stuck", step)]).size;
  }

  #add(what, step, person) {
    const key = `${what} ${step}`;
    if (!this.#people.has(key)) this.#people.set(key, new Set());
    this.#people.get(key).add(person);
  }
}
