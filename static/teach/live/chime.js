// A soft sound when someone calls. It is generated, so that nothing has to be loaded.

import { read, write } from "../../shared/device.js";

const NOTES_HZ = { call: [659.3, 880], auto: [587.3] };
const NOTE_S = 0.22;
const LOUDNESS = 0.18;
const RINGS_EVERY_MS = 2_500;
const VIBRATES_MS = 200;
const WAKES_AFTER_MS = 100;
const GESTURES = ["pointerdown", "keydown"];

export class Chime {
  isMuted = read("muted", false);
  #audio = null;
  #isClosed = false;
  #rangAt = -RINGS_EVERY_MS;
  /** After the press has been answered: to open the sound takes a slow computer a tenth of a second. */
  #gesture = () => setTimeout(() => this.#wake(), WAKES_AFTER_MS);
  /** Called when it may be heard now, or no more. */
  onChange = () => {};

  constructor() {
    for (const type of GESTURES) addEventListener(type, this.#gesture);
    if (navigator.userActivation?.hasBeenActive) this.#wake();
  }

  close() {
    this.#isClosed = true;
    for (const type of GESTURES) removeEventListener(type, this.#gesture);
    this.#audio?.close();
    this.#audio = null;
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    write("muted", isMuted);
    if (!isMuted) this.ring("call");
    this.onChange();
  }

  /** Browsers let a page sound only after a press. */
  get isLocked() {
    return !this.isMuted && this.#audio?.state !== "running";
  }

  ring(kind) {
    const now = performance.now();
    if (this.isMuted || this.isLocked || now - this.#rangAt < RINGS_EVERY_MS) return;
    this.#rangAt = now;
    navigator.vibrate?.(VIBRATES_MS);
    NOTES_HZ[kind].forEach((hz, n) => this.#note(hz, this.#audio.currentTime + n * NOTE_S * 0.7));
  }

  #note(hz, at) {
    const tone = new OscillatorNode(this.#audio, { type: "sine", frequency: hz });
    const gain = new GainNode(this.#audio, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2);
    tone.connect(gain).connect(this.#audio.destination);
    tone.start(at);
    tone.stop(at + NOTE_S * 2);
  }

  async #wake() {
    if (this.#isClosed || this.#audio?.state === "running" || !("AudioContext" in window)) return;
    this.#audio ??= new AudioContext();
    await this.#audio.resume().catch(() => {});
    this.onChange();
  }
}
