// Texts about the question of a step, in Japanese.

export default {
  question: {
    yes: "はい", no: "いいえ",
    people: (count) => `${count}人`,
    others: "ほかの答え",
    right: "正解", mine: "私の答え",
  },
};
