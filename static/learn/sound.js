// The sound of this page. Browsers let it speak by itself only after a tap. Whether and how fast it reads is remembered.

import { text } from "../shared/dom.js";
import * as speech from "../shared/speech.js";
import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { recordAction } from "./stage.js";

const button = document.querySelector("#sound");

let isOn = false;
let heard = null;
let unheard = null;
/** Returns the text to read when the sound is turned on. */
let current = () => "";
/** Called when what a screen shows about the sound has changed. */
let onChange = () => {};

export const isSlow = () => read("speed") === "slow";

/** Returns what a screen shows about reading this text aloud. */
export const soundOf = (wanted) => ({ canListen: speech.canSpeak, isHeard: heard === wanted, isVoiceless: unheard === wanted, isSlow: isSlow() });

/** Begins: `now()` returns the text to read, `changed()` is called when a screen must be painted anew. */
export function begin(now, changed) {
  [current, onChange] = [now, changed];
  if (!speech.canSpeak) return;
  label();
  button.hidden = false;
  if (read("sound") && !isOn) document.addEventListener("click", firstTap, { capture: true });
}

export function end() {
  [current, onChange] = [() => "", () => {}];
  speech.stop();
  button.hidden = true;
  document.removeEventListener("click", firstTap, { capture: true });
}

/** If the sound was on at the last visit, any tap of this visit turns it on. */
function firstTap(event) {
  document.removeEventListener("click", firstTap, { capture: true });
  if (isOn || button.contains(event.target)) return;
  isOn = true;
  speech.unlock();
  label();
}

export function turn(on) {
  isOn = on;
  write("sound", on);
  label();
  if (on) speak(current() || words.sound.isOn);
  else speech.stop();
}

async function speak(wanted, { slowly = false } = {}) {
  const isHeard = await speech.speak(wanted, { isSlow: slowly || isSlow() });
  unheard = isHeard ? null : wanted;
  if (isHeard) heard = wanted;
  onChange();
}

/** Reads a text aloud, since a button was tapped. */
export function listen(wanted, slowly = false) {
  recordAction(slowly ? "LISTENED_SLOWLY" : "LISTENED");
  return speak(wanted, { slowly });
}

/** Reads a text aloud if the sound is on. */
export function readOut(wanted) {
  if (isOn) speak(wanted);
}

export const stop = speech.stop;

/** The speed was changed in the settings. */
export const speedChanged = () => onChange();

function label() {
  button.toggleAttribute("data-on", isOn);
  text(button.querySelector("span"), isOn ? words.sound.off : words.sound.on);
}

button.addEventListener("click", () => turn(!isOn));
addEventListener("language", () => button.hidden || label());
