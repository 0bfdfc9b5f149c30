// Texts about the timer and the question of a step, in Korean.

const span = (m, s) => [m && `${m}분`, s && `${s}초`].filter(Boolean).join(" ");

export default {
  timer: {
    left: (m, s) => `${span(m, s)} 남았어요`, begun: (m, s) => `${span(m, s)} 동안 해 볼게요. 서두르지 않으셔도 돼요.`, more: (m, s) => `시간을 더 드려요. ${span(m, s)} 남았어요.`,
    minute: "1분 남았어요.", over: "시간이 다 됐어요. 천천히 마무리하세요.",
  },
  question: {
    // Units that people write behind a number.
    counters: "명분개번살세장원",
    yes: "예", no: "아니요",
    people: (count) => `${count}명`,
    others: "그 밖의 답",
    right: "정답", mine: "내 답",
  },
};
