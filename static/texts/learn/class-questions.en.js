// Texts of the questions of the class on the phone, in English.

export default {
  asking: {
    title: "I have a question", line: "Only your teacher sees your name. The others see the question alone.",
    label: "What would you like to know?", send: "Send the question",
    close: "Close", others: "What the class asks", loading: "Getting the questions…", none: "No questions yet.",
    empty: "Please write what you would like to know.", sent: "Your question is sent.",
    meToo: "Me too", counted: "Your teacher knows now.",
    mine: "My question", answered: "Answered by the teacher", people: (count) => (count === 1 ? "1 other would like to know too" : `${count} others would like to know too`), supported: "I would like to know too",
  },
};
