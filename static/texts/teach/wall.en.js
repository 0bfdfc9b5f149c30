// Texts of the wall screen, in English.

const people = (count) => (count === 1 ? "1 person" : `${count} people`);

export default {
  wall: {
    pageTitle: (title) => `Wall screen · ${title}`,
    enter: "Come in with your phone",
    how: "Scan the QR code with your camera. If that does not work, open the internet on your phone and type the address below.",
    closed: "The door is closed",
    here: (count) => `${people(count)} came in`,
    lesson: "The step now",
    where: (number, all) => `Step ${number} of ${all}`,
    progress: "Done",
    finished: (finished, all) => `${finished} of ${all} done`,
    allFinished: "Everyone is done!",
    paused: "A short break",
    pausedMore: "Take a rest. We go on soon.",
    ended: "Well done, everyone!",
    endedMore: (count) => `${people(count)} learnt together today. You can see it all again on your phone.`,
    lost: "Reconnecting",
    tools: "Wall screen buttons",
    start: "Start class",
    back: "Back",
    next: "Next",
    pause: "Break",
    resume: "Go on",
    dark: "Cover the screen",
    light: "Show it again",
    full: "Full screen",
    window: "Normal size",
  },
};
