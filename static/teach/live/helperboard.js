// The board of a helper: who needs help, and how everyone is. It steers nothing.

import { Awake } from "../../shared/awake.js";
import { el, perFrame, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { Chime } from "./chime.js";
import { ClassQuestions } from "./class-questions.js";
import { Connection } from "./connection.js";
import { HelpQueue } from "./help.js";
import { Now } from "./now.js";
import { aboutState, PeopleList } from "./people.js";
import { aboutPerson } from "./person.js";
import { ScrollKeys } from "./scrollkeys.js";

const TICKS_EVERY_MS = 5_000;

export class HelperBoard {
  #on;
  #session;
  #connection;
  #parts;
  #chime;
  #awake;
  #scrollKeys;
  #ticker;
  #leave;
  #isClosed = false;
  #announced = "";
  #paint = perFrame(() => this.#draw());
  /** Called with the reason when the class is over, or this person does not help in it any more. */
  onOver = () => {};
  /** Called when this person leads the class from now on. */
  onHost = () => {};

  /** `leave`: a button or link by which this person goes. */
  constructor({ leave, ...on }, session) {
    this.#on = on;
    this.#leave = leave;
    this.#session = session;
    session.side = "helper";
  }

  open() {
    this.#chime = new Chime();
    this.#awake = new Awake();
    this.#connection = new Connection(this.#session);
    this.#parts = this.#makeParts();
    this.node = layout(this.#parts, this.#connection.notice, this.#leave);
    this.#scrollKeys = new ScrollKeys(this.node);
    this.#connection.onOpen = () => {
      this.#on.fail(null);
      this.#parts.help.load();
    };
    this.#session.onChange = () => this.#heard();
    this.#session.onPointer = (data) => this.#parts.now.pointed(data);
    this.#session.onStaff = ({ user_id: id, role }) => id === this.#on.api.user?.id && role === "HOST" && this.onHost();
    this.#session.onOver = (why) => this.onOver(why);
    this.#session.open();
    this.#ticker = setInterval(() => this.#parts.help.tick(), TICKS_EVERY_MS);
    return this;
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    this.#session.close();
    this.#chime.close();
    this.#awake.close();
    this.#scrollKeys.close();
    this.#parts.help.close();
    this.#parts.people.close();
    this.#parts.questions.close();
    this.#connection.close();
  }

  #makeParts() {
    const { roster, id } = this.#session;
    const on = { api: this.#on.api, id, session: this.#session, fail: this.#on.fail };
    const people = new PeopleList({ onPick: (one) => this.#about(one) });
    people.numberOf = (step) => this.#session.numberOf(step);
    const help = new HelpQueue({ ...on, isHelper: true, nameOf: (user) => roster.people.get(user.id)?.label ?? user.name });
    help.onSize = () => this.#paint();
    help.onPending = (calls) => roster.setCalls(calls);
    help.onCall = (calls) => this.#called(calls);
    const sound = el("button", { type: "button", class: "switch", role: "switch", "data-act": "sound", onclick: () => this.#chime.mute(!this.#chime.isMuted) });
    this.#chime.onChange = () => this.#drawSound();
    return { people, help, questions: new ClassQuestions(on), now: new Now({ point: null }), sound, title: el("h1"), about: el("p", { class: "hint" }, words.assist.about), announce: el("p", { class: "unseen", role: "status" }) };
  }

  #about(id) {
    const { roster } = this.#session;
    const person = roster.people.get(id);
    if (!person) return;
    aboutPerson({
      api: this.#on.api, session: this.#session, person, isHelper: true, others: [], fail: this.#on.fail,
      status: aboutState(roster, person, (step) => this.#session.numberOf(step)), onCall: () => this.#parts.help.show(id),
    });
  }

  #heard() {
    const { roster } = this.#session;
    if (roster.helpHasChanged) {
      roster.helpHasChanged = false;
      this.#parts.help.load();
    }
    if (roster.questionsHaveChanged) {
      roster.questionsHaveChanged = false;
      this.#parts.questions.changed();
    }
    if (roster.status === "REVIEW_MODE") this.onOver("ended");
    this.#paint();
  }

  #called(calls) {
    this.#chime.ring(calls.some((call) => !call.isAuto) ? "call" : "auto");
    text(this.#parts.announce, words.calls.announce(calls.map((call) => call.name).join(", ")));
  }

  #draw() {
    const { roster } = this.#session;
    if (!roster.status || this.#isClosed) return;
    const { title, now, people, help } = this.#parts;
    const counts = roster.counts();
    text(title, roster.lecture.title);
    this.node.dataset.status = roster.status;
    now.draw(this.#session, counts);
    people.draw(roster, counts);
    this.#drawSound();
    this.#on.entitle(`${help.size ? `(${help.size}) ` : ""}${roster.lecture.title}`);
    this.#announceStep();
  }

  #drawSound() {
    const { sound } = this.#parts;
    text(sound, this.#chime.isLocked ? words.board.soundLocked : words.board.sound);
    sound.setAttribute("aria-checked", String(!this.#chime.isMuted));
  }

  #announceStep() {
    const { roster: { status, step }, at } = this.#session;
    const where = status === "IN_PROGRESS" ? words.board.nowAt(at + 1, step?.title ?? "") : words.office.status[status];
    if (this.#announced && this.#announced !== where) text(this.#parts.announce, where);
    this.#announced = where;
  }
}

function layout(p, notice, leave) {
  return el("div", { class: "board assisting" },
    el("div", { class: "floor" }, el("div", { class: "head" }, el("div", { class: "titles" }, p.title, p.about), el("div", { class: "row tools" }, p.sound, leave)),
      notice, p.announce,
      el("div", { class: "columns" }, el("div", { class: "wide" }, p.now.node, p.people.node), el("div", { class: "side" }, p.help.node, p.questions.node))));
}
