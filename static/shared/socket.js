// A socket that reconnects by itself, notices missing frames, and loses no message that it was given.

import { Refused } from "./api.js";
import { Outbox } from "./outbox.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const OPENS_WITHIN_MS = 15_000;
const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 8_000;
const RESUME_AGAIN_MS = 5_000;
/** A position beyond the log: the server answers it with the whole state. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

const CLOSED = { token: 4401, removed: 4403, gone: 4404, replaced: 4409, tooMany: 4429, restart: 1012 };

/** Tell whether a frame is missing before this one. Students get a part of the events, so each frame names the one before it; instructors get all. */
export const holeForStudent = (frame, last) => frame.prev > last;
export const holeForInstructor = (frame, last) => frame.seq !== last + 1;

export class LiveSocket {
  #api;
  #path;
  #params;
  #hasHole;
  #ask;
  #socket = null;
  #last = null;
  #attempt = 0;
  #timer = 0;
  #pingTimer = 0;
  #pongTimer = 0;
  #askedAt = 0;
  #isOver = false;
  #outbox;

  /** Called with `connecting`, `open` or `waiting`. */
  onState = () => {};
  onFrame = () => {};
  /** Called with `true` when the server tells that it cannot save for a while, and with `false` when it can again or the socket is new. */
  onPaused = () => {};
  /** Called when it will not reconnect any more, with `removed`, `gone`, `replaced`, `forbidden` or `signed-out`. */
  onOver = () => {};

  /** `ask`: the path of a request that tells why the socket does not open. `outbox`: the name under which unanswered messages survive a reload. */
  constructor({ api, path, params = {}, hasHole, ask, outbox = null }) {
    this.#api = api;
    this.#path = path;
    this.#params = params;
    this.#hasHole = hasHole;
    this.#ask = ask;
    this.#outbox = new Outbox(outbox, (message) => this.#transmit(message));
  }

