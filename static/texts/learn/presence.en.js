// Texts of the request to count as present, in English.

export default {
  presence: {
    title: "Ask to be counted as present?", line: "Press a reason, and your teacher will hear of it.",
    reasons: ["My phone did not work", "I came late", "I had to leave early"],
    own: "Write it myself", ownTitle: "Please write the reason", ownLabel: "The reason", send: "Send", missing: "Please write the reason.",
    back: "Back", sent: "Your teacher has it now", sentLine: "Your teacher is looking at it. What they decide is in “My record”.", done: "All right",
  },
};
