// Texts of the request to count as present, in Japanese.

export default {
  presence: {
    title: "出席にしてほしいと伝えますか？", line: "理由を一つ押すと、先生に伝わります。",
    reasons: ["スマホが動きませんでした", "遅れて入りました", "先に帰りました"],
    own: "自分で書く", ownTitle: "理由を書いてください", ownLabel: "理由", send: "送る", missing: "理由を書いてください。",
    back: "戻る", sent: "先生に伝えました", sentLine: "先生が見ています。決まると「自分の記録」に出ます。", done: "わかりました",
  },
};
