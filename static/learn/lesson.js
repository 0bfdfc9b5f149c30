// One person in one class: what the socket says becomes the screen, what is tapped becomes a message.

import { holeForStudent, LiveSocket } from "../shared/socket.js";
import { device } from "../shared/device.js";
import { words } from "../shared/words.js";
import { Done } from "./done.js";
import { Help, textOf, wordsOf } from "./help.js";
import { handOn, isToBeTold, keepLight, remember } from "./phone.js";
import { Review } from "./review.js";
import * as screens from "./screens.js";
import * as sound from "./sound.js";
import { announce, did, link, show, uncover } from "./stage.js";

const BUZZ_MS = 200;
/** What comes this soon after coming back happened while the phone was away. */
const CATCHES_UP_MS = 3_000;
/** So long it is said what became of something while nobody looked, or was asked. */
const SAYS_SO_MS = 20_000;

export class Lesson {
  #api;
  #session;
  #user;
  #onOver;
  #socket;
  #help;
  #done;
  /** The id of the last hint that was said to who does not see it. */
  #saidHint = null;
  #known;
  #place;
  /** The login with which this phone was here last. */
  #login;
  #linkIs = "connecting";
  #state = { status: "WAITING", title: "", step: null, message: null, steps: [], isPresent: false };
  #review;
  #cameBackAt = 0;
  /** Whether the class went on while this phone was away, until it has been said for a moment. */
  #hasFollowed = false;
  #sayingSo = 0;
  /** What was asked before may be answered after. */
  #isOver = false;

