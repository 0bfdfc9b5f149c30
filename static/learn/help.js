// One person's call for help: on its way, waiting in line, taken back, answered; and the hints of the classroom's helper.

import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { readOut } from "./sound.js";
import { announce, lately, waitIsTold } from "./stage.js";

const IT_HELPED = 5;
const NOT_YET = 1;
const IS_OPEN = ["ANALYZING", "ESCALATED"];

export const wordsOf = (answer) => answer.voice_guide_text ?? answer.help_content;
export const textOf = (step) => (step ? step.voice_guide_text ?? step.guide_text ?? step.title : "");

export class Help {
  #api;
  #socket;
  #key;
  #changed;
  /** The id of what was shown before a reload, until the server has said how it stands. */
  #recalled = null;
  /** The ids of calls whose end is on its way. */
  #ending = new Set();
  /** The open call: `{id, isLong, isSending}`, or null. Without an id it is on its way; `isSending`: it is being taken back. */
  call = null;
  /** What the classroom's helper says: `{id, answer, step, isUnasked}`, or null. It stands below the step and in nobody's way. */
  hint = null;
  /** What a person answered, and what is shown instead of the step: `{id, answer, step, isUnasked}`, or null. */
  answer = null;
  /** Why the last call was refused: a code, or null. It may be tried again. */
  refused = null;

  constructor({ api, socket, place, changed }) {
    [this.#api, this.#socket, this.#key, this.#changed] = [api, socket, `help.${place}`, changed];
  }

  /** Takes up what was on its way before a reload, and what was shown then. */
  recall() {
    this.#recalled = read(this.#key);
    for (const { answered } of this.#socket.unanswered("help")) this.#asked(answered);
    for (const { answered, data } of this.#socket.unanswered("help_withdraw")) this.#takenBack(answered, data.help_request_id);
    for (const { answered, data } of this.#socket.unanswered("help_feedback")) {
      if (data.rating === NOT_YET) this.#calledAgain(answered);
      else answered.catch(() => {});
    }
  }

  /** The hint about this step, if there is one. One about an earlier step helps nobody. */
  hintFor(step) {
    return this.hint?.step === step.id ? this.hint : null;
  }

  request(step) {
    this.#ask(step.id);
  }

  #ask(step) {
    return this.#asked(this.#socket.ask("help", { subtask_id: step, request_type: "MANUAL", context_data: lately() }));
  }

  async #asked(answered) {
    try {
      this.#taken(await this.#onItsWay(answered));
    } catch ({ code }) {
      this.#isRefused(code);
    }
  }

  /** Shows a call that the server does not know of yet; where another call waits already, that one stays. */
  #onItsWay(answered) {
    const isOnItsWay = () => this.call && !this.call.id;
    this.#set({ refused: null, call: this.call ?? { id: null } });
    return waitIsTold(answered, () => isOnItsWay() && this.#set({ call: { ...this.call, isLong: true } }));
  }

  /** The server has the call. It may have been answered by now, and that comes by itself. */
  #taken({ help_request_id: id, status }) {
    if (this.call?.id && this.call.id !== id) return;
    if (IS_OPEN.includes(status)) this.#waits(id);
    else this.#set({ call: null });
  }

