// Messages that the server has not answered yet. They are kept on the device and sent again, with the same key, until it has.

import { Refused } from "./api.js";
import { read, uuid, write } from "./device.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A message without an answer is sent again after this time. */
const ANSWERED_WITHIN_MS = 15_000;
/** More than a session has steps. Beyond it the oldest message is given up. */
const MESSAGES_MAX = 200;

/** Each message has a key, by which it takes effect once. */
export class Outbox {
  #storedAs;
  #transmit;
  #messages;
  #waiting = new Map();
  /** By message: how often it was sent since the socket opened, and the timer that sends it again. */
  #sendings = new Map();

  /** `storedAs`: the name under which the messages survive a reload, or null. `transmit(message)` returns whether it was sent on an open socket. */
  constructor(storedAs, transmit) {
    this.#storedAs = storedAs;
    this.#transmit = transmit;
    this.#messages = storedAs ? read(storedAs, []) : [];
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

  /** Sends all messages at once, since the socket has opened. */
  sendAll() {
    this.stop();
    this.#messages.forEach((message) => this.#send(message));
  }

  stop() {
    for (const { timer } of this.#sendings.values()) clearTimeout(timer);
    this.#sendings.clear();
  }

  /** Takes an answer. A refusal that may soon be over is none: the message is kept and sent again. */
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
    // The phones of a class must not send again at the same instant.
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
    if (this.#storedAs) write(this.#storedAs, messages.length ? messages : null);
  }
}
