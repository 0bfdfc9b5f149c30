// Texts of the list of lectures, in Japanese.

export default {
  lectures: {
    title: "私の講座",
    add: "+ 新しい講座",
    assisted: "お手伝いする授業",
    assistedAs: { HELPER: "お手伝い", HOST: "進める講師" },
    sharedBy: (name) => `${name}さんの講座 · 一緒に教えます`,
    runningNow: "今開いている授業",
    edit: "ステップ編集",
    attendance: "出席・修了",
    statistics: "統計",
    past: (count) => `これまでの授業 ${count}回`,
    archived: (count) => `保管した講座 ${count}件`,
    restore: "また教える",
    more: "もっと見る",
    newLecture: "新しい講座を作る",
    titleExample: "例: スマホの基本",
    make: "作る",
    first: "最初の講座を作ってみましょう",
    ways: [
      "講座の題名を書き、学ぶことを一つずつステップに書きます。",
      "「授業を開く」を押すと QR コードが出ます。受講者はスマホで読み取るだけです。",
      "「次へ進む」を押すたびに、みんなのスマホが一緒に次のステップへ進みます。",
    ],
    makeSample: "見本の講座で始める",
    sampleHint: "ステップが六つの見本です。自由に直したり消したりできます。",
    requests: (count) => `出席の申請が${count}件待っています。`,
    seeRequests: "見る",
  },
  sample: {
    title: "写真を送ってみよう",
    description: "写真を選んで家族に送ってみます。(見本の講座)",
    tasks: [
      {
        title: "トークを開く",
        steps: [
          ["アプリを開く", "緑色の LINE の絵を一度押してください。"],
          ["友だちを選ぶ", "写真を送る友だちの名前を押してください。"],
          ["トークに入る", "「トーク」を押してください。"],
        ],
      },
      {
        title: "写真を送る",
        steps: [
          ["絵を押す", "文を書くところの左にある、写真の絵を押してください。"],
          ["写真を選ぶ", "送る写真を一枚押してください。"],
          ["送る", "右下の紙飛行機の絵を押してください。写真が見えたらできあがりです。"],
        ],
      },
    ],
  },
};
