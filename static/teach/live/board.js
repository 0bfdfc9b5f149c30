// The board of a session: who needs help, and the buttons that lead everyone.

import { Awake } from "../../shared/awake.js";
import { el, perFrame, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { Chime } from "./chime.js";
import { Commands } from "./commands.js";
import { ClassQuestions } from "./class-questions.js";
import { Connection } from "./connection.js";
import { Walls } from "./darkwall.js";
import { HelpQueue } from "./help.js";
import { HelperBoard } from "./helperboard.js";
import { Invite } from "./invite.js";
import { KEYS } from "./keys.js";
import { LiveSession } from "./livesession.js";
import { Now } from "./now.js";
import { aboutState, PeopleList } from "./people.js";
import { aboutPerson } from "./person.js";
import { PhoneGroups } from "./phones.js";
import { SameQuestion } from "./same.js";
import { ScrollKeys } from "./scrollkeys.js";
import { Staff } from "./staff.js";
import { Steer } from "./steer.js";
import { StepList } from "./steplist.js";
import { StepNotes } from "./step-notes.js";
import { Summary } from "./summary.js";
import { TimerPanel } from "./timer.js";

const TICKS_EVERY_MS = 5_000;

/** Opens the board of those who lead the session, or that of a helper. */
export async function open(on, id) {
  const { api, isHere } = on;
  const session = new LiveSession({ api, id });
  const [staff] = await Promise.all([api.get(`/api/sessions/${id}/staff`), session.load()]);
  // A socket and a chime would outlive it.
  if (!isHere()) return {};
  const isHelper = staff.staff.some(({ user_id: one, role }) => one === api.user?.id && role === "HELPER");
  // With another role in the session, or none, the page is another one.
  const again = () => on.go(`/teach/session/${id}`);
  const over = (why) => why === "removed" && again();
  session.onOver = over;
  if (!isHelper) return new Board(on, session, staff).open();
  const leave = el("a", { class: "quiet", href: "/teach" }, words.board.backToLectures);
  const board = new HelperBoard({ ...on, leave }, session).open();
  Object.assign(board, { onOver: over, onHost: again });
  return board;
}

class Board {
  #api;
  #id;
  #fail;
  #entitle;
  #session;
  /** The list of those who help and lead, as it was when the page was opened. */
  #staff;
  #connection;
  #parts;
  #chime;
  #awake;
  #walls;
  #isClosed = false;
  #ticker;
  #scrollKeys;
  #announced = "";
  #paint = perFrame(() => this.#draw());

  constructor({ api, fail, entitle }, session, staff) {
    this.#api = api;
    this.#id = session.id;
    this.#fail = fail;
    this.#entitle = entitle;
    this.#session = session;
    this.#staff = staff;
  }

  open() {
    this.#chime = new Chime();
    this.#awake = new Awake();
    this.#walls = new Walls(this.#id);
    this.#walls.onChange = () => this.#drawDark();
    this.#connection = new Connection(this.#session);
    this.#parts = this.#makeParts();
    this.node = layout(this.#parts, this.#connection.notice);
    this.#scrollKeys = new ScrollKeys(this.node);
    this.#session.onChange = () => this.#heard();
    this.#session.onStaff = () => this.#parts.staff.changed();
    this.#connection.onOpen = (isAgain) => this.#isConnected(isAgain);
    this.#session.onPointer = (data) => this.#parts.now.pointed(data);
    this.#session.open();
    this.#ticker = setInterval(() => this.#tick(), TICKS_EVERY_MS);
    return this;
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    this.#session.close();
    this.#chime.close();
    this.#awake.close();
    this.#walls.close();
    this.#scrollKeys.close();
    for (const name of ["steer", "help", "people", "byPhone", "questions", "staff", "timer", "notes"]) this.#parts[name].close();
    this.#connection.close();
  }

  // The parts.

  #makeParts() {
    const { roster } = this.#session;
    const on = { api: this.#api, id: this.#id, session: this.#session, fail: this.#fail };
    const people = new PeopleList({ onPick: (id) => this.#about(id) });
    const byPhone = new PhoneGroups({ onPick: (id) => this.#about(id), ask: () => this.#session.refresh() });
    people.numberOf = (step) => this.#session.numberOf(step);
    const help = new HelpQueue({ ...on, nameOf: (user) => roster.people.get(user.id)?.label ?? user.name });
    help.onSize = () => this.#paint();
    help.onPending = (calls) => roster.setCalls(calls);
    help.onCall = (calls) => this.#called(calls);
    const dark = el("button", { type: "button", class: "switch", role: "switch", "data-act": "dark", "aria-keyshortcuts": KEYS.dark, "aria-checked": "false", hidden: true,
      onclick: () => this.#walls.turn(!this.#walls.areDark) }, el("span", {}, words.board.dark), el("kbd", { "aria-hidden": "true" }, KEYS.dark));
    // Clickers send one or the other for their black screen.
    const commands = new Commands(on);
    const [timer, notes] = [new TimerPanel({ commands }), new StepNotes({ ...on, changed: () => this.#paint() })];
    const steer = new Steer({ commands, session: this.#session, keys: { B: () => dark, ".": () => dark } });
    this.#chime.onChange = () => this.#drawSwitches();
    const sheets = [0, 1].map(() => el("a", { class: "quiet", "data-act": "attendance" }, words.board.attendance));
    return {
      people, byPhone, help, steer, questions: new ClassQuestions(on), timer, notes, same: new SameQuestion(on), now: new Now({ ...on, notes, timer, point: (picture, points) => this.#session.point(picture, points) }), invite: new Invite(on), staff: new Staff({ ...on, known: this.#staff }), steps: new StepList({ onGo: (step) => steer.go(step) }),
      summary: new Summary({ ...on, onFinishers: (people) => this.#finished(people), links: [sheets[1], this.#csv()] }),
      title: el("h1"), about: el("p", { class: "hint" }),
      screen: el("a", { class: "quiet", href: `/teach/session/${this.#id}/screen`, target: "_blank", "data-act": "screen",
        // It opens another window, so main.js must not follow the link.
        onclick: (event) => event.stopPropagation() }, words.board.screen),
      sheets, dark, sound: toggle("sound", () => this.#chime.mute(!this.#chime.isMuted)),
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
    aboutPerson({ api: this.#api, session: this.#session, person, others: roster.guestsBeside(id), status, fail: this.#fail, onCall: () => this.#parts.help.show(id) });
  }

  // Events.

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

  #isConnected(isAgain) {
    this.#fail(null);
    // Calls and helpers may have changed while the connection was lost.
    this.#parts.help.load();
    if (isAgain) this.#parts.questions.load();
    if (isAgain) this.#parts.staff.load();
  }

  #turnKeys() {
    const { keys } = this.#parts.steer;
    keys.turn(!keys.isOn);
    this.#drawSwitches();
  }

  #tick() {
    this.#parts.help.tick();
    this.#parts.staff.tick();
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
    p.staff.draw(roster);
    p.people.draw(roster, counts);
    p.byPhone.draw(roster);
    p.same.draw(roster);
    this.node.dataset.status = roster.status;
    shown(p.summary.node, roster.status === "REVIEW_MODE");
    shown(p.help.node, roster.status !== "REVIEW_MODE");
    if (roster.status === "REVIEW_MODE") this.#isOver();
    if (!p.sheets[0].href && this.#ownsLecture()) for (const sheet of p.sheets) sheet.href = roster.sheetPath;
    for (const sheet of p.sheets) shown(sheet, sheet.href);
    this.#drawAbout();
    this.#drawSwitches();
    this.#drawTitle();
    this.#announceStep();
  }

  #isOver() {
    this.#awake.close();
    this.#parts.summary.load();
  }

  /** Tells whether the marks of the class may be changed: by the instructor of the lecture alone, and by administrators. */
  #ownsLecture() {
    const { user } = this.#api;
    return user?.role === "ADMIN" || this.#staff.staff.some(({ user_id: id, role }) => id === user?.id && role === "INSTRUCTOR");
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
    keys.title = words.board.keysHint;
    keys.setAttribute("aria-checked", String(steer.keys.isOn));
    this.node?.classList.toggle("keyless", !steer.keys.isOn);
  }

  /** Draws the switch that darkens the wall. It is there while a wall screen is open in this browser. */
  #drawDark() {
    const { dark, announce } = this.#parts;
    const { areOpen, areDark } = this.#walls;
    shown(dark, areOpen);
    if (dark.getAttribute("aria-checked") === String(areDark)) return;
    dark.setAttribute("aria-checked", String(areDark));
    text(announce, areDark ? words.board.darkNow : words.board.lightNow);
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

function layout(p, notice) {
  const titles = el("div", { class: "titles" }, el("a", { href: "/teach" }, words.board.backToLectures), p.title, p.about);
  return el("div", { class: "board" },
    el("div", { class: "floor" }, el("div", { class: "head" }, titles, el("div", { class: "row tools" }, p.screen, p.dark, p.sheets[0], p.sound, p.keys)),
      notice, p.announce,
      el("div", { class: "columns" },
        el("div", { class: "wide" }, p.summary.node, p.now.node, p.people.node, p.byPhone.node),
        el("div", { class: "side" }, p.same.node, p.help.node, p.questions.node, p.invite.node, p.staff.node, p.steps.node))),
    p.steer.node);
}
