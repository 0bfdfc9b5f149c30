// The waiting room behind a poster: tells when the class is, and goes into it by itself once it is open.

import { Refused, send } from "../shared/api.js";
import { read, write } from "../shared/device.js";
import { el, text } from "../shared/dom.js";
import { schoolSign } from "../shared/school.js";
import { languageOf, words } from "../shared/words.js";
import { button, emblem, heading, quote, remark, screen } from "./screens.js";
import { announce, entitle, link, show } from "./stage.js";
import { timeOf } from "./when.js";

/** Between two questions passes at least this time; each phone waits longer by chance, so that a class does not ask at once. */
const ASKS_EVERY_MS = 5_000;
/** The time if the class is on another day. */
const ASKS_ON_OTHER_DAYS_MS = 60_000;
const LONGEST_WAIT_MS = 60_000;
/** A question that is not answered within this time is asked anew. */
const ANSWERED_WITHIN_MS = 10_000;
const STORED_AS = "poster";

export const begin = () => new Lobby(location.pathname.split("/")[2] ?? "").start();

class Lobby {
  #code;
  /** The last answer of the server, or null. */
  #view = null;
  #isFresh = false;
  #failures = 0;
  #timer = 0;
  #isAsking = false;
  #isOver = false;

  constructor(code) {
    this.#code = code;
    const stored = read(STORED_AS);
    if (stored?.code === code) this.#view = stored.view;
  }

  start() {
    document.addEventListener("visibilitychange", () => this.#ask());
    addEventListener("online", () => this.#ask());
    if (this.#view) this.#paint();
    return this.#ask();
  }

  async #ask() {
    if (this.#isAsking || this.#isOver || document.hidden) return;
    clearTimeout(this.#timer);
    this.#isAsking = true;
    try {
      this.#heard(await send("GET", `/api/posters/${this.#code}`, { within: ANSWERED_WITHIN_MS }));
    } catch (error) {
      this.#failed(error);
    }
    this.#isAsking = false;
    if (!this.#isOver) this.#timer = setTimeout(() => this.#ask(), this.#pause());
  }

  #pause() {
    const { next_class: next } = this.#view ?? {};
    const usual = next?.days_until > 0 ? ASKS_ON_OTHER_DAYS_MS : ASKS_EVERY_MS;
    const longer = Math.min(LONGEST_WAIT_MS, usual * 2 ** Math.min(this.#failures, 4));
    return longer * (1 + Math.random() * 0.7);
  }

  #heard(view) {
    [this.#failures, this.#isFresh] = [0, true];
    if (view.join_path) return this.#enter(view.join_path);
    this.#view = view;
    write(STORED_AS, { code: this.#code, view });
    link("open");
    return this.#paint();
  }

  #enter(path) {
    this.#isOver = true;
    write(STORED_AS, null);
    announce(words.lobby.opens);
    location.replace(path);
  }

  #failed(error) {
    if (error instanceof Refused && error.status === 404) return this.#isGone();
    this.#failures += 1;
    this.#isFresh = false;
    link(navigator.onLine === false ? "offline" : "waiting");
    return this.#paint();
  }

  #isGone() {
    this.#isOver = true;
    write(STORED_AS, null);
    link("");
    entitle("");
    return show("old-poster", oldPoster);
  }

  #paint() {
    entitle(this.#view?.title ?? "");
    show("lobby", lobby, { view: this.#view, isFresh: this.#isFresh });
  }
}

const acts = () => [
  button("plain", "code", words.lobby.code, "door", () => location.assign("/")),
  button("plain small", "record", words.lobby.record, "paper", () => location.assign("/me")),
];

function oldPoster() {
  const content = el("div", { class: "content middle" }, emblem("search"), heading(words.lobby.old), el("p", { class: "guide" }, words.lobby.oldLine));
  return { node: screen(content, acts()), update() {} };
}

function lobby() {
  const parts = { title: heading(), teacher: el("p", { class: "room" }), when: el("p", { class: "when" }), word: el("p", { class: "guide" }) };
  const node = screen(el("div", { class: "content middle" }, schoolSign(), emblem("clock"), parts.title, parts.teacher, parts.when, parts.word), acts());
  return {
    node,
    update({ view, isFresh }) {
      quote(parts.title, view?.title || words.lobby.title);
      const name = view?.instructor_name;
      remark(parts.teacher, name && words.lobby.teacher(name));
      if (name) parts.teacher.lang = languageOf(parts.teacher.textContent);
      const next = view?.next_class;
      remark(parts.when, next && words.lobby.next(timeOf(next, isFresh)));
      text(parts.word, isFresh ? (next ? words.lobby.wait : words.lobby.unknown) : words.lobby.apart);
    },
  };
}
