// What was asked and is not answered yet: kept on the device, and sent again with the same key until it is.

import { Refused } from "./api.js";
import { read, uuid, write } from "./device.js";

/** Messages without an answer yet, each with the key that makes it happen once. */
export class Outbox {
  #place;
  #messages;
  #waiting = new Map();

  constructor(place) {
    this.#place = place;
    this.#messages = place ? read(place, []) : [];
  }

  messages() {
    return [...this.#messages];
  }

  add(type, data) {
    const key = uuid();
    const message = { type, id: key, key, data };
    this.#keep([...this.#messages, message]);
    return { message, answered: this.answerOf(message) };
  }

  answerOf({ id }) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  settle(frame) {
    const isBusy = frame.type === "error" && ["BUSY", "TOO_MANY_REQUESTS", "INTERNAL_ERROR"].includes(frame.error.code);
    // Kept: the next connection sends it again.
    if (isBusy) return;
    this.#keep(this.#messages.filter((message) => message.id !== frame.id));
    const waiting = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    if (frame.type === "reply") waiting?.resolve(frame.data);
    else waiting?.reject(new Refused(400, { error: frame.error }));
  }

  #keep(messages) {
    this.#messages = messages;
    if (this.#place) write(this.#place, messages.length ? messages : null);
  }
}
