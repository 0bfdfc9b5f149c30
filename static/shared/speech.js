// Reads aloud, where the device can.

import { languageOf } from "./words.js";

const VOICES = { ko: "ko-KR", ja: "ja-JP", en: "en-US" };
const RATE = { normal: 0.95, slow: 0.65 };
const LONGEST_AT_ONCE = 120;
const SILENT_AFTER_MS = 4_000;

export const canSpeak = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;

/** Some phones forget an utterance that nobody holds, and stop. */
let speaking = [];

function voiceFor(language) {
  const voices = speechSynthesis.getVoices().filter((v) => v.lang.replace("_", "-").toLowerCase().startsWith(language));
  return voices.find((v) => v.default) ?? voices.find((v) => v.localService) ?? voices[0] ?? null;
}

/** Some phones have voices, but none for this language. They tell only after a while: until then it is assumed. */
export function hasVoice(language = "ko") {
  return canSpeak && (speechSynthesis.getVoices().length === 0 || voiceFor(language) !== null);
}

/** One sentence per utterance: long ones are cut off by some phones. Resolves to whether a voice was heard. */
export function say(words, { isSlow = false } = {}) {
  if (!canSpeak || !words) return Promise.resolve(false);
  const language = languageOf(words);
  if (!hasVoice(language)) return Promise.resolve(false);
  speechSynthesis.cancel();
  return new Promise((resolve) => {
    const silent = setTimeout(() => resolve(false), SILENT_AFTER_MS);
    const tell = (isHeard) => {
      clearTimeout(silent);
      resolve(isHeard);
    };
    speaking = sentences(words).map((sentence) => utterance(sentence, language, isSlow, tell));
    for (const one of speaking) speechSynthesis.speak(one);
  });
}

function utterance(sentence, language, isSlow, tell) {
  const one = new SpeechSynthesisUtterance(sentence);
  one.lang = VOICES[language];
  one.rate = isSlow ? RATE.slow : RATE.normal;
  one.voice = voiceFor(language);
  one.onstart = () => tell(true);
  // Asked too early, or by no tap: that says nothing about the voices.
  one.onerror = ({ error }) => tell(["interrupted", "canceled", "not-allowed"].includes(error));
  return one;
}

/** A dot inside a number ends no sentence, and a very long one is parted at its commas. */
function sentences(words) {
  const whole = words.match(/[^\n]+?(?:[.!?…]+(?=\s|$)|[。！？]+|(?=\n)|$)/gm) ?? [words];
  const parts = whole.flatMap((one) => (one.length > LONGEST_AT_ONCE ? one.match(/[^,、]+[,、]?/g) : [one]));
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Within a tap: from now on this page may speak unasked, as browsers want it. */
export function unlock() {
  if (!canSpeak) return;
  const nothing = new SpeechSynthesisUtterance(" ");
  nothing.volume = 0;
  speechSynthesis.speak(nothing);
}

export function hush() {
  if (canSpeak) speechSynthesis.cancel();
}
