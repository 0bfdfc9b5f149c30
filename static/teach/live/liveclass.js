// A class as its instructor's socket tells it: kept up to date, over whatever network.

import { Roster } from "./roster.js";
import { holeForInstructor, LiveSocket } from "../../shared/socket.js";

/** A phone opens its socket as soon as it has joined. */
const COMES_WITHIN_MS = 5_000;

export class LiveClass {
  roster = new Roster();
  steps = [];
  /** «connecting», «open», «waiting», or why it is over. */
  link = "connecting";
  /** When the picture was last known to be right. */
  seenAt = Date.now();
  #api;
  #socket;
  #loading = null;
  #isClosed = false;
  /** Something was heard. */
  onChange = () => {};
  onLink = () => {};

  constructor({ api, id }) {
    this.#api = api;
    this.id = id;
  }

  /** Rejects where one may not see it. */
  async load() {
    const { subtasks } = await this.#api.get(`/api/sessions/${this.id}/steps`);
    this.steps = subtasks;
  }

  open() {
    this.#socket = new LiveSocket({
      api: this.#api, path: `/ws/session/${this.id}/instructor/`, params: { batch: 1 }, hasHole: holeForInstructor,
      ask: `/api/sessions/${this.id}/current`,
    });
    this.#socket.onFrame = (frame) => this.#heard(frame);
    this.#socket.onState = (state) => this.#linkIs(state);
    this.#socket.onOver = (why) => this.#linkIs(why);
    this.#socket.start();
    document.addEventListener("visibilitychange", this.#looked);
  }

  close() {
    this.#isClosed = true;
    document.removeEventListener("visibilitychange", this.#looked);
    this.#socket.stop();
  }

  /** Now, not when its turn comes: someone has pressed a button, and it went through. */
  reconnect() {
    if (this.#isClosed) return;
    this.#socket.stop();
    this.#socket.start();
  }

  get isOpen() {
    return this.link === "open";
  }

  /** Where the class is among its steps; -1 before the start. */
  get at() {
    return this.#placeOf(this.roster.step?.id);
  }

  /** Counted from one; 0 for none of them. */
  numberOf(step) {
    return this.#placeOf(step) + 1;
  }

  #placeOf(id) {
    return this.steps.findIndex((step) => step.id === id);
  }

  #linkIs(state) {
    if (this.link === "open") this.seenAt = Date.now();
    this.link = state;
    this.onLink(state);
  }

  /** Whoever comes back from another tab may have edited the steps there. */
  #looked = () => {
    if (!document.hidden) this.#reload();
  };

  #reload() {
    this.#loading ??= this.load().catch(() => {}).finally(() => this.#loaded());
  }

  #heard(frame) {
    this.roster.heard(frame);
    if (frame.type === "student_joined") setTimeout(() => this.#hasCome(frame.data.user_id), COMES_WITHIN_MS);
    if (this.roster.stateIsOld) {
      this.roster.stateIsOld = false;
      this.#socket.refresh();
    }
    // Someone edits the lecture while its class runs.
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
