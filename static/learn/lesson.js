// One learner in one session: frames of the socket become screens, taps become messages.

import { Awake } from "../shared/awake.js";
import { holeForStudent, LiveSocket } from "../shared/socket.js";
import { device } from "../shared/device.js";
import { words } from "../shared/words.js";
import * as timerAndPraise from "./timer-and-praise.js";
import { Done } from "./done.js";
import { Help, isVisit, textOf, textOfAnswer, wholeTextOf } from "./help.js";
import { LessonPictures } from "./lesson-pictures.js";
import { MessageToMe } from "./message.js";
import { mustTellOfScreen, passOn, remember } from "./phone.js";
import * as screens from "./lesson-screens.js";
import { Review } from "./review.js";
import * as sound from "./sound.js";
import { announce, link, openPart, recordAction, savingIsPaused, show, uncover } from "./stage.js";

const VIBRATES_MS = 200;
/** A step that comes this soon after coming back began while the phone was away. */
const CATCHES_UP_MS = 3_000;
/** News that nobody saw when it came is shown for this time. */
const TELLS_FOR_MS = 20_000;
const isThere = (mark) => mark === "PRESENT" || mark === "LATE";

export class Lesson {
  #api;
  #load;
  #session;
  #user;
  #onOver;
  #socket;
  #help;
  #done;
  /** The id of the last hint that was announced. */
  #announcedHint = null;
  #known;
  /** The end of the names under which this phone stores values of this session and learner. */
  #storedAs;
  /** The login with which this phone was here last. */
  #login;
  #linkIs = "connecting";
  #state = { status: "WAITING", title: "", step: null, message: null, steps: [], isPresent: false };
  #review;
  #pictures;
  #toMe;
  #cameBackAt = 0;
  /** True if the class went on while this phone was away. It is shown for some seconds. */
  #hasFollowed = false;
  #telling = 0;
  #awake;
  /** Answers that come after the end are ignored. */
  #isOver = false;

