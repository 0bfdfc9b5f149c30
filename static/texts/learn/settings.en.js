// Texts of the settings of the phone, in English.

export default {
  settings: {
    title: "Text and sound", close: "Done", size: "Size of the text", letter: "A",
    size100: "Normal", size115: "A little larger", size135: "Large", size160: "Very large", size200: "Largest",
    theme: "Colours", auto: "As the phone", light: "Light", dark: "Dark", contrast: "High contrast",
    sound: "Read new steps aloud", on: "Read aloud", off: "Quiet", speed: "Speed of reading", slow: "Slow", normal: "Normal",
    hear: "Try it", sample: "Hello. This is how fast I will read to you.", voiceless: "This phone has no voice to read aloud.",
    language: "Language · 언어", unchanged: "This cannot be changed just now. Please press again when the internet is back.",
    app: "Keep it on your phone", install: "Put it on my phone",
    apple: "Press «Share» at the bottom of the screen, then «Add to Home Screen». Next time, one tap on the picture brings you here.",
    insecure: "In this classroom your phone's screen may turn dark by itself, and this page cannot be put on your phone. Everything else works.",
    record: "See my record",
  },
  kinds: {
    title: "My phone", ask: "Which phone do you have?", why: "You will see pictures of the same phone. You only choose once.", done: "That is mine",
    ANDROID: "Android, such as Galaxy", IPHONE: "iPhone", ALL: "I am not sure",
  },
};
