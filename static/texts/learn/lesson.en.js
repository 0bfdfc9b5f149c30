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
  picture: {
    spoken: (text) => `In the picture: ${text}`, enlarge: "Larger", more: "There are more marks", large: "The picture, large", close: "Close", wayBack: "Way back",
  },
  step: {
    place: (at, of) => `Step ${at} of ${of}`,
    together: "You are with your teacher",
    apart: "Meanwhile the class may have gone on. This screen will catch up on its own.",
    followed: "Meanwhile the class went on to this step.",
    quiet: "Listen to your teacher and follow along.",
    ask: "I have a question",
    done: "I did it",
    help: "Please help me",
    teacher: "From your teacher",
    praise: "Well done!", rightKnown: "Now you know the right answer.",
    next: "Please wait for the next step.",
    last: "You have done the very last step.",
    unsent: "Your teacher will hear of it when the internet is back.",
    failed: "It did not reach your teacher. Please press again.",
  },
  asked: {
    chosen: "Chosen", sent: "Your answer is sent.", number: (answer) => `Your answer: ${answer}.`, change: "To change it, just choose again.",
    minus: "Below zero? Put a minus (−)",
    send: "Send", notNumber: "Please write a number, such as 3 or 36.5", failed: "Your answer did not arrive. Please press again.",
    changeNumber: "To change it, just write it again and send it.", closed: "No more answers now.",
  },
  refused: {
    ANSWER_SHOWN: "The right answer is out, so answers cannot change any more.",
    FORBIDDEN: "This did not reach your teacher: you are not counted as being in this class right now. Please tell your teacher.",
    NOT_FOUND: "Your teacher has changed or removed this step. Please wait for the new screen.",
    INVALID_STATE: "The class has ended or changed, so this did not arrive. Please tell your teacher.",
  },
  help: {
    known: "Your teacher knows.", soon: "Help is on its way.", coming: (name) => `${name} is coming.`,
    unsent: "Your teacher will hear of it when the internet is back.",
    hint: "There is a hint below the instructions.", seeHint: "See the hint", cancel: "I am fine, cancel", takenBack: "Your call is cancelled.",
  },
  screenPicture: {
    title: "A photo of your screen", send: "Send a photo of my screen", other: "Send another photo", small: "The photo that you sent",
    line: "Send a photo of your screen, or a saved picture of it: only your teacher and the helpers see it, and it is deleted by itself later.",
    sending: "Your photo is on its way…", sent: "Your photo has arrived. You will hear from us.",
    waiting: "The internet is weak, so your photo has not been sent yet. It goes by itself once the internet is back.", again: "Try again now",
    refused: "This photo cannot be sent. Please choose another one.",
    crowded: "Many people are sending pictures right now. It will be sent again by itself in a moment.",
    how: {
      ANDROID: "To save what is on your screen, press the power button and the volume-down button together, briefly.",
      IPHONE: "To save what is on your screen, press the side button and the volume-up button together, briefly. If your iPhone has a home button, press the home button and the side button together.",
    },
  },
  answer: {
    title: "Here is your answer", unasked: "Try it like this", visit: "Your teacher is coming", visitLine: "Just stay where you are.",
    helped: "It works now", notYet: "It still does not work", thanks: "Good!", step: (title) => `This step: ${title}`,
    earlier: (title) => `This is about the earlier step “${title}”.`,
    picture: "The photo of your screen.", marked: "Your photo came back with marks. Tap it to see it large.", lost: "The marked photo has not come yet. It shows by itself once the internet is back.",
  },
  answerer: {
    INSTRUCTOR: "This is from your teacher.", GUIDE: "Try this first.",
  },
  toMe: {
    from: (name) => `A word from ${name}`, read: "I have read it",
  },
  paused: {
    title: "A short rest", line: "When the class goes on, this screen changes by itself.",
  },
  ended: {
    title: (name) => `Thank you for coming, ${name}`, line: (lecture) => `The class “${lecture}” is over.`,
    done: (_, steps) => `You have done ${steps === 1 ? "1 step" : `${steps} steps`} today.`, next: (when) => `The next class: ${when}.`, review: "Go through it again", record: "See my record",
    present: "You are marked as present today.",
    ask: "Ask to be counted as present", request: { PENDING: "Your teacher is looking at whether you count as present.", APPROVED: "Your teacher counts you as present.", REJECTED: "Your teacher left it as it is. You can ask them why." },
  },
  review: {
    place: (at, of) => `Once more, step ${at} of ${of}`, word: "Once more", back: "Back", next: "Next", last: "I have seen it all",
    all: "See all steps", which: "What would you like to see again?", backTo: "Go back",
  },
  handout: {
    name: "handout", get: "Get the handout for home", line: "All steps in large letters. You can print them on paper too.", making: "Making the handout…",
    kept: "You have the handout. It is kept on your phone.", offline: "The handout needs the internet. Please press again once you are connected.",
    busy: "Many people are getting it right now. Please press again in a moment.",
  },
  praised: {
    me: "Well done!", all: "Well done, everyone!", from: (name) => `From ${name}`,
  },
};
