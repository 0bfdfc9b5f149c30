// The board of a session: who needs help, and the buttons that lead everyone.

import { Awake } from "../../shared/awake.js";
import { el, perFrame, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { Chime } from "./chime.js";
import { Commands } from "./commands.js";
import { HelpQueue } from "./help.js";
import { Invite } from "./invite.js";
import { LiveSession } from "./livesession.js";
import { Now } from "./now.js";
import { aboutState, PeopleList } from "./people.js";
import { aboutPerson } from "./person.js";
import { SameQuestion } from "./same.js";
import { ScrollKeys } from "./scrollkeys.js";
import { Steer } from "./steer.js";
import { StepList } from "./steplist.js";
import { Summary } from "./summary.js";

const TICKS_EVERY_MS = 5_000;
/** A connection that comes back within this time is not reported as lost. */
const LOST_AFTER_MS = 1_500;

export function open(on, id) {
  return new Board(on, id).open();
}

class Board {
  #api;
  #id;
  #fail;
  #entitle;
  #isHere;
  #session;
  #parts;
  #chime;
  #awake;
  #isClosed = false;
  #ticker;
  #scrollKeys;
  #lost = 0;
  #announced = "";
  #paint = perFrame(() => this.#draw());

  constructor({ api, fail, entitle, isHere }, id) {
    this.#api = api;
    this.#id = id;
    this.#fail = fail;
    this.#entitle = entitle;
    this.#isHere = isHere;
    this.#session = new LiveSession({ api, id });
  }

  async open() {
    await this.#session.load();
    // Its socket and its chime would outlive it.
    if (!this.#isHere()) return {};
    this.#chime = new Chime();
    this.#awake = new Awake();
    this.#parts = this.#makeParts();
    this.node = layout(this.#parts);
    this.#scrollKeys = new ScrollKeys(this.node);
    this.#session.onChange = () => this.#heard();
    this.#session.onLink = (state) => this.#linkIs(state);
    this.#session.onPaused = () => this.#showLink();
    this.#session.open();
    this.#ticker = setInterval(() => this.#tick(), TICKS_EVERY_MS);
    return this;
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#lost);
    this.#session.close();
    this.#chime.close();
    this.#awake.close();
    this.#scrollKeys.close();
    this.#parts.steer.close();
    this.#parts.people.close();
    link("");
  }

  // The parts.

  #makeParts() {
    const { roster } = this.#session;
    const on = { api: this.#api, id: this.#id, session: this.#session, fail: this.#fail };
    const people = new PeopleList({ onPick: (id) => this.#about(id) });
    people.numberOf = (step) => this.#session.numberOf(step);
    const help = new HelpQueue({ ...on, nameOf: (user) => roster.people.get(user.id)?.label ?? user.name });
    help.onSize = () => this.#paint();
    help.onPending = (calls) => roster.setCalls(calls);
    help.onCall = (calls) => this.#called(calls);
    const steer = new Steer({ commands: new Commands(on), session: this.#session });
    this.#chime.onChange = () => this.#drawSwitches();
    const sheets = [0, 1].map(() => el("a", { class: "quiet", "data-act": "attendance" }, words.board.attendance));
    return {
      people, help, steer, same: new SameQuestion(on), now: new Now(), invite: new Invite(on), steps: new StepList({ onGo: (step) => steer.go(step) }),
      summary: new Summary({ ...on, onFinishers: (people) => this.#finished(people), links: [sheets[1], this.#csv()] }),
      title: el("h1"), about: el("p", { class: "hint" }), offline: el("p", { class: "notice", role: "alert", hidden: true }),
      screen: el("a", { class: "quiet", href: `/teach/session/${this.#id}/screen`, target: "_blank", "data-act": "screen",
        // It opens another window, so main.js must not follow the link.
        onclick: (event) => event.stopPropagation() }, words.board.screen),
      sheets, sound: toggle("sound", () => this.#chime.mute(!this.#chime.isMuted)),
      keys: toggle("keys", () => this.#turnKeys()), announce: el("p", { class: "unseen", role: "status" }),
    };
  }

  #csv() {
    const name = () => words.board.csvName(this.#session.roster.title);
    const load = () => this.#api.download(`/api/sessions/${this.#id}/attendance.csv`, name()).catch(this.#fail);
    return el("button", { type: "button", class: "quiet", "data-act": "csv", onclick: load }, words.board.csv);
  }

  #about(id) {
    const { roster } = this.#session;
    const person = roster.people.get(id);
    if (!person) return;
    const status = aboutState(roster, person, (step) => this.#session.numberOf(step));
    aboutPerson({ api: this.#api, sessionId: this.#id, person, others: roster.guestsBeside(id), status, fail: this.#fail, onCall: () => this.#parts.help.show(id) });
  }

  // Events.

  #heard() {
    const { roster } = this.#session;
    if (roster.helpHasChanged) {
      roster.helpHasChanged = false;
      this.#parts.help.load();
    }
    this.#paint();
  }

  #called(calls) {
    this.#chime.ring(calls.some((call) => !call.isAuto) ? "call" : "auto");
    text(this.#parts.announce, words.calls.announce(calls.map((call) => call.name).join(", ")));
  }

  #finished(people) {
    this.#session.roster.setFinishers(people);
    this.#paint();
  }

  #showLink() {
    const { link: state, isPaused } = this.#session;
    const isOver = words.line.over[state];
    const shownState = state === "open" && isPaused ? "paused" : state;
    link(isOver ? "waiting" : shownState, isOver ?? words.line[shownState]);
  }

  #linkIs(state) {
    clearTimeout(this.#lost);
    const isOver = words.line.over[state];
    this.#showLink();
    if (state === "open") {
      this.#fail(null);
      shown(this.#parts.offline, false);
      // Calls may have changed while the connection was lost.
      this.#parts.help.load();
    } else {
      const { seenAt } = this.#session;
      const tell = () => {
        text(this.#parts.offline, isOver ?? words.line.lost(seenAt));
        shown(this.#parts.offline, true);
      };
      this.#lost = setTimeout(tell, isOver ? 0 : LOST_AFTER_MS);
    }
  }

  #turnKeys() {
    const { keys } = this.#parts.steer;
    keys.turn(!keys.isOn);
    this.#drawSwitches();
  }

  #tick() {
    this.#parts.help.tick();
    this.#drawAbout();
  }

  // Drawing.

  #draw() {
    const { roster } = this.#session;
    if (!roster.status || this.#isClosed) return;
    const p = this.#parts;
    const counts = roster.counts();
    text(p.title, roster.lecture.title);
    p.now.draw(this.#session, counts);
    p.steer.draw();
    p.steps.draw(this.#session);
    p.invite.draw(roster, counts);
    p.people.draw(roster, counts);
    p.same.draw(roster);
    this.node.dataset.status = roster.status;
    shown(p.summary.node, roster.status === "REVIEW_MODE");
    shown(p.help.node, roster.status !== "REVIEW_MODE");
    if (roster.status === "REVIEW_MODE") this.#isOver();
    if (!p.sheets[0].href) for (const sheet of p.sheets) sheet.href = roster.sheetPath;
    this.#drawAbout();
    this.#drawSwitches();
    this.#drawTitle();
    this.#announceStep();
  }

  #isOver() {
    this.#awake.close();
    this.#parts.summary.load();
  }

  #drawAbout() {
    const { status, title, startedAt } = this.#session.roster;
    if (!status) return;
    const isRunning = startedAt && status !== "REVIEW_MODE";
    const minutes = Math.floor((Date.now() - Date.parse(startedAt)) / 60_000);
    text(this.#parts.about, [title, words.office.status[status], isRunning && words.board.minutes(Math.max(0, minutes))].filter(Boolean).join(" · "));
  }

  #drawSwitches() {
    const { sound, keys, steer } = this.#parts;
    text(sound, this.#chime.isLocked ? words.board.soundLocked : words.board.sound);
    sound.setAttribute("aria-checked", String(!this.#chime.isMuted));
    text(keys, words.board.keys);
    keys.setAttribute("aria-checked", String(steer.keys.isOn));
    this.node?.classList.toggle("keyless", !steer.keys.isOn);
  }

  #drawTitle() {
    const calls = this.#session.roster.status === "REVIEW_MODE" ? 0 : this.#parts.help.size;
    const title = `${calls ? `(${calls}) ` : ""}${this.#session.roster.lecture.title}`;
    this.#entitle(title);
  }

  /** Announces a new step to screen readers, also after a press on another device. */
  #announceStep() {
    const { roster: { status, step }, at } = this.#session;
    const where = status === "IN_PROGRESS" ? words.board.nowAt(at + 1, step?.title ?? "") : words.office.status[status];
    if (this.#announced && this.#announced !== where) text(this.#parts.announce, where);
    this.#announced = where;
  }
}

function toggle(name, onclick) {
  return el("button", { type: "button", class: "switch", role: "switch", "data-act": name, onclick });
}

/** Shows the state of the connection in the header. */
function link(state, label = "") {
  const node = document.querySelector("#link");
  node.dataset.state = state;
  text(node, label);
}

function layout(p) {
  const titles = el("div", { class: "titles" }, el("a", { href: "/teach" }, words.board.backToLectures), p.title, p.about);
  return el("div", { class: "board" },
    el("div", { class: "floor" }, el("div", { class: "head" }, titles, el("div", { class: "row tools" }, p.screen, p.sheets[0], p.sound, p.keys)),
      p.offline, p.announce,
      el("div", { class: "columns" },
        el("div", { class: "wide" }, p.summary.node, p.now.node, p.people.node),
        el("div", { class: "side" }, p.same.node, p.help.node, p.invite.node, p.steps.node))),
    p.steer.node);
}
