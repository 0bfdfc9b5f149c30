// What a class was, after its end: read from its log.

import { el } from "../shared/dom.js";
import { words } from "../shared/words.js";

const PAGE = 1_000;
const HARD_MAX = 3;

export class Summary {
  #api;
  #class;
  #isAsked = false;
  #body = el("div", { class: "open" });

  constructor({ api, liveClass, links }) {
    this.#api = api;
    this.#class = liveClass;
    this.node = el("section", { class: "card summary", "aria-labelledby": "summary-title", hidden: true },
      el("h2", { id: "summary-title" }, words.summary.title), el("p", {}, words.summary.review), this.#body, el("div", { class: "row" }, links));
  }

  /** Once, when the class is over. */
  async load() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    try {
      this.#draw(await this.#tally());
    } catch {
      // What it says is of use without the numbers; the next look asks again.
      this.#isAsked = false;
    }
  }

  async #tally() {
    const tally = { finished: new Map(), helped: new Map(), stuck: new Map(), calls: 0 };
    for (let after = 0, isOver = false; !isOver;) {
      const { events } = await this.#api.get(`/api/sessions/${this.#class.id}/events?after=${after}&limit=${PAGE}`);
      isOver = events.length < PAGE;
      after = events.at(-1)?.seq ?? after;
      // What is done in review was not the class.
      const end = events.findIndex(({ type }) => type === "session_ended");
      isOver ||= end >= 0;
      for (const event of end >= 0 ? events.slice(0, end) : events) count(tally, event);
    }
    return tally;
  }

  #draw({ finished, helped, stuck, calls }) {
    const { roster, steps } = this.#class;
    const all = roster.people.size;
    const size = (of, step) => of.get(step.id)?.size ?? 0;
    const minutes = Math.max(1, Math.round((Date.parse(roster.endedAt) - Date.parse(roster.startedAt)) / 60_000));
    const last = steps.at(-1);
    const hard = steps.map((step, n) => ({ n: n + 1, step, done: size(finished, step), trouble: size(helped, step) + size(stuck, step) }))
      .filter(({ trouble }) => trouble > 0).sort((a, b) => b.trouble - a.trouble || a.n - b.n).slice(0, HARD_MAX);
    this.#body.replaceChildren(
      el("dl", { class: "numbers" }, number(words.summary.people, all), last && number(words.summary.finished, size(finished, last)),
        number(words.summary.calls, calls), roster.startedAt && number(words.summary.minutes, minutes)),
      el("h3", {}, words.summary.hard),
      hard.length === 0 ? el("p", { class: "hint" }, words.summary.nothingHard) : el("ol", { class: "hard" }, hard.map(({ n, step, done }) => {
        const share = el("progress", { max: Math.max(1, all), value: done, "aria-label": words.summary.doneOf(done, all) });
        return el("li", {}, el("p", {}, el("b", {}, `${n}. ${step.title}`)), share,
          el("p", { class: "hint" }, words.summary.trouble(size(helped, step), size(stuck, step), done, all)));
      })));
  }
}

function number(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, String(value)));
}

/** Each person counts once for each step. */
function count(tally, { type, data }) {
  if (type === "student_progress" && data.status === "COMPLETED") add(tally.finished, data.subtask_id, data.user_id);
  if (type === "student_stuck") add(tally.stuck, data.subtask_id, data.user_id);
  if (type !== "student_help_request") return;
  add(tally.helped, data.subtask.id, data.user.id);
  if (data.request_type === "MANUAL") tally.calls += 1;
}

function add(map, step, person) {
  if (!map.has(step)) map.set(step, new Set());
  map.get(step).add(person);
}
