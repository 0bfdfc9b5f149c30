// The learner's call for help, on its way, waiting or answered; and the hints of the classroom's helper.

import { read, write } from "../shared/device.js";
import { spokenQuestion } from "../shared/results.js";
import { words } from "../shared/words.js";
import { PrivatePicture } from "../shared/private-picture.js";
import { pictureOf } from "./kinds.js";
import { ScreenPicture } from "./screen-picture.js";
import { readOut } from "./sound.js";
import { announce, recentActions, waitIsTold } from "./stage.js";
import { spokenOf } from "./step-picture.js";

const IT_HELPED = 5;
const NOT_YET = 1;
const OPEN = ["ANALYZING", "ESCALATED"];

/** The text of an answer, or of a step, that is read aloud. */
export const textOfAnswer = (answer) => answer.voice_guide_text || answer.help_content || (isVisit(answer) ? `${words.answer.visit}. ${words.answer.visitLine}` : answer.picture ? words.answer.marked : "");
/** The teacher comes. Without words of the teacher, the phone says it in its own language. */
export const isVisit = (answer) => answer.help_type === "VISIT";
export const textOf = (step) => (step ? [step.voice_guide_text ?? step.guide_text ?? step.title, spokenOf(pictureOf(step)), spokenQuestion(step.question)].filter(Boolean).join("\n") : "");
/** All that a step shows, for screen readers. */
export const wholeTextOf = (step) => [`${step.title}.`, step.guide_text, spokenOf(pictureOf(step)), spokenQuestion(step.question)].filter(Boolean).join(" ");

export class Help {
  #api;
  #socket;
  #storedAs;
  #changed;
  /** The file of the picture in the answer. */
  #marked;
  /** The picture of the screen that goes with the open call. */
  screenPicture;
  /** The id of the call that was shown before a reload, until the server has told its status. */
  #recalled = null;
  /** The ids of calls whose end is on its way to the server. */
  #ending = new Set();
  /** The open call: `{ id, isLong, isSending, helper }`, or null. Without an id it is on its way; `isSending`: it is being taken back; `helper`: the name of
   *  the one who is coming, or null. */
  call = null;
  /** The hint below the step: `{ id, answer, step, isUnasked }`, or null. */
  hint = null;
  /** The answer of a person, shown instead of the step: `{ id, answer, step, isUnasked }`, or null. */
  answer = null;
  /** The code of the refusal of the last call, or null. */
  refused = null;

