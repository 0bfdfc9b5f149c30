// Texts of «My record», the account and the certificate on the phone, in English.

const times = (n) => (n === 1 ? "once" : `${n} times`);

export default {
  me: {
    ask: "Ask to be counted as present", request: { PENDING: "Your teacher is looking at it", APPROVED: "You are counted as present", REJECTED: "Your teacher left it as it is" },
    title: "My record", whose: (name) => `The classes of ${name}.`, none: "No classes yet", noneLine: "When you have been in a class, you will find it here.",
    enter: "Go to a class", attendance: "Attendance", missed: (attended, held) => `Of ${held} ${held === 1 ? "meeting" : "meetings"}, you came ${attended === 0 ? "to none" : times(attended)}.`,
    all: (held) => (held === 1 ? "You came to the one meeting so far." : `You came to all ${held} meetings.`), notYet: "Nothing has been noted yet.", dates: "See the dates",
    progress: "Steps", steps: (done, of) => `You have finished ${done} of ${of} steps.`, allSteps: (of) => `You have finished all ${of} steps.`,
    completed: "You have completed this course. Congratulations!", certificate: "See my certificate", print: "Print it (PDF)", again: "Go through it again",
    watch: "Watch the videos",
    ends: (day, days) => `You can watch until ${day}: ${days === 1 ? "1 day" : `${days} days`} left.`, longer: "How to get more time",
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
    certificate: "Your teacher gives you the certificate in this name.", issued: "Your certificate is here. You find it under “My record”.",
  },
  signin: {
    title: "Use my phone number", why: "Type what you chose when you saved your record.", password: "Password", go: "Come in", back: "Back",
    wrong: "The phone number or the password is not right. Please look again. If you forgot it, tell the school’s administrator.",
    teacher: "Teachers, please sign in on the teacher's page.",
  },
  leave: {
    title: "Sign out on this phone?", guest: "This record is not saved. Once you leave, you can only come back with a QR code from your teacher.",
    known: "To come back, use your phone number and password.", stay: "No, stay signed in", go: "Yes, sign out",
    offline: "You have not left yet", offlineLine: "Please press again when the internet is back.", again: "Leave now",
  },
  seat: {
    PENDING: "You have applied. You have not paid yet, or your teacher is looking at it.", WAITING: "You are waiting for a free seat.", REJECTED: "Your application was not accepted.",
    CANCELLED: "You have cancelled.", EXPIRED: "Your time to watch is over.", COMPLETED: "You have finished this class.",
  },
  mark: {
    PRESENT: "Present", LATE: "Late", ABSENT: "Absent", EXCUSED: "Excused", EARLY_LEAVE: "Left early",
  },
};
