// Who of a class meets the rule of completion and what the others lack; completing them, their certificates, and taking both back.

import { post, put } from "../../shared/api.js";
import { confirmed, el, shown, single, submits, text } from "../../shared/dom.js";
import { calledOf } from "../../shared/names.js";
import { language, sentences, words } from "../../shared/words.js";
import { announce, openDialog } from "./parts.js";

/** So many papers come in one file. */
const PAPERS_PER_FILE = 200;
const REASON_MAX = 1_000;

export async function completionDesk(place) {
  const desk = new CompletionDesk(place);
  await desk.load();
  return desk.node;
}

class CompletionDesk {
  #on;
  #place;
  #people = [];
  #title = el("h2", { tabindex: "-1" });
  #rule = el("p", { class: "hint" });
  #none = el("p", { class: "hint" });
  #list = el("ul", { class: "completing" });
  #papers = el("div", { class: "row" });
  #all = this.#button("main", "complete-all", () => this.#completeAll());
  #issue = this.#button("quiet", "issue-all", () => this.#issueAll());
  node = el("section", { class: "card", id: "completing" }, el("div", { class: "head" }, this.#title, el("div", { class: "row" }, this.#all, this.#issue)),
    this.#rule, this.#none, this.#list, this.#papers);

  constructor(place) {
    this.#place = place;
    this.#on = place.on;
  }

  get #path() {
    const { lecture, one } = this.#place;
    return `/api/v1/completions/course/${lecture.id}/class/${one.class_id}`;
  }

  async load() {
    const { rule, learners } = await this.#standing();
    const order = new Intl.Collator(language);
    this.#people = learners.map((one) => ({ ...one, label: calledOf(one.user_name, one.namesake) }))
      .sort((a, b) => order.compare(a.user_name, b.user_name) || a.namesake - b.namesake || a.enrollment_id - b.enrollment_id);
    text(this.#title, words.completing.title);
    text(this.#rule, words.completing.rule(rule.attendance_rate));
    text(this.#none, words.sheet.nobody);
    this.#draw();
  }

  /** Everyone, however many pages they fill. */
  async #standing() {
    const page = (number) => this.#on.api.get(`${this.#path}/standing?page=${number}`);
    const first = await page(1);
    for (let number = 2; number <= first.paging.total_pages; number++) first.learners.push(...(await page(number)).learners);
    return first;
  }

  #draw() {
    const due = this.#people.filter(isDue);
    const unissued = this.#people.filter(isUnissued);
    const papers = this.#people.filter((one) => one.certificate?.status === "VALID");
    text(this.#all, words.completing.completeAll(due.length));
    text(this.#issue, words.completing.issueAll(unissued.length));
    shown(this.#all, due.length > 0);
    shown(this.#issue, unissued.length > 0);
    shown(this.#rule, this.#people.length > 0);
    shown(this.#none, this.#people.length === 0);
    this.#list.replaceChildren(...this.#people.map((one) => this.#line(one)));
    this.#papers.replaceChildren(...this.#prints(papers.length));
  }

  #line(one) {
    return el("li", { "data-person": one.user_id, "data-state": stateOf(one) },
      el("div", { class: "who" }, el("b", {}, one.label), el("span", { class: "hint" }, said(one))),
      el("div", { class: "row" }, this.#acts(one)));
  }

  #acts(one) {
    const act = (kind, name, go) => {
      const button = this.#button(kind, name, go);
      text(button, words.completing.acts[name]);
      button.setAttribute("aria-label", words.completing.of(one.label, words.completing.acts[name]));
      return button;
    };
    switch (stateOf(one)) {
      case "due": return act("quiet good", "complete", () => this.#complete(one));
      case "lacking": return act("quiet", "force", () => this.#force(one));
      case "revoked": return act("quiet", "restore", () => this.#change(one, { completion_status: "COMPLETED" }, words.completing.restored));
      default: return [
        isUnissued(one) && act("quiet good", "issue", () => this.#done(() => this.#certify(one.completion_id), words.completing.issued(one.label))),
        one.certificate && paper(one),
        act("quiet", "revoke", () => this.#revoke(one)),
      ];
    }
  }

  #prints(count) {
    const files = Math.ceil(count / PAPERS_PER_FILE);
    return Array.from({ length: files }, (_, at) => {
      const button = this.#button("quiet", "print-all", () => this.#print(at + 1, files));
      text(button, files === 1 ? words.completing.printAll(count) : words.completing.printPart(count, at + 1, files));
      return button;
    });
  }

  #button(kind, act, go) {
    return el("button", { type: "button", class: kind, "data-act": act, onclick: single(go) });
  }

  // What is done.

  async #complete(one, forced = {}) {
    await this.#done(async () => {
      const id = await this.#register(one, forced);
      if (!one.is_guest) await this.#certify(id);
    }, words.completing.completed(one.label));
  }

  /** Whoever was written down as incomplete is so no more. */
  async #register(one, forced) {
    const { api } = this.#on;
    const sent = { completion_status: "COMPLETED", ...forced };
    if (one.completion_id) {
      await api.call(put, `/api/v1/completions/${one.completion_id}`, sent);
      return one.completion_id;
    }
    return (await api.call(post, "/api/v1/completions", { enrollment_id: one.enrollment_id, ...sent })).completion_id;
  }

  #certify(completion) {
    return this.#on.api.call(post, `/api/v1/completions/${completion}/certificate`, {});
  }

  async #completeAll() {
    const due = this.#people.filter(isDue);
    const question = sentences(words.completing.allQuestion(due.length), due.some((one) => one.is_guest) && words.completing.guestsLater);
    if (!(await confirmed(question, words.completing.allYes, words.office.no, "main"))) return;
    const { lecture, one } = this.#place;
    // Some may have been completed, or lack something, since this page was drawn. A large class takes more than one request.
    await this.#done(async () => {
      let left = due.map((found) => found.user_id), processed = 0;
      while (left.length > 0) {
        const answer = await this.#on.api.call(post, "/api/v1/completions/batch", {
          course_id: lecture.id, class_id: one.class_id, student_ids: left, issue_certificates: true,
        });
        processed += answer.processed;
        left = answer.remaining.length < left.length ? answer.remaining : [];
      }
      return { processed };
    }, ({ processed }) => words.completing.allDone(processed));
  }

  async #issueAll() {
    const unissued = this.#people.filter(isUnissued);
    await this.#done(async () => {
      for (const one of unissued) await this.#certify(one.completion_id);
    }, words.completing.allIssued(unissued.length));
  }

  #force(one) {
    this.#askWhy(words.completing.forcing(one.label), said(one), words.completing.acts.force, (memo) => this.#complete(one, { force: true, memo }));
  }

  #revoke(one) {
    const hint = one.certificate ? words.completing.revokeCertified : words.completing.revokeHint;
    this.#askWhy(words.completing.revoking(one.label), hint, words.completing.revokeNow, (memo) =>
      this.#change(one, { completion_status: "REVOKED", memo }, words.completing.revoked));
  }

  #change(one, change, told) {
    return this.#done(() => this.#on.api.call(put, `/api/v1/completions/${one.completion_id}`, change), told(one.label));
  }

  /** It is kept with the completion: so nothing is done without one. */
  #askWhy(title, hint, go, then) {
    const why = el("textarea", { id: "completing-why", rows: 3, maxlength: REASON_MAX, required: true });
    const form = el("form", {}, el("p", { class: "hint" }, hint), el("label", { for: "completing-why" }, words.completing.why), why,
      el("div", { class: "row" }, el("button", { class: "call", "data-act": "because" }, go)));
    const dialog = openDialog("ask", title, form);
    form.addEventListener("submit", submits(async () => {
      if (!why.value.trim()) return;
      dialog.close();
      await then(why.value.trim());
    }));
    why.focus();
  }

  /** Whatever came of it, what is shown then is what is so. `told`: what to announce, or what makes it of the answer. */
  async #done(work, told) {
    const hadFocus = document.activeElement?.dataset.act;
    const person = document.activeElement?.closest("[data-person]")?.dataset.person;
    try {
      this.#on.fail(null);
      const answer = await work();
      announce(typeof told === "function" ? told(answer) : told);
    } catch (error) {
      this.#on.fail(error);
    }
    await this.load().catch((error) => this.#on.fail(error));
    const line = person && this.#list.querySelector(`[data-person='${person}'] .row > *`);
    if (hadFocus && document.activeElement === document.body) (line || this.#title).focus();
  }

  async #print(part, files) {
    const { lecture, one } = this.#place;
    const name = words.completing.file(lecture.title, one.is_default ? "" : one.class_name, files > 1 ? part : 0);
    try {
      await this.#on.api.download(`${this.#path}/certificates.pdf?part=${part}`, `${name}.pdf`);
    } catch (error) {
      this.#on.fail(error);
    }
  }
}

