// What the learner's phone says in Japanese.

export default {
  page: {
    title: "教室", settings: "設定", more: "もっと見る", less: "閉じる",
  },
  link: {
    connecting: "つないでいます", open: "つながっています", waiting: "つなぎ直しています。そのままお待ちください。",
    offline: "インターネットが切れました。つながると自動で戻ります。",
  },
  sound: {
    on: "音を出す", off: "音を消す", isOn: "音が出るようになりました。", listen: "声で聞く", again: "もう一度", slowly: "ゆっくり",
    voiceless: "このスマホには読み上げる声がありません。文字でお読みください。",
  },
  code: {
    title: "ようこそ", hint: "先生の画面にある6つの数字を押してください。", label: "授業の番号", go: "入る",
    closed: "今、開いている授業はありません。先生から聞いた番号があれば入れてください。",
    length: "授業の番号は6つの数字です。もう一度入れてください。", unknown: "その授業は見つかりません。番号をもう一度見てください。",
    wait: (minutes) => `まちがった番号が多すぎました。${minutes}分たってから、もう一度入れてください。先生の画面のQRコードを読み取れば、すぐに入れます。`,
    record: "わたしの記録を見る",
  },
  returning: {
    title: "さっきの授業に戻りますか？", yes: "はい、戻ります", other: "別の授業に行きます",
  },
  name: {
    teacher: (name) => `${name}先生の授業です。`, label: "お名前を入れてください", go: "入る", missing: "お名前を入れてください。",
    stale: "読み取ったQRは、もう使われたか、時間が過ぎています。続きから始めるには、先生に新しいQRを見せてもらってください。",
    ended: "このスマホでは利用が終わっています。続きから始めるには、先生にQRを見せてもらってください。",
  },
  same: {
    title: (name) => `${name}さんですか？`, yes: "はい、そうです", no: "いいえ、別の人です",
  },
  here: {
    line: "この名前の方がもう入っています。ご本人でしたら、先生に確かめてから続きができるようにします。", rename: "名前を書き直します",
    asked: "先生に確かめています。確認がすむと、前の続きから自動で始まります。",
  },
  tried: {
    offline: "インターネットにつながりませんでした。少し待ってから、もう一度押してください。", failed: "うまくいきませんでした。もう一度押してください。",
    often: (minutes) => `押した回数が多すぎました。${minutes}分たってから、もう一度お願いします。`,
  },
  waiting: {
    title: (name) => `${name}さん、ようこそ`, line: "授業が始まると、画面は自動で変わります。そのままお待ちください。",
    insecure: "ここでは、スマホの画面が自動で消えることがあります。消えたら、もう一度つけてください。ほかはすべて普通に使えます。",
    present: "出席になりました。",
  },
  step: {
    place: (at, of) => `全${of}ステップの${at}番目`, together: "先生と同じところです",
    apart: "その間に、授業が先に進んだかもしれません。つながると自動で追いつきます。",
    followed: "その間に、次へ進みました。",
    quiet: "先生の話を聞いて、やってみてください。", done: "できました", help: "手伝ってください", teacher: "先生から",
    praise: "よくできました！", next: "次までお待ちください。", last: "最後までできました。",
    unsent: "インターネットがつながったら、先生に知らせます。", failed: "先生に届きませんでした。もう一度押してください。",
    sending: "送っています…",
  },
  refused: {
    FORBIDDEN: "先生に届きませんでした。今はこの授業に入っていないことになっています。先生に声をかけてください。",
    NOT_FOUND: "この手順は先生が変えたか、消しました。新しい画面をお待ちください。",
    INVALID_STATE: "授業が終わったか、変わったため、届きませんでした。先生に声をかけてください。",
  },
  help: {
    known: "先生に伝わっています。", line: (position) => (position === 1 ? "次の番です。" : `順番は${position}番目です。`), soon: "もうすぐお手伝いします。",
    unsent: "インターネットがつながったら、すぐに知らせます。",
    hint: "説明の下にヒントもあります。", cancel: "大丈夫です、取り消します", takenBack: "呼び出しを取り消しました。",
  },
  answer: {
    title: "答えが来ました", unasked: "こうしてみてください", visit: "先生が向かっています", visitLine: "そのままお待ちください。",
    helped: "できました", notYet: "まだうまくいきません", thanks: "よかったです！", step: (title) => `今のところ：${title}`,
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
  doorStop: {
    title: "教室のドアが閉まっています", line: "先生に、ドアを開けてもらってください。開いたら、下のボタンを押してください。", next: "もう一度試す",
  },
  removedStop: {
    title: "この授業にはもう入れません", line: "分からないことは先生に聞いてください。", next: "別の番号を入れる",
  },
  overStop: {
    title: "この授業は終わりました", line: "次の授業でお会いしましょう。", next: "別の番号を入れる",
  },
  goneStop: {
    title: "その授業は見つかりません", line: "先生に番号をもう一度聞いてください。QRをもう一度読み取っても大丈夫です。", next: "番号を入れる",
  },
  replacedStop: {
    title: "別の画面で開いています", line: "この画面で見るには、下のボタンを押してください。", next: "ここで続ける",
  },
  fullStop: {
    title: "席がいっぱいです", line: "先生に伝えてください。席が空いたら、下のボタンを押してください。", next: "もう一度試す",
  },
  neededStop: {
    title: "先に申し込んだ方だけの授業です", line: "入りたいときは、先生に伝えてください。", next: "もう一度試す",
  },
  rejectedStop: {
    title: "この授業には入れません", line: "理由は先生に聞いてください。", next: "別の番号を入れる",
  },
  waitStop: {
    title: "少しお待ちください", line: "ここから、まちがった番号が多すぎました。1分たってから、もう一度試してください。先生の画面のQRコードを読み取れば、すぐに入れます。", next: "もう一度試す",
  },
  teacherStop: {
    title: "先生として入っています", line: "学ぶ画面は、別のスマホか別の窓で開いてください。", next: "先生の画面へ",
  },
  offlineStop: {
    title: "インターネットが切れました", line: "つながると自動で開きます。そのままお待ちください。", next: "もう一度試す",
  },
  busyStop: {
    title: "ただいま混み合っています", line: "少しすると自動で開きます。そのままお待ちください。", next: "もう一度試す",
  },
  troubleStop: {
    title: "画面を開けませんでした", line: "少し待ってから押してください。それでもだめなら、先生にこの画面を見せてください。", next: "もう一度試す",
  },
  settings: {
    title: "文字と音", close: "これでいいです", size: "文字の大きさ", letter: "あ",
    size100: "普通", size115: "少し大きく", size135: "大きく", size160: "とても大きく", size200: "一番大きく",
    theme: "画面の色", auto: "スマホに合わせる", light: "明るく", dark: "暗く", contrast: "とてもはっきり",
    sound: "新しい説明を声で読む", on: "読む", off: "静かに", speed: "読む速さ", slow: "ゆっくり", normal: "普通",
    hear: "聞いてみる", sample: "こんにちは。この速さで読みます。", voiceless: "このスマホには読み上げる声がありません。",
    language: "ことば · Language", unchanged: "今は変えられません。インターネットがつながったら、もう一度押してください。",
    app: "スマホに入れておく", install: "スマホの画面に置く",
    apple: "画面の下の「共有」を押して、「ホーム画面に追加」を押すと、次からは絵を押すだけで入れます。",
    insecure: "この教室では、画面が自動で消えることがあり、スマホに入れておくことはできません。ほかはすべて普通に使えます。",
    record: "わたしの記録を見る",
  },
  me: {
    title: "わたしの記録", whose: (name) => `${name}さんが受けた授業です。`, none: "まだ受けた授業がありません", noneLine: "授業に入ると、ここに記録が残ります。",
    enter: "授業に入る", attendance: "出席", missed: (attended, held) => (attended === 0 ? "まだ出席した日がありません。" : `授業${held}回のうち、${attended}回出席しました。`),
    all: (held) => `授業${held}回、すべて出席しました。`, notYet: "まだ出席の記録がありません。", dates: "日ごとに見る",
    progress: "習ったところ", steps: (done, of) => `${of}ステップのうち${done}ステップできました。`, allSteps: (of) => `${of}ステップすべてできました。`,
    completed: "修了しました。おめでとうございます！", certificate: "修了証を見る", print: "紙に印刷する (PDF)", again: "習ったことを見直す",
    toCome: "修了証は先生がくださいます。まだなければ、先生に伝えてください。",
    old: "インターネットが切れているので、前に見た記録を出しています。", revoked: "この修了証は取り消されました。先生に聞いてください。", expired: "修了証の期限が過ぎました。先生に聞いてください。",
    nobodyLine: "前に記録を保存した方は、電話番号で入ってください。", signin: "電話番号で入る", leave: "このスマホでの利用を終える",
    keep: "記録を保存する", keepLine: "保存しておくと、あとで別のスマホからも見られます。", claim: "この記録を自分のものとして保存する",
    keepEarned: "修了証を受け取るには、お名前と電話番号を教えてください。別のスマホからもこの記録を見られます。",
    toKeep: "修了証は、記録を保存したあとで受け取れます。",
    copied: "ほかの所からもこの記録に入った人がいます", copiedLine: "そのため、そのとき使っていた端末からは出ていただきました。心当たりがなければ、先生に話して、パスワードを新しく決めてください。", copiedSeen: "わかりました",
  },
  paper: {
    title: "修了証", larger: "大きく見る", smaller: "小さく見る", check: "本物か確かめるページを見る", back: "わたしの記録へ",
  },
  // The paper speaks Korean, whatever the page does.
  diploma: {
    number: (number) => `제 ${number} 호`, title: "수료증", said: "위 사람은 아래 과정을 성실히 마쳤으므로 이 증서를 드립니다.", seal: "수료",
    fields: {
      period: ["기간", "Period"], hours: ["학습 시간", "Hours"], completed: ["수료일", "Completed"], instructor: ["강사", "Instructor"],
      expires: ["유효 기한", "Valid until"], total: ["총점", "Total"], attendance: ["출석", "Attendance"], progress: ["진도", "Progress"],
      assessment: ["평가", "Assessment"],
    },
    hours: (hours, minutes) => [hours > 0 && `${hours}시간`, minutes > 0 && `${minutes}분`].filter(Boolean).join(" "),
    points: (points) => `${points}점`, day: (year, month, day) => `${year}년 ${month}월 ${day}일`,
  },
  account: {
    phone: "電話番号", record: "わたしの記録を見る",
  },
  claim: {
    title: "わたしの記録を保存する", why: "修了証をお渡しするため、また別のスマホからもこの記録を見るために必要です。", name: "お名前",
    nameHint: "修了証にこのお名前が書かれます。名字も入れてください。", password: "パスワード", passwordHint: "8文字以上で新しく決めて、紙にも書いておいてください。",
    go: "保存する", later: "あとにします", taken: "この電話番号はもう使われています。番号を確かめてください。合っていれば先生に伝えてください。",
    noName: "お名前をもう一度入れてください。", noPhone: "電話番号を数字でもう一度入れてください。", short: "パスワードは8文字以上で入れてください。",
    done: "保存しました", elsewhere: (phone) => `別のスマホでは、${phone}とパスワードで入れます。`,
    certificate: "修了すると、先生がこのお名前で修了証をくださいます。",
  },
  signin: {
    title: "電話番号で入る", why: "記録を保存したときのものを入れてください。", password: "パスワード", go: "入る", back: "戻る",
    wrong: "電話番号かパスワードが違います。もう一度見てください。忘れたときは先生に伝えてください。",
    teacher: "先生は、先生の画面から入ってください。",
  },
  leave: {
    title: "このスマホでの利用を終えますか？", guest: "保存していない記録です。終えると、先生が見せるQRでしか見られなくなります。",
    known: "また見るときは、電話番号とパスワードで入れます。", stay: "いいえ、このままにします", go: "はい、終えます",
    offline: "まだ出られませんでした", offlineLine: "インターネットがつながったら、もう一度押してください。", again: "もう一度出る",
  },
  seat: {
    PENDING: "申し込みました。先生が確認しています。", WAITING: "席が空くのを待っています。", REJECTED: "申し込みは受け付けられませんでした。",
    CANCELLED: "申し込みを取り消しました。", COMPLETED: "授業をすべて受けました。",
  },
  mark: {
    PRESENT: "出席", LATE: "遅刻", ABSENT: "欠席", EXCUSED: "事情があってお休み", EARLY_LEAVE: "早退",
  },
};