  /** `known`: what this phone remembers of the session. `identity`: `asked` while the instructor is asked whether this learner was here before, then `same` or `other`. */
  constructor({ api, load, session, user, known = null, identity = null, onOver }) {
    [this.#api, this.#load, this.#session, this.#user, this.#known, this.#onOver] = [api, load, session, user, known, onOver];
    this.#storedAs = `${session.session_id}.${user.id}`;
    this.#login = user.login;
    // The question stays open when a new step no longer shows it.
    Object.assign(this.#state, { identity, isAsked: identity === "asked" }, known?.state);
  }

  start() {
    const id = this.#session.session_id;
    this.#socket = new LiveSocket({
      api: this.#api, path: `/ws/session/${id}/student/`, params: { device: device() }, hasHole: holeForStudent,
      ask: `/api/sessions/${id}/current`, outbox: `outbox.${this.#storedAs}`,
    });
    this.#help = new Help({ api: this.#api, socket: this.#socket, storedAs: `help.${this.#storedAs}`, changed: () => this.#paint() });
    this.#pictures = new LessonPictures({ load: this.#load, storedAs: `card.${this.#storedAs}`, changed: () => this.#paint() });
    this.#review = new Review({ storedAs: `review.${this.#storedAs}`, changed: () => this.#paint(), wayBack: this.#pictures.openWayBack, api: this.#api, load: this.#load, lecture: this.#session.lecture, name: () => this.#nameNow() });
    this.#toMe = new MessageToMe({ socket: this.#socket, storedAs: `message.${this.#storedAs}` });
    this.#done = new Done({ socket: this.#socket, known: this.#known?.done, changed: () => this.#change({}) });
    this.#socket.onFrame = (frame) => this.#heard(frame);
    this.#socket.onState = (state) => this.#link(state);
    this.#socket.onPaused = savingIsPaused;
    this.#socket.onOver = (reason) => this.#over(reason);
    timerAndPraise.begin(this.#socket);
    sound.begin(() => this.#textNow(), () => this.#paint());
    this.#awake = new Awake();
    document.addEventListener("visibilitychange", this.#lookedAt);
    this.#paint();
    this.#tellForAMoment();
    this.#socket.start();
    this.#done.recall();
    this.#help.recall();
  }

  #over(reason) {
    this.#isOver = true;
    const { user, login } = this.#api;
    // Another person with the same login: the instructor has merged two participants.
    const isMerged = user && user.id !== this.#user.id && login === this.#login;
    if (isMerged) passOn(this.#session.session_id, this.#user.id, user.id);
    clearTimeout(this.#telling);
    sound.end();
    document.removeEventListener("visibilitychange", this.#lookedAt);
    for (const part of [this.#pictures, this.#help, this.#toMe, this.#awake, timerAndPraise]) part.close();
    link("");
    this.#onOver(isMerged && reason !== "replaced" ? "merged" : reason);
  }

  #link(state) {
    // Another person has signed in on this phone since.
    if (state === "open" && this.#api.user?.id !== this.#user.id) {
      this.#socket.stop();
      return this.#over("other-person");
    }
    if (state === "open") [this.#login, this.#cameBackAt] = [this.#api.login, Date.now()];
    const isAgain = state === "connecting" && this.#linkIs !== "connecting";
    const was = this.#linkIs;
    this.#linkIs = isAgain ? "waiting" : state;
    if (state === "open" && was === "waiting") recordAction("CAME_BACK_ONLINE");
    if (state === "open") this.#help.check();
    if (state === "open") this.#pictures.loadLost();
    if (state === "open" && this.#state.isAsked) this.#checkIdentity();
    link(this.#linkIs === "waiting" && navigator.onLine === false ? "offline" : this.#linkIs);
    return this.#paint();
  }

  #heard(frame) {
    const { type, data, seq } = frame;
    if (type === "session_state") this.#entered(data, seq);
    else if (type === "session_started" || type === "step_changed") this.#stepIs(data, seq);
    else if (type === "session_paused") this.#change({ status: "PAUSED", message: data.instructor_message });
    else if (type === "session_resumed") this.#change({ status: "IN_PROGRESS", message: data.instructor_message });
    else if (type === "instructor_message") this.#message(data.instructor_message);
    else if (type === "session_ended") this.#ended(data);
    else if (type === "same_as_settled") this.#isOtherPerson();
    else if (type === "question_results") this.#done.answers.shown(data);
    else if (type === "progress_marked") this.#done.marked(data);
    else if (type === "message_to_me") this.#toMe.came(data);
    else if (type === "pointer") this.#pictures.point(data);
    else if (type === "attendance_updated") this.#change({ isPresent: isThere(data.attendance_type), mark: data });
    else this.#help.heard(frame);
  }

  #entered(data, seq) {
    const step = data.current_subtask;
    const isOther = this.#isOther(step);
    this.#done.entered(data);
    const isPresent = isThere(data.my_attendance);
    const isNewMessage = data.instructor_message && data.instructor_message !== this.#state.message;
    this.#change({ status: data.status, title: data.title, step, message: data.instructor_message, isPresent, number: data.session_number });
    if (isOther) this.#help.leave();
    this.#help.entered(data.open_help_request_id, data.open_help_claimed_by);
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

  /** Tells whether this is another step. If it began while nobody looked or the connection was lost, the screen will say so. */
  #isOther(step) {
    const was = this.#state.step;
    if (was?.id === step?.id) return false;
    if (was && this.#state.identity === "asked") this.#state.identity = null;
    const isLate = document.hidden || Date.now() - this.#cameBackAt < CATCHES_UP_MS;
    this.#hasFollowed = Boolean(was && step) && isLate;
    this.#tellForAMoment();
    return true;
  }

  /** Asks what the instructor has decided while this phone was away: the answer is sent only to a phone that is there. */
  async #checkIdentity() {
    const path = `/api/sessions/${this.#session.session_id}/current`;
    const found = await this.#api.token().then(() => this.#api.get(path)).catch(() => null);
    // If the two were merged, this login belongs to the other person, and the lesson begins anew as theirs.
    if (found && !found.same_as && this.#api.user?.id === this.#user.id) this.#isOtherPerson();
  }

  #isOtherPerson() {
    this.#change({ identity: "other", isAsked: false });
    this.#tellForAMoment();
  }

  #lookedAt = () => {
    if (document.hidden) return;
    this.#cameBackAt = Date.now();
    this.#tellForAMoment();
  };

  #tellForAMoment() {
    clearTimeout(this.#telling);
    const { identity } = this.#state;
    const isAnswered = identity && identity !== "asked";
    if ((!this.#hasFollowed && !isAnswered) || document.hidden) return;
    this.#telling = setTimeout(() => {
      this.#hasFollowed = false;
      this.#change({ identity: isAnswered ? null : identity });
    }, TELLS_FOR_MS);
  }

  /** Acknowledges a step once it is painted, so that the instructor sees how many phones show it. */
  #isOnScreen(seq, isNew) {
    requestAnimationFrame(() => setTimeout(() => this.#socket.tell("ack", { seq })));
    if (!isNew) return;
    const { step } = this.#state;
    this.#done.leave();
    announce([this.#hasFollowed && words.step.followed, wholeTextOf(step)].filter(Boolean).join(" "));
    if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(VIBRATES_MS);
    sound.readOut(textOf(step));
  }

  /** Shows what the teacher tells everyone, and reads it aloud if the sound is on. */
  #message(message) {
    this.#change({ message });
    announce(`${words.step.teacher} ${message}`);
    uncover("main .note[data-said]");
    if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(VIBRATES_MS);
    sound.readOut(message);
  }

  #ended(data) {
    this.#help.over();
    sound.stop();
    this.#change({ status: "REVIEW_MODE", message: data.instructor_message });
    this.#fetchSteps();
  }

  async #fetchSteps() {
    // The step is shown without them too.
    const found = await this.#api.get(`/api/sessions/${this.#session.session_id}/steps`).catch(() => null);
    if (found) this.#change({ steps: found.subtasks });
  }

  #textNow() {
    const { status, step } = this.#state;
    if (status === "REVIEW_MODE") return textOf(this.#review.step);
    return this.#help.answer ? textOfAnswer(this.#help.answer.answer) : textOf(step);
  }

  #listen = (slowly) => sound.listen(this.#textNow(), slowly);

  // The screen.

  #change(changes) {
    if (this.#isOver) return;
    Object.assign(this.#state, changes);
    this.#paint();
    const { session_id, session_code, lecture, instructor } = this.#session;
    const session = { session_id, session_code, lecture, instructor };
    remember({ session, user: { id: this.#user.id, name: this.#nameNow(), login: this.#login }, state: this.#state, done: this.#done.ids });
  }

  /** The name now: the instructor may have corrected it. */
  #nameNow() {
    return this.#api.user?.name ?? this.#user.name;
  }

  #paint() {
    if (this.#isOver) return;
    const { status, step } = this.#state;
    this.#pictures.follow(this.#state, status === "REVIEW_MODE" ? this.#review.step : status === "IN_PROGRESS" && !this.#help.answer ? step : null, this.#help.answer ? "answer" : undefined);
    if (status === "REVIEW_MODE") this.#review.paint(this.#state, this.#listen, this.#done.ids);
    else if (this.#help.answer && step) this.#paintAnswer();
    else if (status === "PAUSED") this.#paintPaused();
    else if (status === "IN_PROGRESS" && step) this.#paintStep();
    else show("waiting", () => screens.waiting({ name: this.#nameNow(), isBare: mustTellOfScreen() }), this.#state);
  }

  #paintPaused() {
    const act = { cancel: () => this.#help.takeBack() };
    show("paused", () => screens.paused(act), { message: this.#state.message, link: this.#linkIs, call: this.#help.call });
  }

  #paintStep() {
    const { step, steps, message, identity } = this.#state;
    const hint = this.#help.hintFor(step);
    const act = { listen: this.#listen, done: () => this.#done.finish(this.#state.step), answer: (value) => this.#done.answers.give(this.#state.step, value), help: () => this.#help.request(this.#state.step),
      wayBack: this.#pictures.openWayBack, askClass: () => openPart(this.#load("class-questions"), (part) => part.open(this.#api, this.#session.session_id)), cancel: () => this.#help.takeBack(), hear: () => sound.listen(textOfAnswer(this.#help.hint.answer)), ...this.#help.screenPicture.acts, ...this.#rates };
    show("step", () => screens.step(act), {
      step, message, identity, ...sound.soundOf(textOf(step)), link: this.#linkIs, call: this.#help.call, screenPicture: this.#help.screenPicture, hint, helpRefused: this.#help.refused, hasFollowed: this.#hasFollowed,
      ...this.#done.of(step), at: steps.findIndex((s) => s.id === step.id) + 1, of: steps.length,
    });
    if (hint && hint.answer.id !== this.#announcedHint) this.#announceHint(hint);
  }

  /** Announces a hint when it is on the screen, once. */
  #announceHint({ answer, isUnasked }) {
    this.#announcedHint = answer.id;
    announce(`${words.answerer.GUIDE} ${answer.help_content}`);
    if (!isUnasked) sound.readOut(textOfAnswer(answer));
  }

  #rates = { helped: () => this.#help.rate(true), notYet: () => this.#help.rate(false) };

  #paintAnswer() {
    const { answer, isUnasked, step: about } = this.#help.answer;
    const { step, steps, message } = this.#state;
    const earlier = about === step.id ? null : steps.find(({ id }) => id === about);
    show("answer", () => screens.answer({ listen: this.#listen, ...this.#rates }), { answer, ...this.#help.marked, isVisit: isVisit(answer), isUnasked, step, earlier, message, ...sound.soundOf(textOfAnswer(answer)) });
  }
}
