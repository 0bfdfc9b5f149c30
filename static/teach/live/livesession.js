// A session as the instructor's socket tells it, kept up to date through lost connections.

import { Roster } from "./roster.js";
import { holeForInstructor, LiveSocket } from "../../shared/socket.js";

/** A phone that has joined opens its socket within this time. */
const COMES_WITHIN_MS = 5_000;

export class LiveSession {
  roster = new Roster();
  steps = [];
  /** `connecting`, `open`, `waiting`, or why the socket will not come back. */
  link = "connecting";
  /** True while the server cannot save. */
  isPaused = false;
  /** The time at which the roster was last known to be right. */
  seenAt = Date.now();
  #api;
  #socket;
  #loading = null;
  #isClosed = false;
  /** Called when the roster or the steps may have changed. */
  onChange = () => {};
  onLink = () => {};
  onPaused = () => {};
  /** Called when the socket will not come back, with the reason. */
  onOver = () => {};
  /** Called with `{ user_id, role }` when someone has got another role in the session, or (`role` is null) has none any more. */
  onStaff = () => {};
  /** Called when an instructor points at the picture of the current step. */
  onPointer = () => {};

  /** `instructor` for the socket of those who lead, `helper` for that of helpers. */
  side = "instructor";

  constructor({ api, id }) {
    this.#api = api;
    this.id = id;
  }

  /** Loads the steps. Rejects if the caller may not see the session. */
  async load() {
    const { subtasks } = await this.#api.get(`/api/sessions/${this.id}/steps`);
    this.steps = subtasks;
  }

  open() {
    this.#socket = new LiveSocket({
      api: this.#api, path: `/ws/session/${this.id}/${this.side}/`, params: { batch: 1 }, hasHole: holeForInstructor,
      ask: `/api/sessions/${this.id}/current`,
    });
    this.#socket.onFrame = (frame) => this.#heard(frame);
    this.#socket.onState = (state) => this.#linkIs(state);
    this.#socket.onPaused = (isPaused) => this.#pausedIs(isPaused);
    this.#socket.onOver = (why) => {
      this.#linkIs(why);
      this.onOver(why);
    };
    this.#socket.start();
    document.addEventListener("visibilitychange", this.#onVisible);
  }

  close() {
    this.#isClosed = true;
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#socket.stop();
  }

  /** Connects at once: a command has reached the server, so the network is back. */
  reconnect() {
    if (this.#isClosed) return;
    this.#socket.stop();
    this.#socket.start();
  }

  /** Asks for the whole state anew. */
  refresh() {
    if (this.isOpen) this.#socket.refresh();
  }

  get isOpen() {
    return this.link === "open";
  }

  /** The position of the session among its steps; -1 before the start. */
  get at() {
    return this.#positionOf(this.roster.step?.id);
  }

  /** The number of a step, from 1; 0 if it is none of them. */
  numberOf(step) {
    return this.#positionOf(step) + 1;
  }

  #positionOf(id) {
    return this.steps.findIndex((step) => step.id === id);
  }

  /** A device that slept does not know for how long: what is left of a timer is asked. */
  #askForTimer() {
    if (this.roster.timer.endsAt) this.refresh();
  }

  #linkIs(state) {
    if (this.link === "open") this.seenAt = Date.now();
    this.link = state;
    this.#askForTimer();
    this.onLink(state);
  }

  #pausedIs(isPaused) {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    this.onPaused();
  }

  /** Loads the steps again when the page is visible again: they may have been edited in another tab. */
  #onVisible = () => {
    if (document.hidden) return;
    this.#reload();
    this.#askForTimer();
  };

  #reload() {
    this.#loading ??= this.load().catch(() => {}).finally(() => this.#loaded());
  }

  /** Shows on all phones and walls where the instructor points at a picture of the current step. */
  point(picture, points) {
    if (this.isOpen && this.roster.step) this.#socket.tell("pointer", { subtask_id: this.roster.step.id, picture, points });
  }

  #heard(frame) {
    if (frame.type === "pointer") {
      if (frame.data.subtask_id === this.roster.step?.id) this.onPointer(frame.data);
      return;
    }
    if (frame.type === "staff_changed") this.onStaff(frame.data);
    this.roster.heard(frame);
    // The frame may be older than this page: what is left of the timer is asked.
    if (frame.type === "timer_changed") this.#askForTimer();
    if (frame.type === "student_joined") setTimeout(() => this.#hasCome(frame.data.user_id), COMES_WITHIN_MS);
    if (this.roster.stateIsOld) {
      this.roster.stateIsOld = false;
      this.#socket.refresh();
    }
    // The lecture was edited during the session.
    if (this.roster.step && this.at < 0) this.#reload();
    this.onChange();
  }

  #hasCome(person) {
    if (this.#isClosed) return;
    this.roster.giveUp(person);
    this.onChange();
  }

  #loaded() {
    this.#loading = null;
    this.onChange();
  }
}
