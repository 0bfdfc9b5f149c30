// The picture of the learner's screen that goes with a call for help: made smaller on the phone, sent until it has arrived, and shown small.

import { post, Refused } from "../shared/api.js";
import { PrivatePicture } from "../shared/private-picture.js";
import { words } from "../shared/words.js";
import { announce } from "./stage.js";

/** The server keeps no longer side than this. */
const SIDE_MAX_PX = 1_600;
/** A file that is larger than this, or of a kind that the server does not take, is drawn anew before it is sent. */
const SENT_AS_IT_IS_MAX_BYTES = 600 * 1024;
const KINDS = ["image/png", "image/jpeg", "image/webp"];
const QUALITY = 0.88;
/** Waits before it is sent again; the last one repeats. */
const AGAIN_AFTER_MS = [2_000, 5_000, 10_000, 20_000];
/** A line on which nothing arrives within this time is given up, and tried anew. */
const GIVEN_UP_AFTER_MS = 110_000;

export class ScreenPicture {
  #api;
  #changed;
  /** The id of the call that it goes with, or null. */
  #call = null;
  #wasOnItsWay = false;
  /** The file that is on its way, how often it has failed, and the timer until the next time. */
  #file = null;
  #failures = 0;
  #timer = 0;
  #sending = new AbortController();
  /** Counts what was chosen: an answer to an earlier one is ignored. */
  #turn = 0;
  /** The picture of this call as the server has it, from before a reload, and the address of one that this page has sent. */
  #known = null;
  #sent = null;
  #stored;
  /** `none`, `sending`, `waiting` for a better network, `crowded` while the server has no place for it, `refused` or `sent`. */
  status = "none";

  constructor({ api, changed }) {
    [this.#api, this.#changed] = [api, changed];
    this.#stored = new PrivatePicture(api, changed);
  }

  /** The address at which an image shows what was sent, or null. */
  get small() {
    return this.#sent ?? (this.#known && this.#stored.shown(this.#known, true)?.url);
  }

  /** The acts of the buttons of its card. */
  acts = { sendPicture: (file) => this.send(file), sendAgain: () => this.tryAgain() };

  /** The call that is open now, or null. What belonged to another one is dropped. */
  follow(call) {
    const id = call?.id ?? null;
    if (id !== this.#call) {
      this.#forget();
      this.#call = id;
      // A call that was made before the page was loaded may have a picture already.
      if (id && !this.#wasOnItsWay) this.#recall(id);
    }
    this.#wasOnItsWay = Boolean(call) && !id;
  }

  async #recall(id) {
    const turn = this.#turn;
    const view = await this.#api.token().then(() => this.#api.get(`/api/help/request/${id}`)).catch(() => null);
    if (turn !== this.#turn || !view?.picture) return;
    this.#known = view.picture;
    this.#become("sent");
  }

  /** Sends what the learner has chosen. */
  async send(file) {
    const turn = this.#begin();
    this.#become("sending");
    const made = await smaller(file);
    if (turn !== this.#turn) return;
    if (!made) return this.#refuse();
    this.#file = made;
    this.#try(turn);
  }

  /** The network is back, or the learner does not want to wait. */
  tryAgain() {
    this.#stored.tryAgain();
    if (!["waiting", "crowded"].includes(this.status)) return;
    clearTimeout(this.#timer);
    this.#try(this.#turn);
  }

  close() {
    this.#forget();
    this.#call = null;
  }

  async #try(turn) {
    this.#become("sending");
    try {
      await this.#post();
      if (turn === this.#turn) this.#arrived();
    } catch (error) {
      if (turn !== this.#turn) return;
      const isOver = error instanceof Refused && error.isFinal;
      // The call is settled: there is nothing to tell about it any more.
      if (isOver && [404, 409].includes(error.status)) this.#end();
      else if (isOver) this.#refuse();
      else this.#wait(turn, error instanceof Refused ? "crowded" : "waiting", error.retryAfterS);
    }
  }

  async #post() {
    const path = `/api/help/request/${this.#call}/picture`;
    await this.#api.token();
    return this.#api.call(post, path, this.#file, { within: GIVEN_UP_AFTER_MS, signal: this.#sending.signal });
  }

  #wait(turn, status, afterS = 0) {
    const wait = Math.max(afterS * 1_000, AGAIN_AFTER_MS[Math.min(this.#failures, AGAIN_AFTER_MS.length - 1)]);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#try(turn), wait);
    // Told once, not at each time.
    this.#become(status, this.#failures === 1 ? words.screenPicture[status] : "");
  }

  #arrived() {
    this.#drop();
    this.#sent = URL.createObjectURL(this.#file);
    [this.#known, this.#file] = [null, null];
    this.#become("sent", words.screenPicture.sent);
  }

  #refuse() {
    this.#file = null;
    this.#become("refused", words.screenPicture.refused);
  }

  #end() {
    this.#forget();
    this.#changed();
  }

  #become(status, told = "") {
    this.status = status;
    if (told) announce(told);
    this.#changed();
  }

  #begin() {
    clearTimeout(this.#timer);
    this.#sending.abort();
    this.#sending = new AbortController();
    [this.#file, this.#failures] = [null, 0];
    this.#turn += 1;
    return this.#turn;
  }

  #drop() {
    if (this.#sent) URL.revokeObjectURL(this.#sent);
    this.#sent = null;
  }

  #forget() {
    this.#begin();
    this.#drop();
    [this.#known, this.status] = [null, "none"];
    this.#stored.close();
  }
}

/** Returns a picture upright, of a size that the server keeps, or as it is if that is small; null if it is no picture that this phone can open and the server takes. */
async function smaller(file) {
  const isTaken = KINDS.includes(file.type);
  if (isTaken && file.size <= SENT_AS_IT_IS_MAX_BYTES) return file;
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return isTaken ? file : null;
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.max(1, Math.round(image.width * scale)), height: Math.max(1, Math.round(image.height * scale)) });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return made ?? (isTaken ? file : null);
}
