// Texts of a course and its videos, in Japanese.

export default {
  watch: {
    teacher: (name) => `${name} 先生の講座です。`, until: (day, days) => `${day}まで見られます。あと ${days} 日です。`, always: "期限なく見られます。",
    completed: "修了しました。おめでとうございます！", certificate: "修了証をもらう（PDF）", record: "わたしの記録を見る",
    seen: (done, all) => (done === 0 ? `動画が ${all} 本あります。` : `動画 ${all} 本のうち ${done} 本を見ました。`), allSeen: (all) => `動画 ${all} 本をすべて見ました。`,
    begin: "はじめから見る", next: "次の動画を見る", resume: "続きを見る", empty: "まだ動画がありません。先生が載せると、ここに出ます。",
    length: (hours, minutes, seconds) => [hours && `${hours} 時間`, minutes && `${minutes} 分`, seconds && `${seconds} 秒`].filter(Boolean).join(" "),
    states: { new: () => "まだ見ていません", begun: (percent) => `${percent}% 見ました`, done: () => "見終わりました" }, optional: "見なくてもかまいません",
    missions: "解いてみる問題", where: "解き方は先生がお知らせします。", untried: "まだしていません", passed: "合格しました", failed: "まだ合格していません", needed: "修了に必要です",
    why: "講座を見るのに必要です。", stops: { over: "見られる期間が終わりました", none: "お申し込みの方だけが見られます", asked: "まだ見られません", queue: "席が空くのを待っています" },
    ended: (day) => `${day}に終わりました。`, goOn: "もう一度申し込むと、続きから見られます。", again: "もう一度申し込む",
    forBuyers: "どんな講座かを見て、申し込めます。", about: "講座を見てみる", unpaid: "お支払いがまだか、先生が確認中です。", inQueue: "席が空けば見られます。",
    gone: "その講座はありません", address: "アドレスをもう一度ご確認ください。", unopened: "画面を開けませんでした",
  },
  video: {
    back: "動画の一覧へ", play: "再生する", pause: "一時停止", earlier: "10 秒もどる", later: "10 秒すすむ", larger: "画面いっぱいに見る", speed: "再生の速さ",
    rates: { 0.75: "ゆっくり", 1: "ふつう", 1.25: "少し速く", 1.5: "速く" },
    seen: (percent) => `これまでに ${percent}% 見ました。90% 見ると、見終わったことになります。`, done: "この動画を見終わりました。", resumes: (length) => `前回の続き（${length}）から始まります。`,
    next: (name) => `次: ${name}`, broken: "動画が開けません。先生にお知らせください。", again: "もう一度開く", taken: "先生がこの動画を取り下げました",
    elsewhere: "この動画は別の場所にあります。ボタンを押すと新しい画面で開きます。", open: "動画を開く", sayIt: "見終わったら「見終わりました」を押してください。", sawIt: "見終わりました",
  },
};
