// The voice of this page: one tap per visit lets it speak by itself, as browsers want it; how, is remembered.

import { text } from "../shared/dom.js";
import * as speech from "../shared/speech.js";
import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { did } from "./stage.js";

const button = document.querySelector("#sound");

let isOn = false;
let heard = null;
let unheard = null;
/** What is read when the sound goes on, and who paints what changed. */
let current = () => "";
let paint = () => {};

export const isSlow = () => read("speed") === "slow";

/** What a screen shows about these words. */
export const soundOf = (said) => ({ canListen: speech.canSpeak, isHeard: heard === said, isVoiceless: unheard === said, isSlow: isSlow() });

/** From now on there is something to read: `now()` gives it. */
export function ready(now, changed) {
  [current, paint] = [now, changed];
  if (!speech.canSpeak) return;
  label();
  button.hidden = false;
  if (read("sound") && !isOn) document.addEventListener("click", firstTap, { capture: true });
}

export function over() {
  [current, paint] = [() => "", () => {}];
  speech.hush();
  button.hidden = true;
  document.removeEventListener("click", firstTap, { capture: true });
}

/** Who wanted to hear last time is read to after any tap of this visit. */
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
  if (on) say(current() || words.sound.isOn);
  else speech.hush();
}

export async function say(said, { slowly = false } = {}) {
  const isHeard = await speech.say(said, { isSlow: slowly || isSlow() });
  unheard = isHeard ? null : said;
  if (isHeard) heard = said;
  paint();
}

/** Asked for by a tap. */
export function listen(said, slowly = false) {
  did(slowly ? "LISTENED_SLOWLY" : "LISTENED");
  return say(said, { slowly });
}

/** Unasked: only with the sound on. */
export function readOut(said) {
  if (isOn) say(said);
}

export const hush = speech.hush;

/** How it reads was changed in the settings. */
export const changed = () => paint();

function label() {
  button.toggleAttribute("data-on", isOn);
  text(button.querySelector("span"), isOn ? words.sound.off : words.sound.on);
}

button.addEventListener("click", () => turn(!isOn));
addEventListener("language", () => button.hidden || label());
