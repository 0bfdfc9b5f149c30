// A picture that is read with the token of the login: an address of it alone opens nothing. The page holds its file in memory, at an
// address of its own, until another picture or none is shown.

import { Refused } from "./api.js";

/** A file that does not come within this time is asked for again. */
const COMES_WITHIN_MS = 30_000;
const AGAIN_AFTER_MS = 10_000;

export class PrivatePicture {
  #api;
  #changed;
  /** The address of the file at the server, or null. */
  #url = null;
  #address = null;
  #timer = 0;
  /** The file did not come, or is not there any more. */
  isLost = false;

  /** `changed` is called when the file has come, or does not come. */
  constructor(api, changed) {
    [this.#api, this.#changed] = [api, changed];
  }

  /** Returns the picture with addresses that an image can show, once its file is there; else null. Loads it if it is another one. `isSmall`: the small file is enough. */
  shown(picture, isSmall = false) {
    const url = (isSmall ? picture?.small_url : picture?.url) ?? null;
    if (url !== this.#url) this.#load(url);
    return this.#address && { ...picture, url: this.#address, small_url: this.#address };
  }

  /** Loads a file again that did not come. */
  tryAgain() {
    if (this.isLost) this.#load(this.#url);
  }

  close() {
    this.#load(null);
  }

  async #load(url) {
    clearTimeout(this.#timer);
    if (this.#address) URL.revokeObjectURL(this.#address);
    [this.#url, this.#address, this.isLost] = [url, null, false];
    if (!url) return;
    let [file, isGone] = [null, false];
    try {
      await this.#api.token();
      file = await this.#api.get(url, { within: COMES_WITHIN_MS });
    } catch (error) {
      isGone = error instanceof Refused && error.isFinal;
    }
    // Another one is wanted by now.
    if (this.#url !== url || this.#address) return;
    this.#address = file && URL.createObjectURL(file);
    this.isLost = !file;
    if (this.isLost && !isGone) this.#timer = setTimeout(() => this.tryAgain(), AGAIN_AFTER_MS);
    this.#changed();
  }
}
