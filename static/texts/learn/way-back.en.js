// Texts of the card that tells how to come back from another app, in English.

export default {
  wayBack: {
    title: "How to come back to the class", line: "This is how you come back from another app.",
    ways: {
      buttons: { title: "If there are three buttons", line: "Tap the three lines (|||) or the square (□)." },
      gestures: { title: "If there is only a thin line", line: "Slide up slowly from the very bottom, and rest a moment." },
      bar: { title: "iPhone without a round button", line: "Slide up slowly from the very bottom, and rest a moment." },
      button: { title: "iPhone with a round button", line: "Press the round button twice, quickly." },
      screens: { title: "Then small screens appear", line: "Tap the one of the class." },
    },
    lost: {
      ANDROID: "If you cannot see it, go to the home screen and tap the internet picture (Chrome or Samsung Internet). The class is still there.",
      IPHONE: "If you cannot see it, go to the home screen and tap the internet picture (Safari). The class is still there.",
    },
    others: "I have another phone", done: "I see",
  },
};
