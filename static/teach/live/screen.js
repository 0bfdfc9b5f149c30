// The wall screen: the ways into the session, then the step in large letters. It shows no names.

import { Awake } from "../../shared/awake.js";
import { qrOf, spaced } from "../../shared/code.js";
import { el, perFrame, shown, text } from "../../shared/dom.js";
import { schoolSign } from "../../shared/school.js";
import { choicesOf, resultList } from "../../shared/results.js";
import { TimerLine } from "../../shared/timer-line.js";
import { words } from "../../shared/words.js";
import { Commands } from "./commands.js";
import { DarkWall } from "./darkwall.js";
import { fitted } from "./fit.js";
import { addressParts } from "./invite.js";
import { KEYS, Keys } from "./keys.js";
import { LiveSession } from "./livesession.js";
import { Showing } from "./showing.js";

const IDLE_AFTER_MS = 3_000;
const LOST_AFTER_MS = 3_000;
const BUTTONS = { WAITING: ["start"], IN_PROGRESS: ["back", "next", "pause"], PAUSED: ["resume"], REVIEW_MODE: [] };

export function open(on, id) {
  return new Screen(on, id).open();
}

class Screen {
  #session;
  #entitle;
  #isHere;
  #commands;
  #awake;
  #dark;
  /** The state and the step that are shown: others than these light a dark wall. */
  #moment = "";
  #keys;
  #parts;
  #showing = new Showing();
  #timer;
  #buttons;
  #code = null;
  #idle = 0;
  #lost = 0;
  #isClosed = false;
  #top = document.querySelector(".top");
  #fit;
  #paint = perFrame(() => this.#draw());
  #onMove = () => this.#showTools();
  #onFullscreen = () => this.#drawTools();

  constructor({ api, fail, entitle, isHere }, id) {
    this.#entitle = entitle;
    this.#isHere = isHere;
    this.#session = new LiveSession({ api, id });
    this.#commands = new Commands({ api, session: this.#session, fail });
  }