  /** `known`: what this phone remembers of the class, if it was here before. `identity`: `asked` while the instructor is asked whether this
   *  is someone who was here, `same` or `other` once it is answered. */
  constructor({ api, session, user, known = null, identity = null, onOver }) {
    [this.#api, this.#session, this.#user, this.#known, this.#onOver] = [api, session, user, known, onOver];
    this.#place = `${session.session_id}.${user.id}`;
    this.#login = user.login;
    Object.assign(this.#state, { identity }, known?.state);
  }

  start() {
    const id = this.#session.session_id;
    this.#socket = new LiveSocket({
      api: this.#api, path: `/ws/session/${id}/student/`, params: { device: device() }, hasHole: holeForStudent,
      ask: `/api/sessions/${id}/current`, outbox: `outbox.${this.#place}`,
    });
    this.#help = new Help({ api: this.#api, socket: this.#socket, place: this.#place, changed: () => this.#paint() });
    this.#review = new Review({ place: this.#place, changed: () => this.#paint() });
    this.#done = new Done({ socket: this.#socket, known: this.#known?.done, changed: () => this.#change({}) });
    this.#socket.onFrame = (frame) => this.#heard(frame);
    this.#socket.onState = (state) => this.#link(state);
    this.#socket.onOver = (why) => this.#over(why);
    sound.ready(() => this.#wordsNow(), () => this.#paint());
    keepLight(true);
    document.addEventListener("visibilitychange", this.#looked);
    this.#paint();
    this.#sayForAMoment();
    this.#socket.start();
    this.#done.recall();
    this.#help.recall();
  }

  #over(why) {
    this.#isOver = true;
    const { user, login } = this.#api;
    // Another person with the same login is no stranger: the instructor has joined two people who are one.
    const isJoined = user && user.id !== this.#user.id && login === this.#login;
    if (isJoined) handOn(this.#session.session_id, this.#user.id, user.id);
    clearTimeout(this.#sayingSo);
    sound.over();
    keepLight(false);
    document.removeEventListener("visibilitychange", this.#looked);
    link("");
    this.#onOver(isJoined && why !== "replaced" ? "joined" : why);
  }

  #link(state) {
    // Another person's login has come to this phone since.
    if (state === "open" && this.#api.user?.id !== this.#user.id) {
      this.#socket.stop();
      return this.#over("other-person");
    }
    if (state === "open") this.#login = this.#api.login;
    // Between two tries nothing has changed for the person who waits.
    const isAgain = state === "connecting" && this.#linkIs !== "connecting";
    const was = this.#linkIs;
    this.#linkIs = isAgain ? "waiting" : state;
    if (state === "open") this.#cameBackAt = Date.now();
    if (state === "open" && was === "waiting") did("CAME_BACK_ONLINE");
    if (state === "open") this.#help.look();
    link(this.#linkIs === "waiting" && navigator.onLine === false ? "offline" : this.#linkIs);
    return this.#paint();
  }

  // What the server says.

  #heard(frame) {
    const { type, data, seq } = frame;
    if (type === "session_state") this.#entered(data, seq);
    else if (type === "session_started" || type === "step_changed") this.#stepIs(data, seq);
    else if (type === "session_paused") this.#change({ status: "PAUSED", message: data.instructor_message });
    else if (type === "session_resumed") this.#change({ status: "IN_PROGRESS", message: data.instructor_message });
    else if (type === "instructor_message") this.#told(data.instructor_message);
    else if (type === "session_ended") this.#ended(data);
    else if (type === "help_position") this.#help.placed(data);
    else if (type === "help_updated") this.#help.moved(data);
    else if (type === "same_as_settled") this.#isOtherPerson();
    else if (type === "HELP_AVAILABLE") this.#help.answered(frame);
    else if (type === "attendance_updated") this.#change({ isPresent: isThere(data.attendance_type) });
  }

  #entered(data, seq) {
    const step = data.current_subtask;
    const isOther = this.#isOther(step);
    if (data.my_subtask_status === "COMPLETED") this.#done.is(step);
    const isPresent = isThere(data.my_attendance);
    const isNewMessage = data.instructor_message && data.instructor_message !== this.#state.message;
    this.#change({ status: data.status, title: data.title, step, message: data.instructor_message, isPresent });
    if (isOther) this.#help.leave();
    this.#help.entered(data.open_help_request_id);
    if (step && data.status !== "REVIEW_MODE") this.#isOnScreen(seq, isOther);
    this.#fetchSteps().then(() => isNewMessage && uncover("main .note[data-said]"));
  }

  #stepIs(data, seq) {
    const isOther = this.#isOther(data.current_subtask);
    this.#change({ status: "IN_PROGRESS", step: data.current_subtask, message: data.instructor_message });
    if (isOther) this.#help.leave();
    this.#isOnScreen(seq, isOther);
    if (!this.#state.steps.some((step) => step.id === data.current_subtask.id)) this.#fetchSteps();
  }

  /** One that came while nobody looked, or the line was gone, is said to have come so. */
  #isOther(step) {
    const was = this.#state.step;
    if (was?.id === step?.id) return false;
    if (was) this.#state.identity = null;
    const isLate = document.hidden || Date.now() - this.#cameBackAt < CATCHES_UP_MS;
    this.#hasFollowed = Boolean(was && step) && isLate;
    this.#sayForAMoment();
    return true;
  }

  #isOtherPerson() {
    this.#change({ identity: "other" });
    this.#sayForAMoment();
  }

