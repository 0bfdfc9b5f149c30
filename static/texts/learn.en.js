// What the learner's phone says in English.

const times = (n) => (n === 1 ? "once" : `${n} times`);

export default {
  page: {
    title: "Gyosil", settings: "Settings", more: "More", less: "Less",
  },
  link: {
    connecting: "Connecting", open: "Connected", waiting: "Connecting again. Just wait a moment.",
    offline: "The internet is gone. You will be reconnected when it returns.",
  },
  sound: {
    on: "Sound on", off: "Sound off", isOn: "The sound is on.", listen: "Listen", again: "Listen again", slowly: "Slowly",
    voiceless: "This phone has no voice to read aloud. Please read the words.",
  },
  code: {
    title: "Welcome", hint: "Type the number on your teacher’s screen.", label: "Class number", go: "Come in",
    closed: "No class is open now. If your teacher gave you a number, type it here.",
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
    line: "Someone of this name is in the class already. If that was you, your teacher is asked, and you go on where you were.", rename: "I will write another name",
    asked: "Your teacher is being asked. As soon as they say yes, you go on where you were.",
    same: "Your teacher said yes. Just go on where you were.",
    other: "Your teacher said that this is someone else. Just follow your teacher.",
  },
  tried: {
    offline: "No internet just now. Please press again in a moment.", failed: "That did not work. Please press once more.",
    often: (minutes) => `That was pressed too often. Please try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  },
  waiting: {
    title: (name) => `Welcome, ${name}`, line: "When the class begins, this screen changes by itself. You only need to wait.",
    insecure: "Here your phone's screen may turn dark by itself. If it does, turn it on again. Everything else works.",
    present: "You are marked as present.",
  },
  step: {
    place: (at, of) => `Step ${at} of ${of}`, together: "You are with your teacher",
    apart: "Meanwhile the class may have gone on. This screen will catch up on its own.",
    followed: "Meanwhile the class went on to this step.",
    quiet: "Listen to your teacher and follow along.", done: "I did it", help: "Please help me", teacher: "From your teacher",
    praise: "Well done!", next: "Please wait for the next step.", last: "You have done the very last step.",
    unsent: "Your teacher will hear of it when the internet is back.", failed: "It did not reach your teacher. Please press again.",
    sending: "Sending…",
  },
  refused: {
    FORBIDDEN: "This did not reach your teacher: you are not counted as being in this class right now. Please tell your teacher.",
    NOT_FOUND: "Your teacher has changed or removed this step. Please wait for the new screen.",
    INVALID_STATE: "The class has ended or changed, so this did not arrive. Please tell your teacher.",
  },
  help: {
    known: "Your teacher knows.", soon: "Help is on its way.", unsent: "Your teacher will hear of it when the internet is back.",
    hint: "There is a hint below the instructions.", cancel: "I am fine, cancel", takenBack: "Your call is cancelled.",
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
  doorStop: {
    title: "The classroom door is closed", line: "Ask your teacher to open it. Then press the button below.", next: "Try again",
  },
  removedStop: {
    title: "You cannot come back into this class", line: "Please ask your teacher.", next: "Type another number",
  },
  overStop: {
    title: "This class is over", line: "See you at the next one.", next: "Type another number",
  },
  goneStop: {
    title: "There is no such class", line: "Ask your teacher for the number again. You can also scan the QR code once more.", next: "Type the number",
  },
  replacedStop: {
    title: "Your class is open in another window", line: "To see it here, press the button below.", next: "Go on here",
  },
  fullStop: {
    title: "All seats are taken", line: "Please tell your teacher. When there is a seat, press the button below.", next: "Try again",
  },
  neededStop: {
    title: "This class is for those who signed up", line: "If you would like to come in, please tell your teacher.", next: "Try again",
  },
  rejectedStop: {
    title: "You cannot come into this class", line: "Please ask your teacher why.", next: "Type another number",
  },
  waitStop: {
    title: "Please wait a moment", line: "Too many wrong numbers came from here. Please try again in a minute. If you scan the QR on your teacher’s screen, you are in at once.", next: "Try again",
  },
  teacherStop: {
    title: "You are signed in as a teacher", line: "Open the learner's page on another phone or in another window.", next: "To the teacher's page",
  },
  offlineStop: {
    title: "The internet is gone", line: "This page opens by itself when it is back. You only need to wait.", next: "Try again",
  },
  busyStop: {
    title: "The classroom is busy right now", line: "It opens by itself in a moment. Please just wait.", next: "Try again",
  },
  troubleStop: {
    title: "This page did not open", line: "Press again in a moment. If it still does not work, show this to your teacher.", next: "Try again",
  },
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
  me: {
    title: "My record", whose: (name) => `The classes of ${name}.`, none: "No classes yet", noneLine: "When you have been in a class, you will find it here.",
    enter: "Go to a class", attendance: "Attendance", missed: (attended, held) => `Of ${held} ${held === 1 ? "meeting" : "meetings"}, you came ${attended === 0 ? "to none" : times(attended)}.`,
    all: (held) => (held === 1 ? "You came to the one meeting so far." : `You came to all ${held} meetings.`), notYet: "Nothing has been noted yet.", dates: "See the dates",
    progress: "Steps", steps: (done, of) => `You have finished ${done} of ${of} steps.`, allSteps: (of) => `You have finished all ${of} steps.`,
    completed: "You have completed this course. Congratulations!", certificate: "See my certificate", print: "Print it (PDF)", again: "Go through it again",
    toCome: "Your teacher gives out the certificates. If you have none yet, please ask.",
    old: "There is no internet, so this is what you saw last time.", revoked: "This certificate was taken back. Please ask your teacher.", expired: "This certificate has expired. Please ask your teacher.",
    nobodyLine: "If you have saved your record before, come in with your phone number.", signin: "Use my phone number", leave: "Sign out on this phone",
    keep: "Save your record", keepLine: "Then you can see it from another phone, too.", claim: "Save this record as mine",
    keepEarned: "To get your certificate, please give your name and phone number. You can see this record from another phone then, too.",
    toKeep: "You can get the certificate once your record is saved.",
    copied: "Someone else was in this record too", copiedLine: "So the phone that was in use then was signed out. If that was not you, tell your teacher and choose a new password.", copiedSeen: "All right",
  },
  paper: {
    title: "Certificate", larger: "Make it larger", smaller: "Make it smaller", check: "See the page that proves it", back: "Back to my record",
  },
  account: {
    phone: "Phone number", record: "See my record",
  },
  claim: {
    title: "Save my record", why: "This is needed to give you certificates, and to find your record from another phone.", name: "Name",
    nameHint: "Your full name, as it shall stand on the certificate.", password: "Password", passwordHint: "Choose a new one of at least 8 letters, and write it down on paper.",
    go: "Save", later: "Later", taken: "This phone number is in use already. Please look at it again. If it is right, tell your teacher.",
    noName: "Please type your name again.", noPhone: "Please type your phone number again, in digits.", short: "The password needs at least 8 letters.",
    done: "It is saved", elsewhere: (phone) => `On another phone, come in with ${phone} and your password.`,
    certificate: "Your teacher gives you the certificate in this name.",
  },
  signin: {
    title: "Use my phone number", why: "Type what you chose when you saved your record.", password: "Password", go: "Come in", back: "Back",
    wrong: "The phone number or the password is not right. Please look again. If you forgot it, tell your teacher.",
    teacher: "Teachers, please sign in on the teacher's page.",
  },
  leave: {
    title: "Sign out on this phone?", guest: "This record is not saved. Once you leave, you can only come back with a QR code from your teacher.",
    known: "To come back, use your phone number and password.", stay: "No, stay signed in", go: "Yes, sign out",
    offline: "You have not left yet", offlineLine: "Please press again when the internet is back.", again: "Leave now",
  },
  seat: {
    PENDING: "You have applied. Your teacher is looking at it.", WAITING: "You are waiting for a free seat.", REJECTED: "Your application was not accepted.",
    CANCELLED: "You have cancelled.", COMPLETED: "You have finished this class.",
  },
  mark: {
    PRESENT: "Present", LATE: "Late", ABSENT: "Absent", EXCUSED: "Excused", EARLY_LEAVE: "Left early",
  },
};
