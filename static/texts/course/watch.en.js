// Texts of a course and its videos, in English.

export default {
  watch: {
    teacher: (name) => `A course by ${name}.`, until: (day, days) => `You can watch until ${day}: ${days === 1 ? "1 day" : `${days} days`} left.`, always: "You can watch for as long as you like.",
    completed: "You have completed the course. Congratulations!", certificate: "Get the certificate (PDF)", record: "My record",
    seen: (done, all) => (done === 0 ? `There ${all === 1 ? "is 1 video" : `are ${all} videos`}.` : `You have watched ${done} of ${all} videos.`), allSeen: (all) => (all === 1 ? "You have watched the video." : `You have watched all ${all} videos.`),
    begin: "Start from the beginning", next: "Next video", resume: "Go on watching", empty: "There are no videos yet. They appear here when the teacher adds them.",
    length: (hours, minutes, seconds) => [hours && `${hours} h`, minutes && `${minutes} min`, seconds && `${seconds} s`].filter(Boolean).join(" "),
    states: { new: () => "not watched yet", begun: (percent) => `${percent}% watched`, done: () => "watched" }, optional: "not required",
    missions: "Questions to solve", where: "The teacher tells you how to solve them.", untried: "not tried yet", passed: "passed", failed: "not passed yet", needed: "needed for the certificate",
    why: "You need it to watch the course.", stops: { over: "Your time to watch is over", none: "Only those who have enrolled can watch", asked: "You cannot watch yet", queue: "You are waiting for a place" },
    ended: (day) => `It ended on ${day}.`, goOn: "If you enrol again, you go on where you were.", again: "Enrol again",
    forBuyers: "You can see what the course is about, and enrol.", about: "About the course", unpaid: "You have not paid yet, or the teacher is looking at it.", inQueue: "You can watch when a place becomes free.",
    gone: "There is no such course", address: "Please check the address.", unopened: "The page could not be opened",
  },
  video: {
    back: "All videos", play: "Play", pause: "Pause", earlier: "Back 10 s", later: "On 10 s", larger: "Fill the screen", speed: "Speed",
    rates: { 0.75: "Slow", 1: "Normal", 1.25: "A bit faster", 1.5: "Fast" },
    seen: (percent) => `You have watched ${percent}% so far. At 90% it counts as watched.`, done: "You have watched this video.", resumes: (length) => `It goes on where you were (${length}).`,
    next: (name) => `Next: ${name}`, broken: "The video does not open. Please tell the teacher.", again: "Open again", taken: "The teacher has taken this video down",
    elsewhere: "This video is in another place. The button opens it on a new page.", open: "Open the video", sayIt: "Press “I have watched it” when you have.", sawIt: "I have watched it",
  },
};