  /** `storedAs`: the name under which the call survives a reload. */
  constructor({ api, socket, storedAs, changed }) {
    [this.#api, this.#socket, this.#storedAs, this.#changed] = [api, socket, storedAs, changed];
    this.screenPicture = new ScreenPicture({ api, changed });
    this.#marked = new PrivatePicture(api, changed);
  }

  /** The picture in the answer as an image can show it, and whether it cannot be loaded. */
  get marked() {
    return { picture: this.#marked.shown(this.answer?.answer.picture ?? null), isPictureLost: this.#marked.isLost };
  }

  close() {
    for (const held of [this.screenPicture, this.#marked]) held.close();
  }

  /** Takes up the messages that were on their way before a reload, and the call that was shown then. */
  recall() {
    this.#recalled = read(this.#storedAs);
    for (const { answered } of this.#socket.unanswered("help")) this.#asked(answered);
    for (const { answered, data } of this.#socket.unanswered("help_withdraw")) this.#takenBack(answered, data.help_request_id);
    for (const { answered, data } of this.#socket.unanswered("help_feedback")) {
      if (data.rating === NOT_YET) this.#calledAgain(answered);
      else answered.catch(() => {});
    }
  }

  /** Returns the hint about this step, if there is one. */
  hintFor(step) {
    return this.hint?.step === step.id ? this.hint : null;
  }

  request(step) {
    this.#ask(step.id);
  }

  #ask(step) {
    return this.#asked(this.#socket.ask("help", { subtask_id: step, request_type: "MANUAL", context_data: recentActions() }));
  }

  async #asked(answered) {
    try {
      this.#taken(await this.#onItsWay(answered));
    } catch ({ code }) {
      this.#isRefused(code);
    }
  }

  /** Shows a call that the server has not got yet, unless another call waits already. */
  #onItsWay(answered) {
    const isOnItsWay = () => this.call && !this.call.id;
    this.#set({ refused: null, call: this.call ?? { id: null } });
    return waitIsTold(answered, () => isOnItsWay() && this.#set({ call: { ...this.call, isLong: true } }));
  }

  /** The server has got the call. If it is answered already, the answer comes by the socket. */
  #taken({ help_request_id: id, status }) {
    if (this.call?.id && this.call.id !== id) return;
    if (OPEN.includes(status)) this.#waits(id);
    else this.#set({ call: null });
  }

  #isRefused(code = "") {
    this.#set({ refused: code, call: this.call?.id ? this.call : null });
  }

  /** Takes the call back: nobody needs to come. */
  takeBack() {
    const { id, isSending } = this.call;
    if (isSending) return;
    this.#takenBack(this.#socket.ask("help_withdraw", { help_request_id: id }), id);
  }

  async #takenBack(answered, id) {
    const update = (changes) => this.call?.id === id && this.#set({ call: { ...this.call, ...changes } });
    this.#ending.add(id);
    update({ isSending: true });
    try {
      await waitIsTold(answered, () => update({ isLong: true }));
      this.#drop(id);
      announce(words.help.takenBack);
    } catch {
      // It was answered or settled in the meantime.
      update({ isSending: false, isLong: false });
      this.#checkOne(id);
    } finally {
      this.#ending.delete(id);
    }
  }

  /** Takes a frame that is about calls. */
  heard({ type, data, ...frame }) {
    if (type === "help_position") this.waits(data);
    else if (type === "help_updated") this.statusIs(data);
    else if (type === "help_claimed") this.#isComing(data.help_request_id, data.helper_name);
    else if (type === "HELP_AVAILABLE") this.answered(frame);
    // The card with the questions of the class listens while it is open.
    else if (type === "class_question") dispatchEvent(new CustomEvent("class-question", { detail: data }));
  }

  /** Someone is on the way, or (`helper` is null) nobody any more. */
  #isComing(id, helper) {
    if (this.call?.id === id) this.#set({ call: { ...this.call, helper } });
  }

  /** Takes the open call that the state of the session names, which is one that the learner made, and the name of the one who is coming. It does not name
   *  a call that the class made by itself, even if the learner has asked for it again. */
  entered(id, helper = null) {
    if (id && !this.#ending.has(id)) {
      this.#waits(id);
      this.#isComing(id, helper);
    } else if (!id && this.call?.id) this.#checkOne(this.call.id);
  }

  /** The server names the call that waits. Its number in the queue is not shown, since the instructor may help in another order. */
  waits({ help_request_id: id }) {
    this.#waits(id);
  }

  /** The status of a call has changed: the instructor may have settled it. */
  statusIs({ help_request_id: id, status }) {
    if (isSettled(status)) this.#drop(id);
  }

  /** An answer has come. A person's ends the call, a hint does not. One that nobody asked for is not read aloud. */
  answered({ help_request_id: id, request_type: kind, subtask_id: step, help_response: answer }) {
    const isNew = this.answer?.answer.id !== answer.id;
    const given = { id, answer, step, isUnasked: kind === "AUTO" };
    this.#socket.tell("ack", { help_request_id: id });
    if (isHint(answer)) return this.#hinted(given);
    this.#set({ ...this.#without(id), answer: given });
    if (!isNew) return;
    announce(answer.help_content ? `${words.answer.title}. ${words.answerer[answer.answered_by]} ${answer.help_content}` : textOfAnswer(answer));
    if (!given.isUnasked) readOut(textOfAnswer(answer));
  }

