// Texts of the wall screen, in Japanese.

export default {
  wall: {
    pageTitle: (title) => `黒板 · ${title}`,
    enter: "スマホで入ってください",
    how: "カメラでQRコードを読み取ってください。うまくいかないときは、ブラウザーのアドレス欄に下の文字を入れてください。",
    closed: "教室のドアは閉まっています",
    here: (people) => `${people}人が入りました`,
    lesson: "今のステップ",
    where: (number, all) => `ステップ ${number} / ${all}`,
    progress: "終わった人",
    finished: (finished, all) => `${finished} / ${all}人 終わり`,
    allFinished: "全員が終わりました！",
    paused: "少し休みましょう",
    pausedMore: "ゆっくり休んでください。まもなく再開します。",
    ended: "お疲れさまでした！",
    endedMore: (people) => `今日は${people}人で一緒に学びました。習ったことは、スマホでもう一度見られます。`,
    lost: "接続し直しています",
    tools: "黒板のボタン",
    start: "授業を始める",
    back: "前へ",
    next: "次へ",
    pause: "休憩",
    resume: "再開する",
    full: "全画面",
    window: "元の大きさ",
  },
};
