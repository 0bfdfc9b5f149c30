// Texts about the question of a step, in Korean.

export default {
  question: {
    yes: "예", no: "아니요",
    people: (count) => `${count}명`,
    others: "그 밖의 답",
    right: "정답", mine: "내 답",
  },
};