  async open() {
    await this.#session.load();
    // Its socket and its chime would outlive it.
    if (!this.#isHere()) return {};
    this.#parts = parts();
    this.#buttons = this.#makeButtons();
    this.#timer = new TimerLine({ say: (sentence) => text(this.#parts.spoken, sentence), changed: () => this.#fit?.fit() });
    this.node = layout(this.#parts, this.#showing.node, this.#timer.node, Object.values(this.#buttons));
    this.#fit = fitted(this.#parts.lesson);
    const { start, next, back, pause, resume, dark, full } = this.#buttons;
    this.#keys = new Keys({
      S: () => start, ArrowRight: () => next, Space: () => next, PageDown: () => next, ArrowLeft: () => back, PageUp: () => back,
      P: () => (resume.hidden ? pause : resume), F: () => full,
      // Clickers send one or the other for their black screen.
      B: () => dark, ".": () => dark,
    });
    this.#awake = new Awake();
    this.#dark = new DarkWall(this.#session.id, () => this.#drawTools());
    shown(this.#top, false);
    for (const type of ["pointermove", "keydown"]) addEventListener(type, this.#onMove);
    document.addEventListener("fullscreenchange", this.#onFullscreen);
    this.#showTools();
    this.#session.onChange = () => this.#paint();
    this.#session.onPointer = (data) => this.#showing.point(data);
    this.#session.onLink = (state) => this.#linkIs(state);
    this.#session.open();
    return this;
  }

  close() {
    this.#isClosed = true;
    for (const timer of [this.#idle, this.#lost]) clearTimeout(timer);
    for (const type of ["pointermove", "keydown"]) removeEventListener(type, this.#onMove);
    document.removeEventListener("fullscreenchange", this.#onFullscreen);
    this.#session.close();
    this.#keys.close();
    this.#awake.close();
    this.#dark.close();
    this.#fit.close();
    this.#timer.close();
    shown(this.#top, true);
  }

  #makeButtons() {
    const commands = this.#commands;
    const acts = {
      start: () => commands.start(), back: () => commands.move(-1), next: () => commands.move(1), pause: () => commands.pause(),
      resume: () => commands.resume(), dark: () => this.#dark.turn(!this.#dark.isDark), full: turnFull,
    };
    const press = (event, act) => event.currentTarget.getAttribute("aria-disabled") !== "true" && act();
    return Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, el("button", { type: "button", "data-act": name,
      onclick: (event) => press(event, act) }, words.wall[name], el("kbd", { "aria-hidden": "true" }, KEYS[name]))]));
  }

  #linkIs(state) {
    clearTimeout(this.#lost);
    const { link } = this.#parts;
    if (state === "open") return shown(link, false);
    const isOver = words.line.over[state];
    text(link, isOver ?? words.wall.lost);
    this.#lost = setTimeout(() => shown(link, true), isOver ? 0 : LOST_AFTER_MS);
    return undefined;
  }

  /** Shows the pointer and the buttons, which are hidden again when nothing moves for a while. */
  #showTools() {
    clearTimeout(this.#idle);
    this.node.classList.remove("idle");
    this.#idle = setTimeout(() => this.node.classList.add("idle"), IDLE_AFTER_MS);
  }

  // Drawing.

  #draw() {
    const { roster, steps, at } = this.#session;
    const { status, door } = roster;
    if (!status || this.#isClosed) return;
    const p = this.#parts;
    const counts = roster.counts();
    this.node.dataset.status = status;
    const isRunning = status === "IN_PROGRESS";
    this.#lightenIfNew(`${status} ${roster.step?.id}`);
    text(p.title, roster.lecture.title);
    text(p.where, isRunning ? words.wall.where(at + 1, steps.length) : "");
    this.#drawWords(roster, counts);
    this.#showing.draw(isRunning ? roster.step : null, steps);
    this.node.classList.toggle("pictured", !this.#showing.isEmpty);
    this.#drawInvite(roster, counts);
    shown(p.ways, status === "WAITING");
    shown(p.lesson, status !== "WAITING");
    shown(p.tally, isRunning || status === "PAUSED");
    p.bar.max = Math.max(1, counts.all);
    p.bar.value = counts.done;
    text(p.count, counts.all > 0 && counts.done === counts.all ? words.wall.allFinished : words.wall.finished(counts.done, counts.all));
    this.node.classList.toggle("closed", door !== "OPEN");
    this.#timer.draw(roster.timer);
    this.#drawTools();
    this.#entitle(words.wall.pageTitle(roster.lecture.title));
    this.#fit.fit();
  }

  /** Lights a dark wall when the class goes on. */
  #lightenIfNew(moment) {
    if (this.#moment && this.#moment !== moment) this.#dark.turn(false);
    this.#moment = moment;
  }

  /** Draws the text in the middle, when the ways in are not there. */
  #drawWords({ status, step, message }, counts) {
    const p = this.#parts;
    const over = { PAUSED: [words.wall.paused, words.wall.pausedMore], REVIEW_MODE: [words.wall.ended, words.wall.endedMore(counts.everyone)] }[status];
    const [head, body] = over ?? [step?.title, step?.guide_text];
    text(p.head, head);
    text(p.body, body);
    text(p.message, message);
    this.#drawQuestion(over ? null : step?.question);
    shown(p.message, message && status !== "WAITING");
  }

  /** Draws the question of the step, and the answers once they are shown. */
  #drawQuestion(question) {
    const p = this.#parts;
    const { results } = this.#session.roster;
    shown(p.asked, question);
    shown(p.choices, question && !results?.counts);
    shown(p.results.node, question && results?.counts);
    if (!question) return;
    text(p.asked, question.text);
    p.choices.replaceChildren(...choicesOf(question).map(({ label }) => el("li", {}, label)));
    if (results?.counts) p.results.draw(question, results);
  }

  /** Draws the ways in. After the start they are in a corner, for late comers, as long as the door is open. */
  #drawInvite({ status, door, code, joinUrl }, counts) {
    const p = this.#parts;
    if (this.#code !== code) {
      this.#code = code;
      for (const image of [p.qr, p.smallQr]) image.src = qrOf(joinUrl);
      for (const node of [p.code, p.smallCode]) text(node, spaced(code));
      p.code.style.setProperty("--digits", code.length);
      p.url.replaceChildren(...addressParts(joinUrl));
    }
    text(p.here, words.wall.here(counts.all));
    shown(p.open, door === "OPEN");
    shown(p.qr, door === "OPEN");
    shown(p.closed, door !== "OPEN");
    shown(p.corner, door === "OPEN" && (status === "IN_PROGRESS" || status === "PAUSED"));
  }

  #drawTools() {
    const { dark, full, next, back, start } = this.#buttons;
    const { roster: { status }, at, steps } = this.#session;
    for (const [name, button] of Object.entries(this.#buttons)) shown(button, name === "full" || name === "dark" || BUTTONS[status]?.includes(name));
    for (const [button, may] of [[next, at < steps.length - 1], [back, at > 0], [start, steps.length > 0]]) {
      button.setAttribute("aria-disabled", String(!may));
    }
    this.node.classList.toggle("dark", this.#dark.isDark);
    dark.firstChild.textContent = this.#dark.isDark ? words.wall.light : words.wall.dark;
    full.firstChild.textContent = document.fullscreenElement ? words.wall.window : words.wall.full;
  }
}

function turnFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function parts() {
  return {
    title: el("p", { class: "lecture" }), where: el("p", { class: "where" }),
    link: el("p", { class: "lost", role: "status", hidden: true }),
    qr: el("img", { class: "qr", alt: words.invite.qr }), code: el("p", { class: "code" }), url: el("p", { class: "url" }),
    here: el("p", { class: "here" }), ways: el("section", { class: "ways", "aria-label": words.wall.enter }),
    open: el("div", { class: "open-door" }),
    closed: el("p", { class: "closed-door" }, words.wall.closed),
    lesson: el("section", { class: "lesson", "aria-label": words.wall.lesson }),
    spoken: el("p", { class: "unseen", role: "status" }),
    head: el("h1"), body: el("p", { class: "guide" }), asked: el("h2"), choices: el("ul", { class: "choices" }), results: resultList(), message: el("p", { class: "said" }),
    tally: el("div", { class: "tally" }), bar: el("progress", { "aria-label": words.wall.progress }), count: el("p", { class: "count" }),
    corner: el("aside", { class: "corner", "aria-label": words.wall.enter }),
    smallQr: el("img", { class: "qr", alt: words.invite.qr }), smallCode: el("p", { class: "code" }),
  };
}

function layout(p, showing, timer, buttons) {
  p.open.append(el("h1", {}, words.wall.enter), el("p", { class: "how" }, words.wall.how), p.url, p.code);
  p.ways.append(p.qr, el("div", { class: "words" }, p.open, p.closed, p.here));
  p.lesson.append(el("div", { class: "sheet" }, p.head, p.body, p.asked, p.choices, p.results.node, p.message));
  p.tally.append(p.count, p.bar);
  p.corner.append(p.smallQr, p.smallCode);
  return el("div", { class: "wall" }, el("div", { class: "line" }, schoolSign(), p.title, p.where, p.link),
    el("div", { class: "middle" }, p.ways, p.lesson, showing), el("div", { class: "foot" }, el("div", { class: "progress" }, timer, p.tally), p.corner), p.spoken,
    el("div", { class: "wall-tools", role: "toolbar", "aria-label": words.wall.tools }, buttons));
}
