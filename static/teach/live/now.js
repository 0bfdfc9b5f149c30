// The current step, and how many people have not finished it.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { drawsNow, pointable } from "./pointing.js";
import { QuestionNow } from "./question-now.js";
import { Showing } from "./showing.js";

const SHARES = ["done", "working", "stuck", "help", "away"];

export class Now {
  #where = el("p", { class: "hint where" });
  #step = el("h2", { id: "now-title" });
  #guide = el("p", { class: "guide" });
  #message = el("p", { class: "said" });
  #coming = el("p", { class: "hint" });
  #pointing = el("p", { class: "hint" }, words.board.pointing);
  #note = el("p", { class: "own-note", hidden: true }, el("b", {}, words.board.notes), el("span"));
  #notes;
  #timer;
  #left = el("p", { class: "left" });
  #finished = el("p", { class: "hint" });
  #phones = el("p", { class: "hint phones" });
  #showing = new Showing();
  #editor = el("a", { "data-act": "edit-steps" }, words.board.makeSteps);
  #stepless = el("p", { class: "notice" }, words.board.stepless, " ", this.#editor);
  #bar = el("div", { class: "bar", role: "img" });
  #legend = el("ul", { class: "legend" });
  #shares;

  #question;

  /** `point(picture, points)` tells everyone where the instructor points. `notes` knows what is noted about a step, and `timer` has the buttons of the timer. All are null for those who do not lead. */
  constructor({ point, notes = null, timer = null, api, id, fail }) {
    [this.#notes, this.#timer] = [notes, timer];
    this.#leads = Boolean(point);
    this.#question = new QuestionNow({ api, id, fail: this.#leads ? fail : null });
    this.#shares = SHARES.map((state) => share(state));
    this.#bar.append(...this.#shares.map(({ piece }) => piece));
    this.#legend.append(...this.#shares.map(({ entry }) => entry));
    this.#inSession = el("section", { class: "card now", "aria-labelledby": "now-title" },
      this.#showing.node, el("div", { class: "lesson" }, this.#where, this.#step, this.#guide, this.#question.node, this.#message, this.#note, this.#coming, this.#pointing, timer?.node),
      el("div", { class: "tally" }, this.#left, this.#finished, this.#bar, this.#legend, this.#phones));
    this.node = el("div", { class: "moment" }, this.#stepless, this.#inSession);
    if (point) for (const one of this.#showing.views) pointable(one.view, { picture: () => one.picture, send: point });
  }

  #inSession;
  #leads;

  /** Another instructor, or this one on another device, points. */
  pointed(data) {
    if (!drawsNow()) this.#showing.point(data);
  }

  draw(session, counts) {
    const { roster, steps, at } = session;
    this.#question.draw(session);
    const { status, step, message, shown: phones } = roster;
    const inSession = status === "IN_PROGRESS" || status === "PAUSED";
    const isStepless = this.#leads && status === "WAITING" && steps.length === 0;
    shown(this.node, inSession || isStepless);
    shown(this.#inSession, inSession);
    shown(this.#stepless, isStepless);
    if (isStepless) this.#editor.href = `/teach/lecture/${roster.lecture.id}`;
    if (!inSession) return;
    this.#inSession.classList.toggle("resting", status === "PAUSED");
    text(this.#where, status === "PAUSED" ? words.board.resting(at + 1, steps.length) : words.board.where(at + 1, steps.length));
    this.#showing.draw(status === "IN_PROGRESS" ? step : null, steps);
    this.#inSession.classList.toggle("pictured", !this.#showing.isEmpty);
    shown(this.#pointing, this.#leads && !this.#showing.isEmpty);
    text(this.#step, step?.title);
    text(this.#guide, step?.guide_text);
    text(this.#message, message ? words.board.said(message) : "");
    shown(this.#message, message);
    const note = this.#notes?.of(step);
    text(this.#note.lastChild, note);
    shown(this.#note, note);
    this.#timer?.draw(roster.timer);
    text(this.#coming, steps[at + 1] ? words.board.coming(steps[at + 1].title) : words.board.last);
    // Phones that have disconnected since may still be counted.
    text(this.#phones, words.board.phones(Math.min(phones, counts.connected), counts.connected));
    shown(this.#phones, status === "IN_PROGRESS" && counts.connected > 0);
    this.#drawTally(counts);
  }

  #drawTally(counts) {
    const { left, done, all } = counts;
    text(this.#left, left || !all ? words.board.left(left) : words.board.noneLeft(done, all));
    this.#left.classList.toggle("none", done > 0 && left === 0);
    text(this.#finished, words.board.finished(done, all));
    this.#bar.setAttribute("aria-label", words.board.finished(done, all));
    for (const { state, piece, entry, count } of this.#shares) {
      const grow = String(counts[state]);
      if (piece.style.flexGrow !== grow) piece.style.flexGrow = grow;
      text(count, grow);
      shown(piece, counts[state]);
      shown(entry, counts[state] || state === "done");
    }
  }
}

function share(state) {
  const count = el("b");
  const entry = el("li", { "data-state": state }, el("span", { class: "dot", "aria-hidden": "true" }), words.roster.state[state], " ", count);
  return { state, count, entry, piece: el("span", { class: "piece", "data-state": state }) };
}
