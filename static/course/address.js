// The address at which a stored video plays. It is good for minutes: another one takes its place shortly before its end, after
// it was refused, and when one goes on after a pause. The position stays.

/** Another address is asked for so long before the end of the present one. */
const MARGIN_MS = 20_000;
/** Limits of the time that an address is believed to be good for: the clock of this device may be wrong. */
const [LEAST_MS, MOST_MS] = [120_000, 600_000];
/** A video that fails so often within a few seconds cannot be played. */
const TRIES_MAX = 3;
const PLAYS_S = 5;
/** Parts of a second that a browser leaves out at the ends of what it has loaded. */
const SLACK_S = 0.5;

export class PlayAddress {
  #element;
  #find;
  #on;
  #timer = 0;
  #isStale = false;
  #position = 0;
  #tries = 0;
  #renewing = null;

  /** `find()` resolves to the video with its address. `on`: `before` is called before the address changes, `over` when there is none any more, `failed(error)` when it cannot be played now. */
  constructor(element, find, on) {
    this.#element = element;
    this.#find = find;
    this.#on = on;
    element.addEventListener("timeupdate", () => this.#goesOn());
    element.addEventListener("error", () => this.#refused());
    element.addEventListener("seeking", () => this.#goesTo());
    element.addEventListener("play", () => this.#isStale && this.#renewEarly());
  }

  /** Takes an address, at this position. */
  take({ play_url: url, play_url_expires_at: end }, position, goesOn) {
    const element = this.#element;
    this.#position = position;
    this.#isStale = false;
    const rate = element.playbackRate;
    element.src = url;
    // With a new address a browser plays at its usual speed.
    element.playbackRate = rate;
    if (position > 0) element.currentTime = position;
    if (goesOn) element.play().catch(() => {});
    clearTimeout(this.#timer);
    const good = Math.min(MOST_MS, Math.max(LEAST_MS, Date.parse(end) - Date.now()));
    this.#timer = setTimeout(() => this.#ends(), good - MARGIN_MS);
  }

  /** Puts a new address in the place of the present one. Throws if none comes. */
  #renew() {
    this.#renewing ??= this.#change().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #change() {
    const element = this.#element;
    const found = await this.#find();
    if (!found.play_url) return this.#on.over();
    const isHere = element.readyState > 0 && !element.error;
    this.#on.before();
    return this.take(found, isHere ? element.currentTime : this.#position, !element.paused);
  }

  /** Renews an address that still plays. If that fails it is tried again when it is needed. */
  #renewEarly() {
    return this.#renew().catch(() => {
      this.#isStale = true;
    });
  }

  /** Renews the address before its end. A film that is loaded whole needs none, and one who has paused may never go on. */
  #ends() {
    const { buffered, duration, paused } = this.#element;
    const isWhole = buffered.length === 1 && buffered.start(0) < SLACK_S && buffered.end(0) > duration - SLACK_S;
    if (isWhole) return;
    if (paused) this.#isStale = true;
    else this.#renewEarly();
  }

  #goesOn() {
    const { currentTime, seeking, readyState } = this.#element;
    if (seeking || readyState === 0) return;
    if (currentTime > this.#position + PLAYS_S) this.#tries = 0;
    if (this.#tries === 0) this.#position = currentTime;
  }

  #goesTo() {
    const { currentTime, error, readyState } = this.#element;
    if (readyState > 0 && !error) this.#position = currentTime;
    if (this.#isStale) this.#renewEarly();
  }

  #refused() {
    this.#tries += 1;
    if (this.#tries > TRIES_MAX) this.#on.failed(null);
    else this.#renew().catch(this.#on.failed);
  }

  /** Tries again, because someone asks for it or the network is back. */
  again() {
    this.#tries = 0;
    return this.#renew().catch(this.#on.failed);
  }
}
