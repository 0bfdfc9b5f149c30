// Texts of all pages of the learner, in English.

export default {
  page: {
    title: "Gyosil",
    settings: "Settings",
    more: "More",
    less: "Less",
    sending: "Sending…",
  },
  link: {
    connecting: "Connecting", open: "Connected", waiting: "Connecting again. Just wait a moment.",
    offline: "The internet is gone. You will be reconnected when it returns.",
    paused: "Saving takes a little longer. Just wait: it goes on by itself.",
  },
  sound: {
    on: "Sound on",
    off: "Sound off",
    isOn: "The sound is on.",
  },
  tried: {
    offline: "No internet just now. Please press again in a moment.", failed: "That did not work. Please press once more.",
    often: (minutes) => `That was pressed too often. Please try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  },
  offline: {
    title: "The internet is gone", line: "This page opens by itself when it is back. You only need to wait.", next: "Try again",
  },
};
