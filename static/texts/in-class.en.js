// Texts about the timer and the question of a step, in English.

const span = (m, s) => [m && (m === 1 ? "1 minute" : `${m} minutes`), s && `${s} seconds`].filter(Boolean).join(" ");

export default {
  timer: {
    left: (m, s) => `${span(m, s)} left`, begun: (m, s) => `You have ${span(m, s)}. There is no need to hurry.`, more: (m, s) => `There is more time: ${span(m, s)} left.`,
    minute: "One minute is left.", over: "The time is over. Finish without any hurry.",
  },
  question: {
    // Units that people write behind a number.
    counters: "%°",
    yes: "Yes", no: "No",
    people: (count) => (count === 1 ? "1 person" : `${count} people`),
    others: "Other answers",
    right: "Right", mine: "My answer",
  },
};
