// Texts of the page on which one buys a course, in English.

export default {
  buy: {
    teacher: (name) => `A course by ${name}.`, price: "Price", won: (amount) => `${amount} won`, free: "Free",
    gets: "What you get", parts: (units, videos) => `${units > 0 ? `${units === 1 ? "1 unit" : `${units} units`}, ` : ""}${videos === 1 ? "1 video" : `${videos} videos`}`,
    period: "For how long", until: (day, days) => `If you start today, you can watch until ${day} (${days} days).`, always: "You can watch for as long as you like.",
    refund: "Refund", rule: (days, percent) => `You can have your money back within ${days} days of paying, if you have watched less than ${percent}% of the course. Please tell the teacher.`,
    noRule: "Please ask the teacher about refunds.", buyer: "Buyer", name: (name) => name, other: "This is not me",
    practice: "Practice payment: no money moves.", enter: "Sign in and enrol", enterFirst: "First tell us who you are.",
    keepFirst: "First save your name and how to reach you. Then you can watch on other phones too.", why: "You need it to enrol in the course.", whyBack: "We need it to check your payment.",
    pay: (price) => `Pay ${price}`, practise: (price) => `Practise paying ${price}`, start: "Start for free", paying: "Paying…",
    closed: "The page could not be opened", differs: "The amount has changed", nowIs: (amount) => `You would pay ${amount} now. If that is all right, please go on.`, back: "Look at it again",
  },
  bought: {
    paid: "You have paid", enrolled: "You are enrolled", mine: "You have this course already", until: (day) => `You can watch until ${day}.`,
    longer: "If you want to go on after that day, come back to this page then and take the course again.",
    practice: "This was practice: no money has moved.", go: "Go to the course", record: "My record",
    unread: "The course could not be opened yet. Do not pay again: please press the button below.", again: "Open it again",
  },
  failed: {
    title: "The payment did not work", line: "Please try again from the start.", reason: (why) => `The payment company says: ${why}`, again: "Try again",
  },
  pending: {
    title: "Checking your payment", line: "Please wait a moment. Do not pay again.", asking: "Checking…",
    long: "We could not check it yet. If you have paid, it will be checked by itself later. Do not pay again.", again: "Check again",
    left: "We could not check your last payment yet. If you have paid, check again in a while. If you left before you paid, you can pay now. If you pay twice, you get one payment back.", anew: "I have not paid. Pay now",
  },
  leave: {
    title: "Sign out on this phone?", line: "Then someone else can come in and enrol. To come back you need your phone number or e-mail, and your password.", stay: "No, stay signed in", go: "Yes, sign out",
    offline: "You have not left yet", offlineLine: "Please press again when the internet is back.", again: "Leave now",
  },
  stopped: {
    gone: { title: "There is no such course", line: "Please check the address." },
    closed: { title: "You cannot enrol in this course now", line: "Please ask the teacher if you have questions." },
    full: { title: "All places are taken", line: "You can enrol when a place becomes free. Please come back later." },
    queue: { title: "You are waiting for a place", line: "You can come in when a place becomes free." },
    asked: { title: "You have applied", line: "The teacher is looking at it. After that you can watch." },
    paid: { title: "You have paid", line: "The teacher is looking at it. After that you can watch." },
    returned: { title: "Your money goes back to you", line: "The amount did not fit, or this course cannot be taken now. The money goes back by itself, which can take some days." },
  },
};
