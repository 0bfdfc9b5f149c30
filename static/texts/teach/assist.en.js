// Texts of the page of those who help in a session, in English.

export default {
  assist: {
    title: "Come in to help",
    hint: (teacher) => `For people who help in ${teacher}’s class. Learners will see your name on their phones.`,
    name: "Your name",
    missing: "Please type your name.",
    go: "Come in to help",
    about: "For helpers · the teacher leads the class",
    leave: "Stop helping",
    again: "Come in again",
    stops: {
      gone: { title: "This QR code does not let you in", line: "Please ask the teacher to show you the QR code for helpers again." },
      over: { title: "The class is over", line: "Thank you for helping!" },
      removed: { title: "Your help has ended", line: "If there is more to do, please talk to the teacher." },
      left: { title: "Thank you for helping!", line: "To help again, press the button below." },
      replaced: { title: "It was opened elsewhere", line: "To go on here, press the button below." },
    },
  },
};
