// Texts about the question of a step, in English.

export default {
  question: {
    yes: "Yes", no: "No",
    people: (count) => (count === 1 ? "1 person" : `${count} people`),
    others: "Other answers",
    right: "Right", mine: "My answer",
  },
};
