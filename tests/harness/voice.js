// A voice that writes down what it says, and a motor that counts: `heard` holds `{words, lang, rate}`, `felt` how often.
(() => {
  const heard = [];
  const queue = [];
  let isSpeaking = false;
  const voices = ["ko-KR", "ja-JP", "en-US"].map((lang) => ({ lang, name: lang, default: lang === "ko-KR", localService: true, voiceURI: lang }));

  class Utterance extends EventTarget {
    constructor(text = "") {
      super();
      Object.assign(this, { text, lang: "", rate: 1, pitch: 1, volume: 1, voice: null, onstart: null, onend: null, onerror: null, onboundary: null });
    }
  }

  function tell(utterance, type, extra = {}) {
    const event = Object.assign(new Event(type), { utterance }, extra);
    utterance[`on${type}`]?.(event);
    utterance.dispatchEvent(event);
  }

  function next() {
    const utterance = queue[0];
    if (!utterance || isSpeaking) return;
    isSpeaking = true;
    heard.push({ words: utterance.text, lang: utterance.lang, rate: utterance.rate });
    setTimeout(() => {
      if (queue[0] !== utterance) return;
      tell(utterance, "start");
      setTimeout(() => {
        if (queue[0] !== utterance) return;
        queue.shift();
        isSpeaking = false;
        tell(utterance, "end");
        next();
      }, 5);
    });
  }

  const synthesis = Object.assign(new EventTarget(), {
    getVoices: () => voices,
    speak(utterance) {
      queue.push(utterance);
      next();
    },
    cancel() {
      const cut = queue.splice(0);
      isSpeaking = false;
      for (const utterance of cut) tell(utterance, "error", { error: "canceled" });
    },
    pause() {},
    resume() {},
    onvoiceschanged: null,
  });
  Object.defineProperty(synthesis, "speaking", { get: () => isSpeaking });
  Object.defineProperty(synthesis, "pending", { get: () => queue.length > 1 });
  Object.defineProperty(synthesis, "paused", { get: () => false });
  Object.defineProperty(window, "speechSynthesis", { value: synthesis, configurable: true });
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance, configurable: true });

  const felt = [];
  Object.defineProperty(navigator, "vibrate", { value: (pattern) => felt.push(pattern) > 0, configurable: true });
  Object.defineProperty(window, "gyosilTest", { value: { heard, felt } });
})();
