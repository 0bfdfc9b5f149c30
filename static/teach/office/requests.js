// Requests for attendance, approved or rejected one by one or many at once.

import { post } from "../../shared/api.js";
import { el, onSubmit, shown, text } from "../../shared/dom.js";
import { labelOf } from "../../shared/names.js";
import { words } from "../../shared/words.js";
import { dayName, dayOf, timeOf } from "./dates.js";
import { announce, everyPage, openDialog } from "./widgets.js";

const APPROVED = "APPROVED";
const REJECTED = "REJECTED";

/** Loads the waiting requests, the oldest first: of one lecture, or of all that the instructor teaches. */
export async function waitingRequests(api, lecture) {
  const found = await everyPage(api, `/api/v1/attendance/requests${lecture ? `?course_id=${lecture}` : ""}`, "requests", "size");
  return found.map((request) => ({ ...request, user_name: labelOf(request.user_name, request.namesake) }));
}

export async function open(on) {
  const desk = new RequestDesk(on, await waitingRequests(on.api));
  const node = el("div", { class: "page" }, el("p", {}, el("a", { href: "/teach" }, words.office.back)),
    el("h1", {}, words.requests.title), desk.node);
  return { node, title: words.requests.title };
}

export class RequestDesk {
  node = el("div", { class: "pile" });
  #on;
  #waiting;
  #changed;
  #marked = new Set();
  #list = el("ul", { class: "requests" });
  #all = el("input", { type: "checkbox", onchange: () => this.#markAll() });
  #approve = el("button", { type: "button", class: "main", "data-act": "approve-marked", onclick: () => this.#decide(this.#chosen(), APPROVED) });
  #reject = el("button", { type: "button", class: "quiet", "data-act": "reject-marked", onclick: () => this.#askReason(this.#chosen()) });
  #bar;
  #none = el("p", { class: "card hint" });

  /** `changed` is called when a decision has changed the attendance. */
  constructor(on, waiting, changed = () => {}) {
    this.#on = on;
    this.#waiting = waiting;
    this.#changed = changed;
    this.#bar = el("div", { class: "card bulk" },
      el("label", { class: "check" }, this.#all, el("span", {}, words.requests.all)),
      el("div", { class: "row" }, this.#approve, this.#reject));
    text(this.#none, words.requests.none);
    this.node.append(this.#none, this.#bar, this.#list);
    this.#draw();
  }

  #draw() {
    shown(this.#none, this.#waiting.length === 0);
    shown(this.#bar, this.#waiting.length > 0);
    this.#list.replaceChildren(...this.#waiting.map((request) => this.#line(request)));
    this.#count();
  }

  #count() {
    const marked = this.#chosen().length;
    this.#all.checked = marked > 0 && marked === this.#waiting.length;
    this.#all.indeterminate = marked > 0 && marked < this.#waiting.length;
    text(this.#approve, words.requests.approveMarked(marked));
    text(this.#reject, words.requests.rejectMarked(marked));
    this.#approve.disabled = this.#reject.disabled = marked === 0;
  }

  #chosen() {
    return this.#waiting.filter((request) => this.#marked.has(request));
  }

  #markAll() {
    this.#marked = new Set(this.#all.checked ? this.#waiting : []);
    this.#list.querySelectorAll("input").forEach((box) => {
      box.checked = this.#all.checked;
    });
    this.#count();
  }

  #mark(request, isMarked) {
    if (isMarked) this.#marked.add(request);
    else this.#marked.delete(request);
    this.#count();
  }

  #line(request) {
    const { user_name: name, session_number: number, class_date: date, created_at: at } = request;
    const box = el("input", { type: "checkbox", checked: this.#marked.has(request), onchange: () => this.#mark(request, box.checked) });
    const meeting = [words.marks.meeting(number), date && dayName(date)].filter(Boolean).join(" · ");
    const button = (kind, act, label, onclick) =>
      el("button", { type: "button", class: kind, "data-act": act, "aria-label": words.requests.of(name, number, label), onclick }, label);
    return el("li", { class: "card", "data-person": request.user_id, "data-meeting": number },
      el("label", { class: "check" }, box, el("span", {}, el("b", {}, name), el("span", { class: "hint" }, ` ${request.course_title} · ${meeting}`))),
      el("p", { class: "reason" }, request.request_reason),
      el("div", { class: "row" },
        button("quiet good", "approve", words.requests.approve, () => this.#decide([request], APPROVED)),
        button("quiet", "reject", words.requests.reject, () => this.#askReason([request])),
        el("span", { class: "hint" }, `${dayOf(at)} ${timeOf(at)}`)));
  }

  #askReason(chosen) {
    const reason = el("textarea", { id: "why", rows: 3, maxlength: 5000 });
    const form = el("form", {}, el("label", { for: "why" }, words.requests.why), reason,
      el("div", { class: "row" }, el("button", { class: "call", "data-act": "reject-now" }, words.requests.reject)));
    const dialog = openDialog("ask", words.requests.rejecting(chosen.length), form);
    form.addEventListener("submit", onSubmit(() => {
      dialog.close();
      this.#decide(chosen, REJECTED, reason.value.trim() || null);
    }));
    reason.focus();
  }

  /** Sends the decision, once for each class and meeting: the server takes the requests of one meeting together. */
  async #decide(chosen, status, rejectReason = null) {
    try {
      this.#on.fail(null);
      for (const group of meetingsOf(chosen)) {
        await this.#on.api.call(post, "/api/attendance/approve", {
          lecSerial: group[0].course_code, sessionNumber: group[0].session_number,
          attendanceRecords: group.map(({ user_id: person }) => ({ studentIdx: person, status, rejectReason })),
        });
        this.#settled(group);
      }
      announce(status === APPROVED ? words.requests.approved(chosen.length) : words.requests.rejected(chosen.length));
      this.#changed();
    } catch (error) {
      this.#on.fail(error);
    }
  }

  #settled(group) {
    const wasHere = this.node.contains(document.activeElement);
    this.#waiting = this.#waiting.filter((request) => !group.includes(request));
    group.forEach((request) => this.#marked.delete(request));
    this.#draw();
    if (wasHere || document.activeElement === document.body) (this.#list.querySelector("button") ?? document.querySelector("#main")).focus();
  }
}

/** Groups requests by class and meeting. */
function meetingsOf(requests) {
  const groups = new Map();
  for (const request of requests) {
    const key = `${request.class_id}.${request.session_number}`;
    groups.set(key, [...(groups.get(key) ?? []), request]);
  }
  return [...groups.values()];
}
