// Reads aloud, where the device can.

const LANGUAGE = "ko-KR";
const RATE = 0.9;

export const canSpeak = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;

function voice() {
  const voices = speechSynthesis.getVoices();
  return voices.find((v) => v.lang.replace("_", "-").toLowerCase().startsWith("ko")) ?? null;
}

/** Some phones have voices, but none for Korean. They tell only after a while: until then it is assumed. */
export function hasVoice() {
  if (!canSpeak) return false;
  return speechSynthesis.getVoices().length === 0 || voice() !== null;
}

/** One sentence per utterance: long ones are cut off by some phones. Resolves to whether a voice was heard. */
export function say(words) {
  if (!canSpeak || !words) return Promise.resolve(false);
  speechSynthesis.cancel();
  const sentences = words.match(/[^.!?。\n]+[.!?。]*/g) ?? [words];
  return new Promise((resolve) => {
    const silent = setTimeout(() => resolve(false), 4_000);
    sentences.map((s) => s.trim()).filter(Boolean).forEach((sentence) => {
      const utterance = new SpeechSynthesisUtterance(sentence);
      utterance.lang = LANGUAGE;
      utterance.rate = RATE;
      utterance.voice = voice();
      utterance.onstart = () => {
        clearTimeout(silent);
        resolve(true);
      };
      utterance.onerror = (event) => {
        clearTimeout(silent);
        resolve(["interrupted", "canceled"].includes(event.error));
      };
      speechSynthesis.speak(utterance);
    });
  });
}

export function hush() {
  if (canSpeak) speechSynthesis.cancel();
}
