// The page of a helper who came by the QR: asks for a name, and leads to the board. No account is needed; the login ends with the session.

import { post, Refused, send, takeKey, withRetries } from "../../shared/api.js";
import { digitsOf } from "../../shared/code.js";
import { uuid } from "../../shared/device.js";
import { el, onSubmit, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { HelperBoard } from "./helperboard.js";
import { LiveSession } from "./livesession.js";

const REFUSALS = { NOT_FOUND: "gone", FORBIDDEN: "gone", INVALID_STATE: "over", REMOVED: "removed" };
/** Ends of the helper's socket: what is said then. */
const ENDS = { ended: "over", removed: "removed", forbidden: "removed", "signed-out": "over", gone: "over" };

/** `code`: the digits of the session, from the address. `again()` opens the page anew. */
export async function open(on, code) {
  return new Assist(on, String(code)).open();
}

class Assist {
  #on;
  #code;
  #key;
  #board = null;
  #frame = el("div", { class: "assist" });

  constructor(on, code) {
    this.#on = on;
    this.#code = digitsOf(code);
    this.#key = takeKey(`assist.${this.#code}`);
  }

  async open() {
    const [session, isKnown] = await Promise.all([this.#find(), this.#on.api.resume()]);
    const title = session?.lecture.title ?? words.assist.title;
    if (!session) this.#stop("gone");
    else if (session.status === "REVIEW_MODE") this.#stop("over");
    else if (!(isKnown && (await this.#begins(session)))) this.#frame.replaceChildren(this.#form(session));
    return { node: this.#frame, title, close: () => this.#board?.close() };
  }

  async #find() {
    try {
      return await send("GET", `/api/sessions/${this.#code}`);
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  }

  /** Shows the board to someone who helps in this session already. Resolves to false if they do not. */
  async #begins({ session_id: id }) {
    const leave = el("button", { type: "button", class: "quiet", "data-act": "leave-help", onclick: single(() => this.#leave(id)) }, words.assist.leave);
    const session = new LiveSession({ api: this.#on.api, id });
    try {
      await session.load();
    } catch (error) {
      if ([401, 403, 404].includes(error.status)) return false;
      throw error;
    }
    // A socket and a chime would outlive the page.
    if (!this.#on.isHere()) return true;
    this.#board = new HelperBoard({ ...this.#on, leave }, session).open();
    this.#board.onOver = (why) => this.#stop(ENDS[why]);
    this.#frame.replaceChildren(this.#board.node);
    // The form that had the focus is gone.
    if (this.#frame.isConnected) this.#frame.closest("main").focus();
    return true;
  }

  async #leave(id) {
    const { api, fail } = this.#on;
    try {
      fail(null);
      await api.call(post, `/api/sessions/${id}/staff/${api.user.id}/remove`, {});
      this.#stop("left");
    } catch (error) {
      fail(error);
    }
  }

  #form(session) {
    const name = el("input", { id: "helper-name", autocomplete: "name", autocapitalize: "words", enterkeyhint: "go", required: true, maxlength: 40, "aria-describedby": "helper-hint" });
    const problem = el("p", { class: "notice", role: "alert", id: "helper-problem", hidden: true });
    const tell = (sentence) => {
      text(problem, sentence);
      shown(problem, sentence);
      name.setAttribute("aria-invalid", String(Boolean(sentence)));
      name.setAttribute("aria-describedby", sentence ? problem.id : "helper-hint");
      if (sentence) name.focus();
    };
    // The same name has the same key for as long as this page asks: a lost reply makes no second helper.
    const keys = {};
    return el("form", { class: "card signin helper", novalidate: true, onsubmit: onSubmit(async () => {
      const typed = name.value.trim();
      if (!typed) return tell(words.assist.missing);
      tell("");
      return this.#enter(typed, (keys[typed] ??= uuid()), session);
    }) }, el("p", { class: "hint" }, session.lecture.title), el("h1", {}, words.assist.title),
    el("label", { for: name.id }, words.assist.name), name, problem, el("button", { class: "main", "data-act": "enter" }, words.assist.go),
    el("p", { id: "helper-hint", class: "hint" }, words.assist.hint(session.instructor.name)));
  }

  async #enter(name, key, session) {
    const { api, fail } = this.#on;
    try {
      fail(null);
      const body = { name, key: new URLSearchParams(this.#key).get("k") ?? "" };
      await withRetries(() => api.enter(`/api/sessions/${this.#code}/helper`, body, key));
      await this.#begins(session);
    } catch (error) {
      if (error instanceof Refused && REFUSALS[error.code]) this.#stop(REFUSALS[error.code]);
      else fail(error);
    }
  }

  /** Shows why this person does not help, or no longer. */
  #stop(why) {
    if (!why) return;
    this.#board?.close();
    this.#board = null;
    const { title, line } = words.assist.stops[why];
    const again = el("button", { type: "button", class: "main", "data-act": "again", onclick: () => location.reload() }, words.assist.again);
    this.#frame.replaceChildren(el("section", { class: "card signin helper", "data-assist": why }, el("h1", { tabindex: "-1" }, title), el("p", {}, line),
      why !== "over" && again));
    this.#frame.querySelector("h1").focus();
  }
}
