// The live board of one class: who needs me, and the big buttons.

import { el, perFrame, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { Awake } from "./awake.js";
import { Chime } from "./chime.js";
import { Commands } from "./commands.js";
import { HelpQueue } from "./help.js";
import { Invite } from "./invite.js";
import { LiveClass } from "./liveclass.js";
import { Now } from "./now.js";
import { aboutState, PeopleList } from "./people.js";
import { aboutPerson } from "./person.js";
import { SameQuestion } from "./same.js";
import { ScrollKeys } from "./scrollkeys.js";
import { Steer } from "./steer.js";
import { StepList } from "./steplist.js";
import { Summary } from "./summary.js";

const TICKS_EVERY_MS = 5_000;
/** A link that comes back at once is no news. */
const LOST_AFTER_MS = 1_500;

export class Board {
  #api;
  #id;
  #fail;
  #class;
  #parts;
  #chime;
  #awake;
  #isClosed = false;
  #ticker;
  #scrollKeys;
  #lost = 0;
  #told = "";
  #paint = perFrame(() => this.#draw());

  constructor({ api, id, fail }) {
    this.#api = api;
    this.#id = id;
    this.#fail = fail;
    this.#class = new LiveClass({ api, id });
  }

  async open() {
    await this.#class.load();
    this.#chime = new Chime();
    this.#awake = new Awake();
    this.#parts = this.#rooms();
    this.node = layout(this.#parts);
    this.#scrollKeys = new ScrollKeys(this.node);
    this.#class.onChange = () => this.#heard();
    this.#class.onLink = (state) => this.#linkIs(state);
    this.#class.open();
    this.#ticker = setInterval(() => this.#tick(), TICKS_EVERY_MS);
    return this;
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#lost);
    this.#class.close();
    this.#chime.close();
    this.#awake.close();
    this.#scrollKeys.close();
    this.#parts.steer.close();
    this.#parts.people.close();
    link("");
  }

  // What is on it.

  #rooms() {
    const { roster } = this.#class;
    const on = { api: this.#api, id: this.#id, liveClass: this.#class, fail: this.#fail };
    const people = new PeopleList({ onPick: (id) => this.#about(id) });
    people.numberOf = (step) => this.#class.numberOf(step);
    const help = new HelpQueue({ ...on, nameOf: (user) => roster.people.get(user.id)?.label ?? user.name });
    help.onSize = () => this.#paint();
    help.onPending = (calls) => roster.callsAre(calls);
    help.onCall = (calls) => this.#called(calls);
    const steer = new Steer({ commands: new Commands(on), liveClass: this.#class });
    this.#chime.onChange = () => this.#drawSwitches();
    const sheets = [0, 1].map(() => el("a", { class: "quiet", "data-act": "attendance" }, words.board.attendance));
    return {
      people, help, steer, same: new SameQuestion(on), now: new Now(), invite: new Invite(on), steps: new StepList({ onGo: (step) => steer.go(step) }),
      summary: new Summary({ ...on, onFinishers: (people) => this.#finished(people), links: [sheets[1], this.#csv()] }),
      title: el("h1"), about: el("p", { class: "hint" }), offline: el("p", { class: "notice", role: "alert", hidden: true }),
      screen: el("a", { class: "quiet", href: `/teach/session/${this.#id}/screen`, target: "_blank", "data-act": "screen",
        // Not followed within this page: it is for another window.
        onclick: (event) => event.stopPropagation() }, words.board.screen),
      sheets, sound: toggle("sound", () => this.#chime.mute(!this.#chime.isMuted)),
      keys: toggle("keys", () => this.#turnKeys()), announce: el("p", { class: "unseen", role: "status" }),
    };
  }

  #csv() {
    const name = () => words.board.csvName(this.#class.roster.title);
    const load = () => this.#api.download(`/api/sessions/${this.#id}/attendance.csv`, name()).catch(this.#fail);
    return el("button", { type: "button", class: "quiet", "data-act": "csv", onclick: load }, words.board.csv);
  }

  #about(id) {
    const { roster } = this.#class;
    const person = roster.people.get(id);
    if (!person) return;
    const says = aboutState(roster, person, (step) => this.#class.numberOf(step));
    aboutPerson({ api: this.#api, session: this.#id, person, others: roster.guestsBeside(id), says, fail: this.#fail, onCall: () => this.#parts.help.show(id) });
  }

  // What happens.

  #heard() {
    const { roster } = this.#class;
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
    this.#class.roster.finishersAre(people);
    this.#paint();
  }

  #linkIs(state) {
    clearTimeout(this.#lost);
    const isOver = words.line.over[state];
    link(isOver ? "waiting" : state, isOver ?? words.line[state]);
    if (state === "open") {
      this.#fail(null);
      shown(this.#parts.offline, false);
      // A call may have come or gone while nobody heard.
      this.#parts.help.load();
    } else {
      const { seenAt } = this.#class;
      const say = () => {
        text(this.#parts.offline, isOver ?? words.line.lost(seenAt));
        shown(this.#parts.offline, true);
      };
      this.#lost = setTimeout(say, isOver ? 0 : LOST_AFTER_MS);
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

  // The page.

  #draw() {
    const { roster } = this.#class;
    if (!roster.status || this.#isClosed) return;
    const p = this.#parts;
    const counts = roster.counts();
    text(p.title, roster.lecture.title);
    p.now.draw(this.#class, counts);
    p.steer.draw();
    p.steps.draw(this.#class);
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
    this.#tell();
  }

  #isOver() {
    this.#awake.close();
    this.#parts.summary.load();
  }

  #drawAbout() {
    const { status, title, startedAt } = this.#class.roster;
    if (!status) return;
    const isRunning = startedAt && status !== "REVIEW_MODE";
    const minutes = Math.floor((Date.now() - Date.parse(startedAt)) / 60_000);
    text(this.#parts.about, [title, words.board.status[status], isRunning && words.board.minutes(Math.max(0, minutes))].filter(Boolean).join(" · "));
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
    const calls = this.#class.roster.status === "REVIEW_MODE" ? 0 : this.#parts.help.size;
    const title = `${calls ? `(${calls}) ` : ""}${this.#class.roster.lecture.title}`;
    if (document.title !== title) document.title = title;
  }

  /** Where the class is now, for who hears the page: also after a press on another device. */
  #tell() {
    const { roster: { status, step }, at } = this.#class;
    const where = status === "IN_PROGRESS" ? words.board.nowAt(at + 1, step?.title ?? "") : words.board.status[status];
    if (this.#told && this.#told !== where) text(this.#parts.announce, where);
    this.#told = where;
  }
}

function toggle(name, onclick) {
  return el("button", { type: "button", class: "switch", role: "switch", "data-act": name, onclick });
}

function link(state, says = "") {
  const node = document.querySelector("#link");
  node.dataset.state = state;
  text(node, says);
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
