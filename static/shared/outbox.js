// What was asked and is not answered yet: kept on the device, and sent again with the same key until it is.

import { Refused } from "./api.js";
import { read, uuid, write } from "./device.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** Without any answer it is sent again after this time. */
const ANSWERED_WITHIN_MS = 15_000;
/** More than a class has steps; beyond it the oldest is given up. */
const MESSAGES_MAX = 200;

/** Messages without an answer yet, each with the key that makes it happen once. */
export class Outbox {
  #place;
  #transmit;
  #messages;
  #waiting = new Map();
  /** For each message how often it was sent since the line opened, and the timer that sends it again. */
  #sendings = new Map();

  /** `transmit(message)` tells whether the message went out on an open line. */
  constructor(place, transmit) {
    this.#place = place;
    this.#transmit = transmit;
    this.#messages = place ? read(place, []) : [];
  }

  messages() {
    return [...this.#messages];
  }

  add(type, data) {
    const key = uuid();
    const message = { type, id: key, key, data };
    for (const old of this.#messages.slice(0, -MESSAGES_MAX + 1)) this.#forget(old.id);
    this.#keep([...this.#messages.slice(-MESSAGES_MAX + 1), message]);
    const answered = this.answerOf(message);
    this.#send(message);
    return answered;
  }

  answerOf({ id }) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** The line is open: everything that waits goes out at once. */
  sendAll() {
    this.stop();
    this.#messages.forEach((message) => this.#send(message));
  }

  stop() {
    for (const { timer } of this.#sendings.values()) clearTimeout(timer);
    this.#sendings.clear();
  }

  /** Only a commit and a refusal that stays one are answers. After any other the message is kept and sent again. */
  settle(frame) {
    const message = this.#messages.find(({ id }) => id === frame.id);
    if (!message) return;
    const refusal = frame.type === "error" && new Refused(frame.status, { error: frame.error }, frame.retry_after_s ?? 0);
    if (refusal && !refusal.isFinal) return this.#sendLater(message, refusal.retryAfterS * 1_000);
    this.#keep(this.#messages.filter((other) => other !== message));
    const waiting = this.#forget(message.id);
    if (refusal) waiting?.reject(refusal);
    else waiting?.resolve(frame.data);
  }

  #send(message) {
    if (this.#transmit(message)) this.#sendLater(message, ANSWERED_WITHIN_MS);
  }

  #sendLater(message, leastMs) {
    const { times = 0, timer } = this.#sendings.get(message.id) ?? {};
    clearTimeout(timer);
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** times);
    // A whole class must not come again in the same instant.
    const wait = Math.max(leastMs, longest / 2) + (Math.random() * longest) / 2;
    this.#sendings.set(message.id, { times: times + 1, timer: setTimeout(() => this.#send(message), wait) });
  }

  #forget(id) {
    clearTimeout(this.#sendings.get(id)?.timer);
    this.#sendings.delete(id);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #keep(messages) {
    this.#messages = messages;
    if (this.#place) write(this.#place, messages.length ? messages : null);
  }
}
