// One person's call for help: on its way, waiting in line, taken back, answered; and the hints of the classroom's helper.

import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { readOut } from "./sound.js";
import { announce, lately, waitIsTold } from "./stage.js";

const IT_HELPED = 5;
const NOT_YET = 1;
const IS_OPEN = ["ANALYZING", "ESCALATED"];

export const wordsOf = (answer) => answer.voice_guide_text ?? answer.help_content;

export class Help {
  #api;
  #socket;
  #place;
  #changed;
  /** The open call: `{id, position, isLong, isSending}`, or null. Without an id it is on its way; `isSending`: it is being taken back. */
  call = null;
  /** What the classroom's helper says: `{id, answer, step, isUnasked}`, or null. It stands below the step and in nobody's way. */
  hint = null;
  /** What a person answered, and what is shown instead of the step: `{id, answer, step, isUnasked}`, or null. */
  answer = null;
  /** Why the last call was refused: a code, or null. It may be tried again. */
  refused = null;

  constructor({ api, socket, place, changed }) {
    [this.#api, this.#socket, this.#place, this.#changed] = [api, socket, place, changed];
  }

  /** What was asked for before a reload is still on its way. */
  recall() {
    for (const { answered } of this.#socket.unanswered("help")) this.#asked(answered);
    for (const { answered } of this.#socket.unanswered("help_withdraw")) this.#takenBack(answered);
    this.#look();
  }

  /** The hint about this step, if there is one. One about an earlier step helps nobody. */
  hintFor(step) {
    return this.hint?.step === step.id ? this.hint : null;
  }

  request(step) {
    this.#asked(this.#socket.ask("help", { subtask_id: step.id, request_type: "MANUAL", context_data: lately() }));
  }

  async #asked(answered) {
    this.refused = null;
    const isOnItsWay = () => this.call && !this.call.id;
    this.#set({ call: { id: null, position: 0 } });
    try {
      const { help_request_id: id, position } = await waitIsTold(answered, () => isOnItsWay() && this.#set({ call: { ...this.call, isLong: true } }));
      if (isOnItsWay()) this.#waits(id, position);
    } catch ({ code }) {
      this.refused = code;
      this.#set({ call: null });
    }
  }

  /** «I am fine, thank you»: nobody needs to come. */
  takeBack() {
    const { id, isSending } = this.call;
    if (isSending) return;
    this.#takenBack(this.#socket.ask("help_withdraw", { help_request_id: id }));
  }

  async #takenBack(answered) {
    const isLong = () => this.call && this.#set({ call: { ...this.call, isSending: true, isLong: true } });
    if (this.call) this.#set({ call: { ...this.call, isSending: true } });
    try {
      await waitIsTold(answered, isLong);
      this.over();
      announce(words.help.takenBack);
    } catch {
      // It was answered or settled in the meantime, and that is told by itself.
      if (this.call) this.#set({ call: { ...this.call, isSending: false, isLong: false } });
    }
  }

  /** The whole state says which call of mine is open. */
  entered(id) {
    if (id) this.#waits(id, this.call?.position ?? 0);
    else if (this.call?.id) this.over();
  }

  placed({ help_request_id: id, position }) {
    this.#waits(id, position);
  }

  /** The instructor may have settled it in passing. */
  moved({ help_request_id: id, status }) {
    if (["RESOLVED", "WITHDRAWN"].includes(status) && [this.call, this.hint, this.answer].some((one) => one?.id === id)) this.over();
  }

  /** A person's answer ends the call; a hint does not. What was not asked for is shown, and not read aloud. */
  answered({ help_request_id: id, request_type: kind, subtask_id: step, help_response: answer }) {
    const isNew = this.answer?.answer.id !== answer.id;
    const given = { id, answer, step, isUnasked: kind === "AUTO" };
    this.#socket.tell("ack", { help_request_id: id });
    if (isHint(answer)) return this.#hinted(given);
    write(`help.${this.#place}`, id);
    this.#set({ call: null, hint: null, answer: given });
    if (!isNew) return;
    announce(`${words.answer.title}. ${words.answerer[answer.answered_by]} ${answer.help_content ?? ""}`);
    if (!given.isUnasked) readOut(wordsOf(answer) || words.answer.visit);
  }

  #hinted(hint) {
    write(`help.${this.#place}`, hint.id);
    // A call that the class made by itself is settled by the hint for now; one's own waits for the teacher.
    const isSettled = hint.isUnasked && this.call?.id === hint.id;
    this.#set({ hint, call: isSettled ? null : this.call });
  }

  /** Hints and answers to an earlier step are of no use. */
  leave() {
    this.refused = null;
    this.hint = null;
    if (this.answer) this.over();
  }

  over() {
    write(`help.${this.#place}`, null);
    this.#set({ call: null, hint: null, answer: null });
  }

  rate(hasHelped) {
    const { id, answer, isUnasked } = this.answer ?? this.hint;
    const isCalledBack = !hasHelped && (this.answer || isUnasked);
    if (hasHelped) this.over();
    else this.#set({ hint: null, answer: null });
    if (isCalledBack) this.#waits(id, 0);
    if (hasHelped) announce(words.answer.thanks);
    // What it was worth is told as soon as it can be; nothing on the screen waits for it.
    this.#socket.ask("help_feedback", { help_response_id: answer.id, rating: hasHelped ? IT_HELPED : NOT_YET }).catch(() => {});
  }

  async #look() {
    const id = read(`help.${this.#place}`);
    if (!id) return;
    const view = await this.#viewOf(id).catch(() => null);
    const isAboutAnother = this.call && this.call.id !== id;
    if (!view || isAboutAnother || this.answer || this.hint) return;
    const { help_response: answer, subtask_id: step, status } = view;
    const given = { id, answer, step, isUnasked: view.request_type === "AUTO" };
    if (IS_OPEN.includes(status)) this.#waits(id, this.call?.position ?? 0);
    if (answer && isHint(answer) && [...IS_OPEN, "ANSWERED"].includes(status)) this.#set({ hint: given });
    else if (answer && status === "ANSWERED") this.#set({ answer: given });
    else if (!IS_OPEN.includes(status)) this.over();
  }

  async #viewOf(id) {
    await this.#api.token();
    return this.#api.get(`/api/help/request/${id}`);
  }

  #waits(id, position) {
    write(`help.${this.#place}`, id);
    this.#set({ call: { ...(this.call?.id === id && this.call), id, position }, answer: null });
  }

  #set(changes) {
    Object.assign(this, changes);
    this.#changed();
  }
}

const isHint = ({ answered_by: by }) => by !== "INSTRUCTOR";
