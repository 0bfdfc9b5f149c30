// Reads texts aloud, if the device can.

import { languageOf } from "./words.js";

const VOICES = { ko: "ko-KR", ja: "ja-JP", en: "en-US" };
const RATE = { normal: 0.95, slow: 0.65 };
const LETTERS_AT_ONCE_MAX = 120;
const SILENT_AFTER_MS = 4_000;

export const canSpeak = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;

/** The utterances of now. Some phones stop reading an utterance that no variable holds. */
let speaking = [];

function voiceFor(language) {
  const voices = speechSynthesis.getVoices().filter((v) => v.lang.replace("_", "-").toLowerCase().startsWith(language));
  return voices.find((v) => v.default) ?? voices.find((v) => v.localService) ?? voices[0] ?? null;
}

/** Tells whether there is a voice for this language. Phones list their voices only after a while: until then it is assumed. */
function hasVoice(language) {
  return canSpeak && (speechSynthesis.getVoices().length === 0 || voiceFor(language) !== null);
}

/** Reads a text aloud, one sentence per utterance, since some phones cut off long ones. Resolves to whether a voice was heard. */
export function speak(text, { isSlow = false } = {}) {
  if (!canSpeak || !text) return Promise.resolve(false);
  const language = languageOf(text);
  if (!hasVoice(language)) return Promise.resolve(false);
  speechSynthesis.cancel();
  return new Promise((resolve) => {
    const silent = setTimeout(() => resolve(false), SILENT_AFTER_MS);
    const settle = (isHeard) => {
      clearTimeout(silent);
      resolve(isHeard);
    };
    speaking = sentences(text).map((sentence) => utterance(sentence, language, isSlow, settle));
    for (const one of speaking) speechSynthesis.speak(one);
  });
}

function utterance(sentence, language, isSlow, settle) {
  const one = new SpeechSynthesisUtterance(sentence);
  one.lang = VOICES[language];
  one.rate = isSlow ? RATE.slow : RATE.normal;
  one.voice = voiceFor(language);
  one.onstart = () => settle(true);
  // A text that was replaced by another, or read without a tap, says nothing about the voices.
  one.onerror = ({ error }) => settle(["interrupted", "canceled", "not-allowed"].includes(error));
  return one;
}

/** Splits a text into sentences, and very long ones at their commas. A dot inside a number ends no sentence. */
function sentences(text) {
  const whole = text.match(/[^\n]+?(?:[.!?…]+(?=\s|$)|[。！？]+|(?=\n)|$)/gm) ?? [text];
  const parts = whole.flatMap((one) => (one.length > LETTERS_AT_ONCE_MAX ? one.match(/[^,、]+[,、]?/g) : [one]));
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Called within a tap, lets this page speak without further taps: browsers demand one. */
export function unlock() {
  if (!canSpeak) return;
  const nothing = new SpeechSynthesisUtterance(" ");
  nothing.volume = 0;
  speechSynthesis.speak(nothing);
}

/** Stops reading. */
export function stop() {
  if (canSpeak) speechSynthesis.cancel();
}