  #looked = () => {
    if (document.hidden) return;
    this.#cameBackAt = Date.now();
    this.#sayForAMoment();
  };

  #sayForAMoment() {
    clearTimeout(this.#sayingSo);
    const { identity } = this.#state;
    const isAnswered = identity && identity !== "asked";
    if ((!this.#hasFollowed && !isAnswered) || document.hidden) return;
    this.#sayingSo = setTimeout(() => {
      this.#hasFollowed = false;
      this.#change({ identity: isAnswered ? null : identity });
    }, SAYS_SO_MS);
  }

  /** Told once it is painted, so that the instructor sees what is really shown. */
  #isOnScreen(seq, isNew) {
    requestAnimationFrame(() => setTimeout(() => this.#socket.tell("ack", { seq })));
    if (!isNew) return;
    const { step } = this.#state;
    this.#done.leave();
    announce([this.#hasFollowed && words.step.followed, `${step.title}.`, step.guide_text].filter(Boolean).join(" "));
    if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(BUZZ_MS);
    sound.readOut(textOf(step));
  }

  /** The teacher says something to all: it stands on the screen, and is heard where one listens. */
  #told(message) {
    this.#change({ message });
    announce(`${words.step.teacher} ${message}`);
    uncover("main .note[data-said]");
    if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(BUZZ_MS);
    sound.readOut(message);
  }

  #ended(data) {
    this.#help.over();
    sound.hush();
    this.#change({ status: "REVIEW_MODE", message: data.instructor_message });
    this.#fetchSteps();
  }

  async #fetchSteps() {
    // It adds to the screen; the step itself does not need it.
    const found = await this.#api.get(`/api/sessions/${this.#session.session_id}/steps`).catch(() => null);
    if (found) this.#change({ steps: found.subtasks });
  }

  // What the person does.

  #wordsNow() {
    const { status, step } = this.#state;
    if (status === "REVIEW_MODE") return textOf(this.#review.step);
    return this.#help.answer ? wordsOf(this.#help.answer.answer) : textOf(step);
  }

  #listen = (slowly) => sound.listen(this.#wordsNow(), slowly);

  // The screen.

  #change(changes) {
    if (this.#isOver) return;
    Object.assign(this.#state, changes);
    this.#paint();
    const { session_id, session_code, lecture, instructor } = this.#session;
    const session = { session_id, session_code, lecture, instructor };
    remember({ session, user: { id: this.#user.id, name: this.#nameNow(), login: this.#login }, state: this.#state, done: this.#done.ids });
  }

  /** The instructor may have mended it since. */
  #nameNow() {
    return this.#api.user?.name ?? this.#user.name;
  }

  #paint() {
    if (this.#isOver) return;
    const { status, step } = this.#state;
    if (status === "REVIEW_MODE") this.#review.paint(this.#state, this.#listen);
    else if (this.#help.answer && step) this.#paintAnswer();
    else if (status === "PAUSED") this.#paintPaused();
    else if (status === "IN_PROGRESS" && step) this.#paintStep();
    else show("waiting", () => screens.waiting({ name: this.#nameNow(), isBare: isToBeTold() }), this.#state);
  }

  #paintPaused() {
    const act = { cancel: () => this.#help.takeBack() };
    show("paused", () => screens.paused(act), { message: this.#state.message, link: this.#linkIs, call: this.#help.call });
  }

  #paintStep() {
    const { step, steps, message, identity } = this.#state;
    const hint = this.#help.hintFor(step);
    const act = { listen: this.#listen, done: () => this.#done.finish(this.#state.step), help: () => this.#help.request(this.#state.step),
      cancel: () => this.#help.takeBack(), hear: () => sound.listen(wordsOf(this.#help.hint.answer)), ...this.#rates };
    show("step", () => screens.step(act), {
      step, message, identity, ...sound.soundOf(textOf(step)), link: this.#linkIs, call: this.#help.call, hint, helpRefused: this.#help.refused, hasFollowed: this.#hasFollowed,
      ...this.#done.of(step), at: steps.findIndex((s) => s.id === step.id) + 1, of: steps.length,
    });
    if (hint && hint.answer.id !== this.#saidHint) this.#sayHint(hint);
  }

  /** Said when it is on the screen, once. */
  #sayHint({ answer, isUnasked }) {
    this.#saidHint = answer.id;
    announce(`${words.answerer.GUIDE} ${answer.help_content}`);
    if (!isUnasked) sound.readOut(wordsOf(answer));
  }

  #rates = { helped: () => this.#help.rate(true), notYet: () => this.#help.rate(false) };

  #paintAnswer() {
    const { answer, isUnasked, step: about } = this.#help.answer;
    const { step, steps, message } = this.#state;
    const earlier = about === step.id ? null : steps.find(({ id }) => id === about);
    show("answer", () => screens.answer({ listen: this.#listen, ...this.#rates }), { answer, isUnasked, step, earlier, message, ...sound.soundOf(wordsOf(answer)) });
  }
}

function isThere(mark) {
  return mark === "PRESENT" || mark === "LATE";
}
