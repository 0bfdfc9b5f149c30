// One person's call for help: asked, waiting in line, answered, and whether it helped.

import { post, Refused } from "../shared/api.js";
import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { readOut } from "./sound.js";
import { announce, lately } from "./stage.js";

const IT_HELPED = 5;
const NOT_YET = 1;

export const wordsOf = (answer) => answer.voice_guide_text ?? answer.help_content;

export class Help {
  #api;
  #socket;
  #place;
  #changed;
  /** `{id, position, answer, isUnasked}`, or null when nothing was asked. */
  now = null;
  /** The last call was refused: it may be tried again. */
  hasFailed = false;

  constructor({ api, socket, place, changed }) {
    [this.#api, this.#socket, this.#place, this.#changed] = [api, socket, place, changed];
  }

  /** What was asked for before a reload is still on its way. */
  recall() {
    for (const { type, answered } of this.#socket.unanswered()) if (type === "help") this.#asked(answered);
    this.#look();
  }

  call(step) {
    this.#asked(this.#socket.ask("help", { subtask_id: step.id, request_type: "MANUAL", context_data: lately() }));
  }

  async #asked(answered) {
    this.hasFailed = false;
    this.#is({ id: null, position: 0 });
    try {
      const { help_request_id: id, position } = await answered;
      if (this.now && !this.now.answer) this.#waits(id, position);
    } catch {
      this.hasFailed = true;
      this.#is(null);
    }
  }

  /** The whole state says which call of mine is open. */
  entered(id) {
    if (id) this.#waits(id, this.now?.position ?? 0);
    else if (this.now?.id && !this.now.answer) this.over();
    this.#pay();
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
    this.hasFailed = false;
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
    this.#owe({ help_response_id: answer.id, rating: hasHelped ? IT_HELPED : NOT_YET });
  }

  // What it was worth is told when there is a network.

  #owe(feedback) {
    write(`feedback.${this.#place}`, [...read(`feedback.${this.#place}`, []), feedback]);
    this.#pay();
  }

  async #pay() {
    const [first, ...others] = read(`feedback.${this.#place}`, []);
    if (!first) return;
    try {
      await this.#api.call(post, "/api/help/feedback", first);
    } catch (error) {
      if (!(error instanceof Refused)) return;
    }
    write(`feedback.${this.#place}`, others.length ? others : null);
    this.#pay();
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
