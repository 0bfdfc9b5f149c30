// Who waits for help, the longest first, and what can be done about it.

import { post } from "../shared/api.js";
import { el, shown, text } from "../shared/dom.js";

const TELL_TIME_EVERY_MS = 5_000;
const COMING = "선생님이 지금 가고 있어요. 잠시만 기다려 주세요.";

export class HelpQueue {
  #api;
  #session;
  #fail;
  #nameOf;
  #entries = new Map();
  #timer;
  #loading = null;
  #again = false;
  #title = el("h2", { id: "help-title" }, "도움 요청");
  #list = el("ul", { class: "queue" });
  #nobody = el("p", { class: "hint" }, "기다리는 사람이 없습니다.");

  /** `nameOf`: what someone is called here, where two may have the same name. */
  constructor({ api, session, fail, nameOf }) {
    this.#api = api;
    this.#session = session;
    this.#fail = fail;
    this.#nameOf = nameOf;
    this.node = el("section", { class: "card help", "aria-labelledby": "help-title" }, this.#title, this.#nobody, this.#list);
    this.#timer = setInterval(() => this.#tellTime(), TELL_TIME_EVERY_MS);
  }

  close() {
    clearInterval(this.#timer);
  }

  /** Many calls at once become one more look. */
  async load() {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    do {
      this.#again = false;
      this.#loading = this.#fetch();
      await this.#loading;
      this.#loading = null;
    } while (this.#again);
  }

  async #fetch() {
    try {
      const { pending_requests: pending } =
        await this.#api.get(`/api/dashboard/help-requests/pending?session_id=${this.#session}`);
      this.#show(pending);
    } catch (error) {
      this.#fail(error);
    }
  }

  #show(pending) {
    const ids = new Set(pending.map((request) => request.help_request_id));
    for (const [id, entry] of this.#entries) {
      if (ids.has(id)) continue;
      entry.node.remove();
      this.#entries.delete(id);
    }
    for (const request of pending) this.#keep(request);
    text(this.#title, pending.length ? `도움 요청 ${pending.length}` : "도움 요청");
    shown(this.#nobody, pending.length === 0);
    this.#tellTime();
  }

  /** An entry stays as it is while someone types in it. */
  #keep(request) {
    const known = this.#entries.get(request.help_request_id);
    if (!known) {
      const entry = this.#entry(request);
      this.#entries.set(request.help_request_id, entry);
      this.#list.append(entry.node);
      return;
    }
    if (request.suggestion && !known.words.value) known.words.value = request.suggestion;
    shown(known.hint, request.suggestion);
  }

  #entry(request) {
    const id = request.help_request_id;
    const name = this.#nameOf(request.user);
    const since = el("span", { class: "since" });
    const words = el("textarea", { id: `help-${id}`, rows: 2, maxlength: 5000, placeholder: "답을 적어 주세요", value: request.suggestion ?? "" });
    const hint = el("p", { class: "hint" }, "추천 답변입니다. 고쳐서 보내셔도 됩니다.");
    shown(hint, request.suggestion);
    const tap = (label, kind, work) => el("button", { type: "button", class: kind, onclick: () => this.#do(id, work) }, label);
    const answer = (type, content) => this.#api.call(post, `/api/help/request/${id}/respond`, { help_type: type, help_content: content });
    const node = el("li", { class: request.priority === "HIGH" ? "urgent" : null },
      el("p", {}, el("b", {}, name), request.request_type === "AUTO" && el("span", { class: "tag" }, "저절로 알림"), since),
      el("p", { class: "hint" }, request.subtask.title),
      el("label", { for: `help-${id}`, class: "unseen" }, `${name} 님에게 답하기`), words, hint,
      el("div", { class: "row" },
        tap("보내기", "main", () => (words.value.trim() ? answer("TEXT", words.value.trim()) : words.focus())),
        tap("지금 갈게요", "quiet", () => answer("VISIT", words.value.trim() || COMING)),
        tap("해결됐어요", "quiet", () => this.#api.call(post, `/api/help/request/${id}/resolve`, {}))));
    return { node, words, hint, since, from: Date.parse(request.created_at) };
  }

  async #do(id, work) {
    try {
      this.#fail(null);
      await work();
    } catch (error) {
      this.#fail(error);
    }
    this.load();
  }

  #tellTime() {
    for (const { since, from } of this.#entries.values()) {
      const seconds = Math.max(0, Math.round((Date.now() - from) / 1_000));
      text(since, seconds < 60 ? `${seconds}초` : `${Math.floor(seconds / 60)}분 ${seconds % 60}초`);
    }
  }
}
