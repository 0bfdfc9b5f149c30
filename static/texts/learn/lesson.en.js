// Texts of a session on the phone, in English.

export default {
  waiting: {
    title: (name) => `Welcome, ${name}`, line: "When the class begins, this screen changes by itself. You only need to wait.",
    insecure: "Here your phone's screen may turn dark by itself. If it does, turn it on again. Everything else works.",
    present: "You are marked as present.",
  },
  identity: {
    asked: "Your teacher is being asked. As soon as they say yes, you go on where you were.",
    same: "Your teacher said yes. Just go on where you were.",
    other: "Your teacher said that this is someone else. Just follow your teacher.",
  },
  listening: {
    listen: "Listen",
    again: "Listen again",
    slowly: "Slowly",
    voiceless: "This phone has no voice to read aloud. Please read the words.",
  },
  step: {
    place: (at, of) => `Step ${at} of ${of}`,
    together: "You are with your teacher",
    apart: "Meanwhile the class may have gone on. This screen will catch up on its own.",
    followed: "Meanwhile the class went on to this step.",
    quiet: "Listen to your teacher and follow along.",
    done: "I did it",
    help: "Please help me",
    teacher: "From your teacher",
    praise: "Well done!",
    next: "Please wait for the next step.",
    last: "You have done the very last step.",
    unsent: "Your teacher will hear of it when the internet is back.",
    failed: "It did not reach your teacher. Please press again.",
  },
  refused: {
    FORBIDDEN: "This did not reach your teacher: you are not counted as being in this class right now. Please tell your teacher.",
    NOT_FOUND: "Your teacher has changed or removed this step. Please wait for the new screen.",
    INVALID_STATE: "The class has ended or changed, so this did not arrive. Please tell your teacher.",
  },
  help: {
    known: "Your teacher knows.", soon: "Help is on its way.", unsent: "Your teacher will hear of it when the internet is back.",
    hint: "There is a hint below the instructions.", seeHint: "See the hint", cancel: "I am fine, cancel", takenBack: "Your call is cancelled.",
  },
  answer: {
    title: "Here is your answer", unasked: "Try it like this", visit: "Your teacher is coming", visitLine: "Just stay where you are.",
    helped: "It works now", notYet: "It still does not work", thanks: "Good!", step: (title) => `This step: ${title}`,
    earlier: (title) => `This is about the earlier step “${title}”.`,
  },
  answerer: {
    INSTRUCTOR: "This is from your teacher.", GUIDE: "A hint from the classroom’s helper.",
  },
  paused: {
    title: "A short rest", line: "When the class goes on, this screen changes by itself.",
  },
  ended: {
    title: "Well done today!", line: "Today's class is over.", review: "Go through it again", record: "See my record",
    present: "You are marked as present today.",
  },
  review: {
    place: (at, of) => `Once more, step ${at} of ${of}`, word: "Once more", back: "Back", next: "Next", last: "I have seen it all",
  },
};
