// Texts of the way into a session: the code, the name, and why someone cannot come in. In English.

export default {
  code: {
    title: "Welcome", hint: "Type the number on your teacher’s screen.", label: "Class number", go: "Come in",
    length: "That is too short. Please type all digits on your teacher’s screen.", unknown: "There is no such class. Please look at the number again.",
    wait: (minutes) => `There were too many wrong numbers. Please type it again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}. If you scan the QR on your teacher’s screen, you are in at once.`,
    record: "See my record",
  },
  returning: {
    title: "Back to the class you were in?", yes: "Yes, take me there", other: "Another class",
  },
  name: {
    teacher: (name) => `A class with ${name}.`, label: "Please type your name", go: "Come in", missing: "Please type your name.",
    stale: "That QR code was used already, or it is too old. To go on where you were, ask your teacher to show you a new one.",
    ended: "If you came in on another phone, the class goes on there. To go on with this phone, ask your teacher to show you a QR code of your own.",
  },
  same: {
    title: (name) => `Are you ${name}?`, yes: "Yes, that is me", no: "No, I am someone else",
  },
  here: {
    line: "Someone of this name is in the class already. If that was you, your teacher is asked, and you go on where you were.",
    rename: "I will write another name",
  },
  stops: {
    door: { title: "The classroom door is closed", line: "Ask your teacher to open it. Then press the button below.", next: "Try again" },
    removed: { title: "You cannot come back into this class", line: "Please ask your teacher.", next: "Type another number" },
    over: { title: "This class is over", line: "See you at the next one.", next: "Type another number" },
    gone: { title: "There is no such class", line: "Ask your teacher for the number again. You can also scan the QR code once more.", next: "Type the number" },
    replaced: { title: "Your class is open on another screen", line: "To see it here, press the button below.", next: "Go on here" },
    full: { title: "All seats are taken", line: "Please tell your teacher. When there is a seat, press the button below.", next: "Try again" },
    needed: { title: "This class is for those who signed up", line: "If you would like to come in, please tell your teacher.", next: "Try again" },
    rejected: { title: "You cannot come into this class", line: "Please ask your teacher why.", next: "Type another number" },
    wait: { title: "Please wait a moment", line: "Too many wrong numbers came from here. Please try again in a minute. If you scan the QR on your teacher’s screen, you are in at once.", next: "Try again" },
    teacher: { title: "You are signed in as a teacher", line: "Open the learner's page on another phone.", next: "To the teacher's page" },
    busy: { title: "The classroom is busy right now", line: "It opens by itself in a moment. Please just wait.", next: "Try again" },
    trouble: { title: "This page did not open", line: "Press again in a moment. If it still does not work, show this to your teacher.", next: "Try again" },
  },
};
