// Texts of a session on the phone, in Japanese.

export default {
  waiting: {
    title: (name) => `${name}さん、ようこそ`, line: "授業が始まると、画面は自動で変わります。そのままお待ちください。",
    insecure: "ここでは、スマホの画面が自動で消えることがあります。消えたら、もう一度つけてください。ほかはすべて普通に使えます。",
    present: "出席になりました。",
  },
  identity: {
    asked: "先生に確かめています。確認がすむと、前の続きから自動で始まります。",
    same: "先生が確かめました。前の続きからどうぞ。",
    other: "先生が別の方だと答えました。先生に合わせて進めてください。",
  },
  listening: {
    listen: "声で聞く",
    again: "もう一度",
    slowly: "ゆっくり",
    voiceless: "このスマホには読み上げる声がありません。文字でお読みください。",
  },
  step: {
    place: (at, of) => `全${of}ステップの${at}番目`,
    together: "先生と同じところです",
    apart: "その間に、授業が先に進んだかもしれません。つながると自動で追いつきます。",
    followed: "その間に、次へ進みました。",
    quiet: "先生の話を聞いて、やってみてください。",
    done: "できました",
    help: "手伝ってください",
    teacher: "先生から",
    praise: "よくできました！",
    next: "次までお待ちください。",
    last: "最後までできました。",
    unsent: "インターネットがつながったら、先生に知らせます。",
    failed: "先生に届きませんでした。もう一度押してください。",
  },
  refused: {
    FORBIDDEN: "先生に届きませんでした。今はこの授業に入っていないことになっています。先生に声をかけてください。",
    NOT_FOUND: "この手順は先生が変えたか、消しました。新しい画面をお待ちください。",
    INVALID_STATE: "授業が終わったか、変わったため、届きませんでした。先生に声をかけてください。",
  },
  help: {
    known: "先生に伝えました。", soon: "もうすぐお手伝いします。",
    unsent: "インターネットがつながったら、すぐに知らせます。",
    hint: "説明の下にヒントもあります。", seeHint: "ヒントを見る", cancel: "もう大丈夫です", takenBack: "呼び出しを取り消しました。",
  },
  answer: {
    title: "答えが来ました", unasked: "こうしてみてください", visit: "先生が向かっています", visitLine: "そのままお待ちください。",
    helped: "できました", notYet: "まだうまくいきません", thanks: "よかったです！", step: (title) => `今のステップ：${title}`,
    earlier: (title) => `前の「${title}」への答えです。`,
  },
  answerer: {
    INSTRUCTOR: "先生からの答えです。", GUIDE: "教室のお手伝い係からのヒントです。",
  },
  paused: {
    title: "少し休みましょう", line: "また始まると、画面は自動で変わります。",
  },
  ended: {
    title: "おつかれさまでした！", line: "今日の授業は終わりました。", review: "習ったことを見直す", record: "わたしの記録を見る",
    present: "今日は出席になりました。",
  },
  review: {
    place: (at, of) => `見直し、全${of}ステップの${at}番目`, word: "見直し", back: "前へ", next: "次へ", last: "見終わりました",
  },
};