/** The school may be reached by another name than it prints. */
function paper({ label: name, certificate }) {
  const act = words.completing.acts.paper;
  const href = new URL(certificate.pdf_url, location).pathname;
  return el("a", { class: "quiet", href, target: "_blank", rel: "noopener", "data-act": "paper", "aria-label": words.completing.of(name, act) }, act);
}

function stateOf(one) {
  if (one.completion_status === "REVOKED") return "revoked";
  if (one.completion_status === "COMPLETED") return "completed";
  return one.missing.length === 0 ? "due" : "lacking";
}

const isDue = (one) => stateOf(one) === "due";
const isUnissued = (one) => stateOf(one) === "completed" && !one.certificate && !one.is_guest;

function said(one) {
  const it = words.completing;
  switch (stateOf(one)) {
    case "due": return it.isDue;
    case "lacking": return [
      one.missing.includes("attendance") && it.lacks.attendance(Math.floor(one.attendance_score)),
      one.missing.includes("progress") && it.lacks.progress(one.steps_left),
      one.missing.includes("assessment") && it.lacks.assessment(one.assessments_left),
    ].filter(Boolean).join(" · ");
    case "revoked": return [it.isRevoked, one.memo].filter(Boolean).join(": ");
    default: return [it.isCompleted, one.certificate?.certificate_no ?? (one.is_guest ? it.isGuest : it.isUnissued)].join(" · ");
  }
}