  #isRefused(code = "") {
    this.#set({ refused: code, call: this.call?.id ? this.call : null });
  }

  /** «I am fine, thank you»: nobody needs to come. */
  takeBack() {
    const { id, isSending } = this.call;
    if (isSending) return;
    this.#takenBack(this.#socket.ask("help_withdraw", { help_request_id: id }), id);
  }

  async #takenBack(answered, id) {
    const shows = (changes) => this.call?.id === id && this.#set({ call: { ...this.call, ...changes } });
    this.#ending.add(id);
    shows({ isSending: true });
    try {
      await waitIsTold(answered, () => shows({ isLong: true }));
      this.#drop(id);
      announce(words.help.takenBack);
    } catch {
      // It was answered or settled in the meantime.
      shows({ isSending: false, isLong: false });
      this.#lookAt(id);
    } finally {
      this.#ending.delete(id);
    }
  }

  /** The whole state names the call that I made myself. One that the class made, and that I asked for again, it does not name. */
  entered(id) {
    if (id && !this.#ending.has(id)) this.#waits(id);
    else if (!id && this.call?.id) this.#lookAt(this.call.id);
  }

  /** The server names the call that waits. Its place in the line is not shown: the instructor may help in another order. */
  placed({ help_request_id: id }) {
    this.#waits(id);
  }

  /** The instructor may have settled it in passing. */
  moved({ help_request_id: id, status }) {
    if (isSettled(status)) this.#drop(id);
  }

  /** A person's answer ends the call; a hint does not. What was not asked for is shown, and not read aloud. */
  answered({ help_request_id: id, request_type: kind, subtask_id: step, help_response: answer }) {
    const isNew = this.answer?.answer.id !== answer.id;
    const given = { id, answer, step, isUnasked: kind === "AUTO" };
    this.#socket.tell("ack", { help_request_id: id });
    if (isHint(answer)) return this.#hinted(given);
    this.#set({ ...this.#without(id), answer: given });
    if (!isNew) return;
    announce(`${words.answer.title}. ${words.answerer[answer.answered_by]} ${answer.help_content ?? ""}`);
    if (!given.isUnasked) readOut(wordsOf(answer) || words.answer.visit);
  }

  #hinted(hint) {
    // A call that the class made by itself is settled by the hint for now; one's own waits for the teacher.
    const isOver = hint.isUnasked && this.call?.id === hint.id;
    this.#set({ hint, call: isOver ? null : this.call });
  }

  /** Hints and answers to an earlier step are of no use. */
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

  /** What it was worth is told as soon as it can be; nothing on the screen waits for it. */
  async #hasHelped(answered, id) {
    this.#ending.add(id);
    this.#drop(id);
    announce(words.answer.thanks);
    await answered.catch(() => {});
    this.#ending.delete(id);
  }

  /** «Not yet» calls the teacher. Where the call was settled before the server heard of it, a new one is made. */
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

  /** The line has opened: what became of a call meanwhile was told to nobody here. */
  look() {
    const ids = [this.#recalled, this.call?.id, this.hint?.id, this.answer?.id].filter(Boolean);
    new Set(ids).forEach((id) => this.#lookAt(id));
  }

  async #lookAt(id) {
    const view = await this.#viewOf(id).catch(({ status }) => (status === 404 ? { status: "RESOLVED" } : null));
    if (!view) return;
    const { help_response: answer, status } = view;
    const isRecalled = this.#recalled === id && !this.#ending.has(id) && !this.answer && !this.hint && (!this.call || this.call.id === id);
    if (this.#recalled === id) this.#recalled = null;
    if (isSettled(status)) return this.#drop(id);
    if (!isRecalled && !(this.call?.id === id && status === "ANSWERED")) return;
    if (answer && (isHint(answer) || status === "ANSWERED")) this.answered({ ...view, help_request_id: id });
    if (IS_OPEN.includes(status)) this.#waits(id);
  }

  async #viewOf(id) {
    await this.#api.token();
    return this.#api.get(`/api/help/request/${id}`);
  }

  #waits(id) {
    const { answer } = this;
    this.#set({ call: { ...(this.call?.id === id && this.call), id }, answer: answer?.id === id ? null : answer });
  }

  /** Shows nothing more of this request; what is about another one stays. */
  #drop(id) {
    this.#set(this.#without(id));
  }

  #without(id) {
    const [call, hint, answer] = [this.call, this.hint, this.answer].map((one) => (one?.id === id ? null : one));
    return { call, hint, answer };
  }

  #set(changes) {
    Object.assign(this, changes);
    write(this.#key, (this.answer ?? this.hint ?? this.call)?.id ?? this.#recalled);
    this.#changed();
  }
}

const isHint = ({ answered_by: by }) => by !== "INSTRUCTOR";
const isSettled = (status) => ["RESOLVED", "WITHDRAWN"].includes(status);
