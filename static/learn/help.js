// One person's call for help: asked, waiting in line, answered, and whether it helped.

import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { readOut } from "./sound.js";
import { announce, lately, waitIsTold } from "./stage.js";

const IT_HELPED = 5;
const NOT_YET = 1;

export const wordsOf = (answer) => answer.voice_guide_text ?? answer.help_content;

export class Help {
  #api;
  #socket;
  #place;
  #changed;
  /** `{id, position, isLong, answer, isUnasked}`, or null when nothing was asked. Without an id it is on its way. */
  now = null;
  /** Why the last call was refused: a code, or null. It may be tried again. */
  refused = null;

  constructor({ api, socket, place, changed }) {
    [this.#api, this.#socket, this.#place, this.#changed] = [api, socket, place, changed];
  }

  /** What was asked for before a reload is still on its way. */
  recall() {
    for (const { answered } of this.#socket.unanswered("help")) this.#asked(answered);
    this.#look();
  }

  call(step) {
    this.#asked(this.#socket.ask("help", { subtask_id: step.id, request_type: "MANUAL", context_data: lately() }));
  }

  async #asked(answered) {
    this.refused = null;
    this.#is({ id: null, position: 0 });
    const isOnItsWay = () => this.now && !this.now.answer && !this.now.id;
    try {
      const { help_request_id: id, position } = await waitIsTold(answered, () => isOnItsWay() && this.#is({ ...this.now, isLong: true }));
      if (isOnItsWay()) this.#waits(id, position);
    } catch ({ code }) {
      this.refused = code;
      this.#is(null);
    }
  }

  /** The whole state says which call of mine is open. */
  entered(id) {
    if (id) this.#waits(id, this.now?.position ?? 0);
    else if (this.now?.id && !this.now.answer) this.over();
  }

  placed({ help_request_id: id, position }) {
    this.#waits(id, position);
  }

  /** The instructor may have settled it in passing. */
  moved({ help_request_id: id, status }) {
    if (this.now?.id === id && ["RESOLVED", "WITHDRAWN"].includes(status)) this.over();
  }

  /** One that was not asked for is shown, and not read aloud. */
  answered({ help_request_id: id, request_type: kind, help_response: answer }) {
    const isNew = this.now?.answer?.id !== answer.id;
    const isUnasked = kind === "AUTO";
    write(`help.${this.#place}`, id);
    this.#is({ id, answer, isUnasked });
    this.#socket.tell("ack", { help_request_id: id });
    if (!isNew) return;
    announce(`${words.answer.title}. ${words.answerer[answer.answered_by]} ${answer.help_content ?? ""}`);
    if (!isUnasked) readOut(wordsOf(answer) || words.answer.visit);
  }

  /** An answer to an earlier step is of no use. */
  leave() {
    this.refused = null;
    if (this.now?.answer) this.over();
  }

  over() {
    write(`help.${this.#place}`, null);
    this.#is(null);
  }

  rate(hasHelped) {
    const { id, answer } = this.now;
    if (hasHelped) this.over();
    else this.#waits(id, 0);
    if (hasHelped) announce(words.answer.thanks);
    // What it was worth is told as soon as it can be; nothing on the screen waits for it.
    this.#socket.ask("help_feedback", { help_response_id: answer.id, rating: hasHelped ? IT_HELPED : NOT_YET }).catch(() => {});
  }

  async #look() {
    const id = read(`help.${this.#place}`);
    if (!id) return;
    const view = await this.#viewOf(id).catch(() => null);
    if (!view || this.now) return;
    if (["ANALYZING", "ESCALATED"].includes(view.status)) this.#waits(id, 0);
    else if (view.status === "ANSWERED" && view.help_response) {
      this.#is({ id, answer: view.help_response, isUnasked: view.request_type === "AUTO" });
    } else this.over();
  }

  async #viewOf(id) {
    await this.#api.token();
    return this.#api.get(`/api/help/request/${id}`);
  }

  #waits(id, position) {
    write(`help.${this.#place}`, id);
    this.#is({ id, position });
  }

  #is(help) {
    this.now = help;
    this.#changed();
  }
}