  #hinted(hint) {
    // A hint settles a call that the class made by itself; the learner's own waits for the teacher.
    const isOver = hint.isUnasked && this.call?.id === hint.id;
    this.#set({ hint, call: isOver ? null : this.call });
  }

  /** The step has changed: hints and answers to the one before are dropped. */
  leave() {
    this.#set({ refused: null, hint: null, answer: null });
  }

  over() {
    this.#recalled = null;
    this.#set({ call: null, hint: null, answer: null });
  }

  rate(hasHelped) {
    const { id, answer } = this.answer ?? this.hint;
    const answered = this.#socket.ask("help_feedback", { help_response_id: answer.id, rating: hasHelped ? IT_HELPED : NOT_YET });
    if (hasHelped) return this.#hasHelped(answered, id);
    this.#set(this.answer ? { answer: null } : { hint: null });
    return this.#calledAgain(answered);
  }

  /** Ends the call. The screen does not wait until the server has got the rating. */
  async #hasHelped(answered, id) {
    this.#ending.add(id);
    this.#drop(id);
    announce(words.answer.thanks);
    await answered.catch(() => {});
    this.#ending.delete(id);
  }

  /** «Not yet» calls the teacher. If the call was settled before the server got that, a new one is made. */
  async #calledAgain(answered) {
    try {
      const { help_request_id: id, status } = await this.#onItsWay(answered);
      if (!isSettled(status)) return this.#taken({ help_request_id: id, status });
      this.#drop(id);
      if (!this.call?.id) await this.#ask((await this.#viewOf(id)).subtask_id);
    } catch ({ code }) {
      this.#isRefused(code);
    }
  }

  /** The socket has opened: asks how the shown calls stand, since news about them may have been missed. There are three at most. */
  check() {
    const ids = [this.#recalled, this.call?.id, this.hint?.id, this.answer?.id].filter(Boolean);
    new Set(ids).forEach((id) => this.#checkOne(id));
    for (const held of [this.screenPicture, this.#marked]) held.tryAgain();
  }

  async #checkOne(id) {
    const view = await this.#viewOf(id).catch(({ status }) => (status === 404 ? { status: "RESOLVED" } : null));
    if (!view) return;
    const { help_response: answer, status } = view;
    const isRecalled = this.#recalled === id && !this.#ending.has(id) && !this.answer && !this.hint && (!this.call || this.call.id === id);
    if (this.#recalled === id) this.#recalled = null;
    if (isSettled(status)) return this.#drop(id);
    if (!isRecalled && !(this.call?.id === id && status === "ANSWERED")) return;
    if (answer && (isHint(answer) || status === "ANSWERED")) this.answered({ ...view, help_request_id: id });
    if (OPEN.includes(status)) this.#waits(id);
    this.#isComing(id, view.claimed_by?.name ?? null);
  }

  async #viewOf(id) {
    await this.#api.token();
    return this.#api.get(`/api/help/request/${id}`);
  }

  #waits(id) {
    const { answer } = this;
    this.#set({ call: { ...(this.call?.id === id && this.call), id }, answer: answer?.id === id ? null : answer });
  }

  /** Removes the call, hint or answer of this request. */
  #drop(id) {
    this.#set(this.#without(id));
  }

  #without(id) {
    const [call, hint, answer] = [this.call, this.hint, this.answer].map((one) => (one?.id === id ? null : one));
    return { call, hint, answer };
  }

  #set(changes) {
    Object.assign(this, changes);
    this.screenPicture.follow(this.call);
    if (!this.answer) this.#marked.close();
    write(this.#storedAs, (this.answer ?? this.hint ?? this.call)?.id ?? this.#recalled);
    this.#changed();
  }
}

const isHint = ({ answered_by: by }) => by !== "INSTRUCTOR";
const isSettled = (status) => ["RESOLVED", "WITHDRAWN"].includes(status);
