// One call for help in the queue: the person, the step, the time, and the ways to answer.

import { el, onSubmit, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { CallPicture } from "./call-picture.js";

const hasRoom = matchMedia("(min-width: 900px)");
const FACT_LETTERS_MAX = 60;
/** A shorter time without progress is not shown. */
const STUCK_SHOWN_FROM_S = 10;

export class Call {
  #act;
  #request;
  #sinceMs = 0;
  #isDiscarded = false;
  /** True if the instructor has opened it, false if they closed it; null if neither. */
  #chosen = null;
  #body;
  #head;
  #tag = el("span", { class: "tag" }, words.calls.auto);
  #since = el("span", { class: "since" });
  #where = el("p", { class: "hint" });
  #facts = el("dl", { class: "facts" });
  #diagnosis = el("p", { class: "diagnosis" });
  #suggested = el("p", { class: "hint" });
  #picture;
  #quote = el("blockquote");
  #sendAsIs = this.#button("suggestion-send", "main", words.calls.sendAsIs, () => this.#act("text", this.#request.suggestion));
  #suggestion;
  #answer;
  #text;
  #open;
  #claimed = el("p", { class: "claimed", hidden: true });
  #coming;
  #resolve;
  #release;
  #isHelper;

  /** `act(name, sent)` does what was pressed: `text`, `visit`, `claim`, `release`, `resolve` or `picture`. Resolves to whether it was done. */
  constructor({ api, request, name, act, isHelper = false }) {
    this.#act = act;
    this.#isHelper = isHelper;
    this.#picture = new CallPicture({ api, name, send: (sent) => act("picture", sent) });
    const id = `help-${request.user.id}`;
    this.#text = el("textarea", { id, rows: 3, maxlength: 5000, "data-act": "answer-text" });
    this.#suggestion = this.#suggestionNode();
    this.#answer = this.#answerNode(id, name);
    this.#open = this.#button("answer", "quiet", words.calls.answer, () => this.#write(this.#text.value));
    this.#coming = isHelper ? this.#button("claim", "main", words.calls.claim, () => act("claim"))
      : this.#button("coming", "main", words.calls.coming, () => act("visit", this.#text.value.trim()));
    this.#resolve = this.#button("resolve", "quiet", words.calls.resolve, () => act("resolve"));
    this.#release = this.#button("release", "quiet", words.calls.release, () => act("release"));
    this.#head = el("button", { type: "button", class: "who", "aria-expanded": "false", onclick: () => this.open(this.#body.hidden) },
      el("span", { class: "name" }, name), this.#tag, this.#since);
    this.#body = el("div", { class: "told", hidden: true }, this.#where, this.#picture.node, this.#facts, this.#diagnosis, this.#suggestion, this.#answer,
      this.#claimed, el("div", { class: "row" }, this.#coming, this.#open, this.#resolve, this.#release));
    this.node = el("li", { class: "caller", "data-call": request.user.id }, el("h3", {}, this.#head), this.#body);
  }

  /** Opens the first call of the queue, if there is room and the instructor has not closed it. One that is being answered stays open. */
  mayOpen(isFirst) {
    const isInUse = !this.#answer.hidden || this.node.contains(document.activeElement);
    this.#unfold(this.#chosen ?? ((isFirst && hasRoom.matches) || (isInUse && !this.#body.hidden)));
  }

  open(isOpen = true) {
    this.#chosen = isOpen;
    this.#unfold(isOpen);
  }

  focus() {
    this.#head.scrollIntoView({ block: "nearest" });
    this.#head.focus();
  }

  #unfold(isOpen) {
    shown(this.#body, isOpen);
    this.#head.setAttribute("aria-expanded", String(isOpen));
  }

  /** Forgets what it holds. */
  close() {
    this.#picture.close();
  }

  /** Draws it anew. What is being typed stays. */
  draw(request, number, since) {
    this.#request = request;
    this.#picture.draw(request.picture);
    this.#sinceMs = Date.parse(since);
    shown(this.#tag, request.request_type === "AUTO");
    this.node.classList.toggle("urgent", request.priority === "HIGH");
    text(this.#where, words.calls.where(number, request.subtask.title));
    text(this.#diagnosis, request.analysis?.problem_diagnosis);
    shown(this.#diagnosis, request.analysis?.problem_diagnosis);
    text(this.#suggested, request.is_hinted ? words.calls.hinted : words.calls.suggestion);
    text(this.#quote, request.suggestion);
    // Sent again, a hint that the learner has read says nothing new.
    shown(this.#sendAsIs, !request.is_hinted);
    shown(this.#suggestion, request.suggestion && !this.#isDiscarded && this.#answer.hidden);
    this.#drawFacts(request);
  }

  /** Shows who goes to the person: `claim` is `{ name, isMine }`, or null. */
  drawClaim(claim) {
    const focused = document.activeElement;
    this.node.classList.toggle("taken", Boolean(claim));
    text(this.#claimed, claim && (claim.isMine ? words.calls.claimedByMe : words.calls.claimedBy(claim.name)));
    shown(this.#claimed, claim);
    shown(this.#coming, !claim);
    // Those who lead the class give a call back to all for a helper who cannot.
    shown(this.#release, claim && (claim.isMine || !this.#isHelper));
    text(this.#release, claim?.isMine ? words.calls.release : words.calls.releaseOther);
    this.#resolve.className = claim?.isMine ? "main" : "quiet";
    if (this.node.contains(focused) && focused.hidden) this.#head.focus();
  }

  tick(nowMs) {
    text(this.#since, words.calls.waited(Math.max(0, Math.round((nowMs - this.#sinceMs) / 1_000))));
  }

  #drawFacts({ context_data: context, stuck_duration_seconds: stuck }) {
    const actions = Array.isArray(context?.recent_actions) ? context.recent_actions.map(brief).filter(Boolean) : [];
    const facts = [
      [words.calls.screen, screenName(brief(context?.current_screen))],
      [words.calls.actions, actions.slice(-5).map((action) => actionName(action)).join(" → ")],
      [words.calls.stuck, stuck >= STUCK_SHOWN_FROM_S ? words.calls.waited(stuck) : ""],
    ].filter(([, value]) => value);
    const drawn = facts.flat().join("\n");
    if (this.#facts.dataset.drawn === drawn) return;
    this.#facts.dataset.drawn = drawn;
    this.#facts.replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
    shown(this.#facts, facts.length);
  }

  #button(act, kind, label, onclick) {
    return el("button", { type: "button", class: kind, "data-act": act, onclick }, label);
  }

  #suggestionNode() {
    return el("div", { class: "suggestion" }, this.#suggested, this.#quote,
      el("div", { class: "row" }, this.#sendAsIs, this.#button("suggestion-edit", "quiet", words.calls.edit, () => this.#write(this.#request.suggestion)),
        this.#button("suggestion-discard", "quiet", words.calls.discard, () => this.#discard())));
  }

  #answerNode(id, name) {
    const send = () => (this.#text.value.trim() ? this.#act("text", this.#text.value.trim()) : this.#text.focus());
    return el("form", { class: "answer", hidden: true, onsubmit: onSubmit(send) }, el("label", { for: id }, words.calls.answerTo(name)), this.#text,
      el("div", { class: "row" }, el("button", { class: "main", "data-act": "answer-send" }, words.calls.send),
        this.#button("answer-cancel", "quiet", words.calls.cancel, () => this.#cancel())));
  }

  #write(draft) {
    this.#text.value = draft;
    shown(this.#answer, true);
    shown(this.#suggestion, false);
    shown(this.#open, false);
    this.#text.focus();
  }

  #cancel() {
    shown(this.#answer, false);
    shown(this.#suggestion, this.#request.suggestion && !this.#isDiscarded);
    shown(this.#open, true);
    this.#open.focus();
  }

  #discard() {
    this.#isDiscarded = true;
    shown(this.#suggestion, false);
    this.#open.focus();
  }
}

/** The name of an action of the phone. The size of the text is the end of its code. */
const actionName = (action) => own(words.calls.action, action.replace(/_\d+$/, "")) ?? action;

const own = (book, key) => (Object.hasOwn(book, key) ? book[key] : undefined);

/** Shortens what a phone has sent, which may be anything. */
const brief = (sent) => (typeof sent === "string" ? sent.slice(0, FACT_LETTERS_MAX) : "");

/** The name of a screen or app, whose code the phone has sent. */
function screenName(screen) {
  if (!screen) return "";
  const known = Object.entries(words.calls.screens).find(([part]) => String(screen).toLowerCase().includes(part));
  return known ? known[1] : String(screen);
}
