// Completion of a class: who meets the rule, what the others lack, and their certificates. Both can be revoked.

import { post, put } from "../../shared/api.js";
import { confirmed, el, onSubmit, shown, single, text } from "../../shared/dom.js";
import { labelOf } from "../../shared/names.js";
import { language, sentences, words } from "../../shared/words.js";
import { nobodyIn } from "./sheet.js";
import { announce, openDialog } from "./widgets.js";

const CERTIFICATES_PER_FILE = 200;
const REASON_MAX = 1_000;

export async function completionDesk(context) {
  const desk = new CompletionDesk(context);
  await desk.load();
  return desk.node;
}

class CompletionDesk {
  #on;
  #context;
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

  constructor(context) {
    this.#context = context;
    this.#on = context.on;
  }

  get #path() {
    const { lecture, one } = this.#context;
    return `/api/v1/completions/course/${lecture.id}/class/${one.class_id}`;
  }

  async load() {
    const { rule, learners } = await this.#standing();
    const order = new Intl.Collator(language);
    this.#people = learners.map((one) => ({ ...one, label: labelOf(one.user_name, one.namesake) }))
      .sort((a, b) => order.compare(a.user_name, b.user_name) || a.namesake - b.namesake || a.enrollment_id - b.enrollment_id);
    text(this.#title, words.completing.title);
    text(this.#rule, words.completing.rule(rule.attendance_rate));
    text(this.#none, nobodyIn(this.#context.one));
    this.#draw();
  }

  /** Loads everyone, page after page. */
  async #standing() {
    const page = (number) => this.#on.api.get(`${this.#path}/standing?page=${number}`);
    const first = await page(1);
    for (let number = 2; number <= first.paging.total_pages; number++) first.learners.push(...(await page(number)).learners);
    return first;
  }

  #draw() {
    const due = this.#people.filter(isDue);
    const unissued = this.#people.filter(isUnissued);
    const certified = this.#people.filter((one) => one.certificate?.status === "VALID");
    text(this.#all, words.completing.completeAll(due.length));
    text(this.#issue, words.completing.issueAll(unissued.length));
    shown(this.#all, due.length > 0);
    shown(this.#issue, unissued.length > 0);
    shown(this.#rule, this.#people.length > 0);
    shown(this.#none, this.#people.length === 0);
    this.#list.replaceChildren(...this.#people.map((one) => this.#line(one)));
    this.#papers.replaceChildren(...this.#printButtons(certified.length));
  }

  #line(one) {
    return el("li", { "data-person": one.user_id, "data-state": stateOf(one) },
      el("div", { class: "who" }, el("b", {}, one.label), el("span", { class: "hint" }, statusOf(one))),
      el("div", { class: "row" }, this.#buttonsOf(one)));
  }

  #buttonsOf(one) {
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
        one.certificate && certificateLink(one),
        act("quiet", "revoke", () => this.#revoke(one)),
      ];
    }
  }

  #printButtons(count) {
    const files = Math.ceil(count / CERTIFICATES_PER_FILE);
    return Array.from({ length: files }, (_, at) => {
      const button = this.#button("quiet", "print-all", () => this.#print(at + 1, files));
      text(button, files === 1 ? words.completing.printAll(count) : words.completing.printPart(count, at + 1, files));
      return button;
    });
  }

  #button(kind, act, go) {
    return el("button", { type: "button", class: kind, "data-act": act, onclick: single(go) });
  }

  // Actions.

  async #complete(one, forced = {}) {
    await this.#done(async () => {
      const id = await this.#register(one, forced);
      if (!one.is_guest) await this.#certify(id);
    }, words.completing.completed(one.label));
  }

  /** Registers a completion, or changes one that was registered as incomplete. */
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
    const { lecture, one } = this.#context;
    // The server judges everyone anew. A large class takes more than one request.
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
    this.#askReason(words.completing.forcing(one.label), statusOf(one), words.completing.acts.force, (memo) => this.#complete(one, { force: true, memo }));
  }

  #revoke(one) {
    const hint = one.certificate ? words.completing.revokeCertified : words.completing.revokeHint;
    this.#askReason(words.completing.revoking(one.label), hint, words.completing.revokeNow, (memo) =>
      this.#change(one, { completion_status: "REVOKED", memo }, words.completing.revoked));
  }

  #change(one, change, announced) {
    return this.#done(() => this.#on.api.call(put, `/api/v1/completions/${one.completion_id}`, change), announced(one.label));
  }

  /** Asks for a reason, which is stored with the completion, and then calls `then` with it. */
  #askReason(title, hint, go, then) {
    const reason = el("textarea", { id: "completing-why", rows: 3, maxlength: REASON_MAX, required: true });
    const form = el("form", {}, el("p", { class: "hint" }, hint), el("label", { for: "completing-why" }, words.completing.why), reason,
      el("div", { class: "row" }, el("button", { class: "call", "data-act": "because" }, go)));
    const dialog = openDialog("ask", title, form);
    form.addEventListener("submit", onSubmit(async () => {
      if (!reason.value.trim()) return;
      dialog.close();
      await then(reason.value.trim());
    }));
    reason.focus();
  }

  /** Does something, then loads and draws everyone anew. `announced`: what to announce, or a function that makes it of the answer. */
  async #done(work, announced) {
    const hadFocus = document.activeElement?.dataset.act;
    const person = document.activeElement?.closest("[data-person]")?.dataset.person;
    try {
      this.#on.fail(null);
      const answer = await work();
      announce(typeof announced === "function" ? announced(answer) : announced);
    } catch (error) {
      this.#on.fail(error);
    }
    await this.load().catch((error) => this.#on.fail(error));
    const line = person && this.#list.querySelector(`[data-person='${person}'] .row > *`);
    if (hadFocus && document.activeElement === document.body) (line || this.#title).focus();
  }

  async #print(part, files) {
    const { lecture, one } = this.#context;
    const name = words.completing.file(lecture.title, one.is_default ? "" : one.class_name, files > 1 ? part : 0);
    try {
      await this.#on.api.download(`${this.#path}/certificates.pdf?part=${part}`, `${name}.pdf`);
    } catch (error) {
      this.#on.fail(error);
    }
  }
}

/** A link to the certificate. Its host is left out, since the school may be reached by another name than it prints. */
function certificateLink({ label: name, certificate }) {
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

/** Says in words how a person stands. */
function statusOf(one) {
  const texts = words.completing;
  switch (stateOf(one)) {
    case "due": return texts.isDue;
    case "lacking": return [
      one.missing.includes("attendance") && texts.lacks.attendance(Math.floor(one.attendance_score)),
      one.missing.includes("progress") && texts.lacks.progress(one.steps_left),
      one.missing.includes("assessment") && texts.lacks.assessment(one.assessments_left),
    ].filter(Boolean).join(" · ");
    case "revoked": return [texts.isRevoked, one.memo].filter(Boolean).join(": ");
    default: return [texts.isCompleted, one.certificate?.certificate_no ?? (one.is_guest ? texts.isGuest : texts.isUnissued)].join(" · ");
  }
}
