// Texts about the timer and the question of a step, in Japanese.

const span = (m, s) => [m && `${m}分`, s && `${s}秒`].filter(Boolean).join("");

export default {
  timer: {
    left: (m, s) => `あと${span(m, s)}です`, begun: (m, s) => `${span(m, s)}でやってみましょう。急がなくて大丈夫です。`, more: (m, s) => `時間が増えました。あと${span(m, s)}です。`,
    minute: "あと1分です。", over: "時間になりました。ゆっくり終わらせてください。",
  },
  question: {
    // Units that people write behind a number.
    counters: "人個回枚歳円",
    yes: "はい", no: "いいえ",
    people: (count) => `${count}人`,
    others: "ほかの答え",
    right: "正解", mine: "私の答え",
  },
};