  start() {
    this.#isOver = false;
    for (const [target, type, listener] of this.#listeners) target.addEventListener(type, listener);
    this.#connect();
  }

  stop() {
    this.#isOver = true;
    for (const [target, type, listener] of this.#listeners) target.removeEventListener(type, listener);
    this.#clearTimers();
    this.#outbox.stop();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** Sends a message until it is answered, after however many reconnects. Resolves to the answer. */
  ask(type, data) {
    const answered = this.#outbox.add(type, data);
    // The socket that took the message may be dead.
    this.#probe();
    return answered;
  }

  /** Messages of this type that are unanswered since before a reload, each with the promise of its answer. To be called once for each type. */
  unanswered(type) {
    return this.#outbox.messages().filter((message) => message.type === type).map((message) => ({ ...message, answered: this.#outbox.answerOf(message) }));
  }

  /** Sends a message without an answer, if the socket is open. */
  tell(type, data) {
    this.#transmit({ type, data });
  }

  /** Asks for the whole state again. */
  refresh() {
    this.tell("resume", { seq: EVERYTHING });
  }

  #listeners = [
    [document, "visibilitychange", () => document.visibilityState === "visible" && this.#wake()],
    [window, "pageshow", () => this.#wake()],
    // Leaving the page ends the connection, even if the browser keeps the page in its memory.
    [window, "pagehide", () => this.stop()],
    [window, "online", () => this.#wake()],
    [window, "offline", () => this.#probe()],
  ];

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #wake() {
    if (this.#isOver) return;
    if (this.#isOpen) this.#probe();
    else if (this.#timer) {
      this.#attempt = 0;
      this.#connect();
    }
  }

  async #connect() {
    this.#clearTimers();
    this.onState("connecting");
    let token;
    try {
      token = await this.#api.token();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.#end("signed-out");
      else this.#later();
      return;
    }
    if (!this.#isOver && !this.#socket) this.#open(token);
  }

  #open(token) {
    const params = new URLSearchParams(this.#params);
    if (this.#last !== null) params.set("since", this.#last);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.#path}?${params}`, ["bearer", token]);
    this.#socket = socket;
    let hasOpened = false;
    const deadline = setTimeout(() => this.#lost(socket), OPENS_WITHIN_MS);
    socket.onopen = () => {
      clearTimeout(deadline);
      hasOpened = true;
      this.#opened();
    };
    socket.onmessage = (event) => this.#heard(socket, JSON.parse(event.data));
    socket.onclose = (event) => {
      clearTimeout(deadline);
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#closed(event, hasOpened);
    };
  }

  #opened() {
    this.#attempt = 0;
    this.#askedAt = 0;
    // A new socket is told if it is still so.
    this.onPaused(false);
    this.onState("open");
    // The listener may have stopped the socket.
    if (this.#isOver) return;
    this.#pingTimer = setInterval(() => document.visibilityState === "visible" && this.#probe(), PING_EVERY_MS);
    this.#outbox.sendAll();
  }

  async #closed({ code, reason }, hasOpened) {
    if (this.#isOver) return;
    if (code === CLOSED.removed) return this.#end("removed");
    if (code === CLOSED.gone) return this.#end("gone");
    if (code === CLOSED.replaced) return this.#end("replaced");
    if (code === CLOSED.token) return this.#renewThenConnect();
    // A browser does not tell why an upgrade was refused; an ordinary request does.
    if (!hasOpened && !(await this.#mayComeBack())) return undefined;
    return this.#later(code === CLOSED.restart ? retryAfter(reason) : null, code === CLOSED.tooMany);
  }

  async #renewThenConnect() {
    try {
      await this.#api.renew();
      this.#connect();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.#end("signed-out");
      else this.#later();
    }
  }

  async #mayComeBack() {
    try {
      await this.#api.get(this.#ask);
      return true;
    } catch (error) {
      const why = error instanceof Refused && reasonOf(error);
      if (why) this.#end(why);
      return !why;
    }
  }

  #later(wantedMs = null, isCalmer = false) {
    if (this.#isOver) return;
    this.#clearTimers();
    this.onState("waiting");
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempt);
    this.#attempt = isCalmer ? 5 : this.#attempt + 1;
    // The phones of a class must not reconnect at the same instant.
    const wait = wantedMs ?? longest * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #lost(socket) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    socket.close();
    this.#closed({ code: 1006, reason: "" }, true);
  }

  #end(why) {
    this.stop();
    this.onOver(why);
  }

  /** Pings, since a phone that slept may hold a socket that died long ago. */
  #probe() {
    if (!this.#isOpen || this.#pongTimer) return;
    const socket = this.#socket;
    this.#transmit({ type: "ping", id: "ping" });
    this.#pongTimer = setTimeout(() => {
      this.#pongTimer = 0;
      this.#lost(socket);
    }, PONG_WITHIN_MS);
  }

  #clearTimers() {
    clearTimeout(this.#timer);
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
    this.#timer = 0;
    this.#pongTimer = 0;
  }

  /** Sends a message, and returns whether the socket was open. */
  #transmit(message) {
    if (this.#isOpen) this.#socket.send(JSON.stringify(message));
    return this.#isOpen;
  }

  #heard(socket, frame) {
    if (this.#socket !== socket) return;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = 0;
    if (frame.type === "batch") frame.data.forEach((inner) => this.#take(inner));
    else this.#take(frame);
  }

  #take(frame) {
    if (frame.type === "reply" || frame.type === "error") return this.#outbox.settle(frame);
    if (frame.type === "token_expiring") return this.#renewInPlace();
    if (frame.type === "school_state") return this.onPaused(frame.data.writes === "paused");
    if (frame.type === "session_state") this.#last = frame.seq;
    else if (frame.seq !== undefined && !this.#isNext(frame)) return undefined;
    return this.onFrame(frame);
  }

  #isNext(frame) {
    if (this.#last !== null && frame.seq <= this.#last) return false;
    if (this.#last !== null && this.#hasHole(frame, this.#last)) {
      this.#askForMissed();
      return false;
    }
    this.#last = frame.seq;
    return true;
  }

  #askForMissed() {
    const now = Date.now();
    if (now - this.#askedAt < RESUME_AGAIN_MS) return;
    this.#askedAt = now;
    this.tell("resume", { seq: this.#last });
  }

  async #renewInPlace() {
    // If this fails, the server closes with 4401, and that renews again.
    await this.#api.renew().catch(() => {});
    this.tell("token", { access_token: await this.#api.token().catch(() => "") });
  }
}

function reasonOf(error) {
  if (error.status === 401) return "signed-out";
  if (error.status === 404) return "gone";
  if (error.status === 403) return error.code === "REMOVED" ? "removed" : "forbidden";
  return null;
}

function retryAfter(reason) {
  try {
    return Number(JSON.parse(reason).retry_after_ms) || null;
  } catch {
    return null;
  }
}
