// One person in one class: what the socket says becomes the screen, what is tapped becomes a message.

import { post } from "../shared/api.js";
import { announce, link, show } from "./stage.js";
import * as screens from "./screens.js";
import { holeForStudent, LiveSocket } from "../shared/socket.js";
import * as speech from "../shared/speech.js";
import { device, read, write } from "../shared/store.js";

const LINKS = {
  connecting: "연결하는 중이에요", open: "연결됨", waiting: "다시 연결하는 중이에요. 기다리시면 됩니다",
};
const BUZZ_MS = 200;

export class Lesson {
  #api;
  #session;
  #onOver;
  #socket;
  #place;
  #state = {
    status: "WAITING", title: "", step: null, message: null, seq: 0, steps: [], done: new Set(), sent: new Set(),
    help: null, reviewAt: null, isVoiceless: false, heard: null,
  };
  #hasSound = false;
  #hasBeenOpen = false;

  constructor({ api, session, onOver }) {
    this.#api = api;
    this.#session = session;
    this.#onOver = onOver;
    this.#place = `${session.session_id}.${api.user.id}`;
    this.#state.reviewAt = read(`review.${this.#place}`);
  }

  start() {
    const id = this.#session.session_id;
    this.#socket = new LiveSocket({
      api: this.#api, path: `/ws/session/${id}/student/`, params: { device: device() }, hasHole: holeForStudent,
      ask: `/api/sessions/${id}/current`, outbox: `outbox.${this.#place}`,
    });
    this.#recallAnswers();
    this.#socket.onFrame = (frame) => this.#heard(frame);
    this.#socket.onState = (state) => this.#linkIs(state);
    this.#socket.onOver = (why) => this.#over(why);
    this.#socket.start();
    this.#soundButton();
    this.#recallHelp();
    keepAwake();
  }

  #over(why) {
    document.querySelector("#sound").hidden = true;
    link("", "");
    speech.hush();
    this.#onOver(why, this.#session);
  }

  #linkIs(state) {
    if (state === "open") this.#hasBeenOpen = true;
    // Between two tries nothing has changed for the person who waits.
    const is = state === "connecting" && this.#hasBeenOpen ? "waiting" : state;
    link(is, navigator.onLine === false ? "인터넷이 끊겼어요. 이어지면 저절로 돌아옵니다" : LINKS[is]);
  }

  // What the server says.

  #heard(frame) {
    const { type, data, seq } = frame;
    if (type === "session_state") this.#entered(data, seq);
    else if (type === "session_started" || type === "step_changed") this.#stepIs(data, seq);
    else if (type === "session_paused") this.#change({ status: "PAUSED", message: data.instructor_message });
    else if (type === "session_resumed") this.#change({ status: "IN_PROGRESS", message: data.instructor_message });
    else if (type === "session_ended") this.#ended(data);
    else if (type === "help_position") this.#helpIs({ ...data, id: data.help_request_id });
    else if (type === "help_updated") this.#helpMoved(data);
    else if (type === "HELP_AVAILABLE") this.#helped(frame);
  }

  #entered(data, seq) {
    const isOther = this.#state.step?.id !== data.current_subtask?.id;
    this.#change({
      status: data.status, title: data.title, step: data.current_subtask, message: data.instructor_message,
    });
    if (data.current_subtask && data.status !== "REVIEW_MODE") this.#isOnScreen(seq, isOther);
    if (data.my_subtask_status === "COMPLETED") this.#markDone(data.current_subtask.id, true);
    if (data.open_help_request_id) this.#helpIs({ id: data.open_help_request_id, position: this.#state.help?.position ?? 0 });
    else if (this.#state.help?.id && !this.#state.help.answer) this.#helpOver();
    this.#fetchSteps();
  }

  #stepIs(data, seq) {
    const help = this.#state.help?.answer ? null : this.#state.help;
    this.#change({ status: "IN_PROGRESS", step: data.current_subtask, message: data.instructor_message, help, isVoiceless: false });
    this.#isOnScreen(seq, true);
    if (!this.#state.steps.some((step) => step.id === data.current_subtask.id)) this.#fetchSteps();
  }

  /** Told once it is painted, so that the instructor sees what is really shown. */
  #isOnScreen(seq, isNew) {
    const acknowledge = () => this.#socket.tell("ack", { seq });
    requestAnimationFrame(() => setTimeout(acknowledge));
    if (!isNew) return;
    const { step } = this.#state;
    announce(`${step.title}. ${step.guide_text ?? ""}`);
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ_MS);
    if (this.#hasSound) this.#speak(words(step));
  }

  #ended(data) {
    this.#change({ status: "REVIEW_MODE", message: data.instructor_message, help: null });
    this.#fetchSteps();
  }

  async #fetchSteps() {
    const found = await this.#quietly(`/api/sessions/${this.#session.session_id}/steps`);
    if (found) this.#change({ steps: found.subtasks });
  }

  async #quietly(path) {
    try {
      return await this.#api.get(path);
    } catch {
      // It adds to the screen; the step itself does not need it.
      return null;
    }
  }

  // What the person does.

  async #finish() {
    const { step } = this.#state;
    this.#markDone(step.id, false);
    announce("잘하셨어요!");
    await this.#socket.ask("progress", { subtask_id: step.id, status: "COMPLETED" }).catch(() => {});
    this.#markDone(step.id, true);
  }

  #markDone(id, isSent) {
    this.#state.done.add(id);
    if (isSent) this.#state.sent.add(id);
    this.#paint();
  }

  /** What was tapped before a reload is still done, and still on its way. */
  #recallAnswers() {
    for (const { type, data } of this.#socket.unanswered()) {
      if (type === "progress") this.#state.done.add(data.subtask_id);
    }
  }

  async #callHelp() {
    const { step } = this.#state;
    this.#change({ help: { id: null, position: 0, answer: null } });
    announce("선생님께 알렸어요");
    try {
      const asked = await this.#socket.ask("help", { subtask_id: step.id, request_type: "MANUAL" });
      if (!this.#state.help?.answer) this.#helpIs({ id: asked.help_request_id, position: asked.position });
    } catch {
      this.#change({ help: null });
    }
  }

  #helpIs({ id, position }) {
    write(`help.${this.#place}`, id);
    this.#change({ help: { id, position, answer: null } });
  }

  /** The instructor may have settled it in passing. */
  #helpMoved({ help_request_id: id, status }) {
    if (this.#state.help?.id === id && ["RESOLVED", "WITHDRAWN"].includes(status)) this.#helpOver();
  }

  async #recallHelp() {
    const id = read(`help.${this.#place}`);
    if (!id) return;
    const view = await this.#quietly(`/api/help/request/${id}`);
    if (!view || this.#state.help) return;
    if (["ANALYZING", "ESCALATED"].includes(view.status)) this.#helpIs({ id, position: 0 });
    else if (view.status === "ANSWERED" && view.help_response) this.#change({ help: { id, answer: view.help_response } });
    else this.#helpOver();
  }

  /** One that was not asked for is shown, and not read aloud. */
  #helped({ help_request_id: id, request_type: kind, help_response: answer }) {
    write(`help.${this.#place}`, id);
    const isNew = this.#state.help?.answer?.id !== answer.id;
    this.#change({ help: { id, answer } });
    this.#socket.tell("ack", { help_request_id: id });
    if (!isNew) return;
    announce(`답이 왔어요. ${answer.help_content}`);
    if (this.#hasSound && kind !== "AUTO") this.#speak(wordsOf(answer));
  }

  #helpOver() {
    write(`help.${this.#place}`, null);
    this.#change({ help: null });
  }

  async #rate(rating) {
    const { id, answer } = this.#state.help;
    if (rating > 3) this.#helpOver();
    else this.#helpIs({ id, position: 0 });
    await this.#api.call(post, "/api/help/feedback", { help_response_id: answer.id, rating }).catch(() => {});
  }

  // Sound.

  #soundButton() {
    const button = document.querySelector("#sound");
    if (!speech.canSpeak) return;
    const label = () => {
      button.textContent = this.#hasSound ? "🔊 소리 끄기" : "🔈 소리 켜기";
    };
    button.onclick = () => {
      this.#hasSound = !this.#hasSound;
      label();
      if (this.#hasSound) this.#speak(this.#state.step ? words(this.#state.step) : "소리를 켰습니다.");
      else speech.hush();
    };
    label();
    button.hidden = false;
  }

  async #speak(sentence) {
    const isHeard = speech.hasVoice() && (await speech.say(sentence));
    this.#change({ isVoiceless: !isHeard, heard: isHeard ? sentence : this.#state.heard });
  }

  #soundOf(sentence) {
    return { canListen: speech.canSpeak, isHeard: this.#state.heard === sentence };
  }

  // The screen.

  #change(changes) {
    Object.assign(this.#state, changes);
    this.#paint();
  }

  #paint() {
    const { status, step, help, reviewAt, steps } = this.#state;
    if (status === "REVIEW_MODE") this.#paintReview(reviewAt, steps);
    else if (help?.answer && step) this.#paintAnswer(help.answer);
    else if (status === "PAUSED") show("paused", screens.paused, this.#state);
    else if (status === "IN_PROGRESS" && step) this.#paintStep();
    else show("waiting", () => screens.waiting({ name: this.#api.user.name }), this.#state);
  }

  #paintStep() {
    const { step, steps, help, done, sent, message, isVoiceless } = this.#state;
    const act = {
      listen: () => this.#speak(words(this.#state.step)), done: () => this.#finish(), help: () => this.#callHelp(),
    };
    const at = steps.findIndex((s) => s.id === step.id);
    show("step", () => screens.step(act), {
      step, message, isVoiceless, ...this.#soundOf(words(step)), isDone: done.has(step.id), isSent: sent.has(step.id),
      place: placeOf(steps, at), isLast: at >= 0 && at === steps.length - 1, line: help && lineOf(help),
    });
  }

  #paintAnswer(answer) {
    const act = {
      listen: () => this.#speak(wordsOf(this.#state.help.answer)),
      helped: () => this.#rate(5), notYet: () => this.#rate(1),
    };
    show("answer", () => screens.answer(act), { answer, step: this.#state.step, ...this.#soundOf(wordsOf(answer)) });
  }

  #paintReview(at, steps) {
    if (at === null || steps.length === 0) return this.#paintEnded(steps);
    const now = steps[Math.min(at, steps.length - 1)];
    const act = {
      listen: () => this.#speak(words(this.#state.steps[this.#state.reviewAt])),
      back: () => this.#reviewAt(this.#state.reviewAt - 1), next: () => this.#reviewAt(this.#state.reviewAt + 1),
    };
    return show("review", () => screens.review(act), {
      step: now, place: placeOf(steps, at), isFirst: at === 0, isLast: at === steps.length - 1, ...this.#soundOf(words(now)),
    });
  }

  #paintEnded(steps) {
    const canReview = steps.length > 0;
    show(canReview ? "ended" : "ended-without-steps", () => screens.plain({
      picture: "🎉", title: "수고하셨어요!", lines: ["오늘 수업이 끝났어요.", this.#state.message],
      label: canReview && "배운 것 다시 보기", act: () => this.#reviewAt(0),
    }));
  }

  #reviewAt(at) {
    speech.hush();
    const isOver = at >= this.#state.steps.length;
    write(`review.${this.#place}`, isOver ? null : at);
    this.#change({ reviewAt: isOver ? null : at });
    if (isOver) return;
    const step = this.#state.steps[at];
    announce(`${step.title}. ${step.guide_text ?? ""}`);
    scrollTo(0, 0);
  }
}

function words(step) {
  return step.voice_guide_text ?? step.guide_text ?? step.title;
}

function wordsOf(answer) {
  return answer.voice_guide_text ?? answer.help_content;
}

function placeOf(steps, at) {
  return at < 0 || steps.length === 0 ? "" : `${at + 1} / ${steps.length}`;
}

function lineOf({ position }) {
  return position > 0 ? `선생님께 알렸어요. ${position}번째로 기다리고 있어요.` : "선생님께 알렸어요. 기다리시면 됩니다.";
}

/** Where the browser allows it: not on plain http. */
async function keepAwake() {
  const hold = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", hold);
  await hold();
}
