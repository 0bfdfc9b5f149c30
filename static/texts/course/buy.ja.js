// Texts of the page on which one buys a course, in Japanese.

export default {
  buy: {
    teacher: (name) => `${name} 先生の講座です。`, price: "料金", won: (amount) => `${amount} ウォン`, free: "無料",
    gets: "内容", parts: (units, videos) => `${units > 0 ? `単元 ${units}、` : ""}動画 ${videos} 本`,
    period: "見られる期間", until: (day, days) => `今日始めると、${day}まで ${days} 日間見られます。`, always: "期限なく、ずっと見られます。",
    refund: "返金", rule: (days, percent) => `お支払いから ${days} 日以内で、見た分が講座の ${percent}% より少なければ、お金をお返しします。`,
    noRule: "返金は先生にご相談ください。", buyer: "お申し込みの方", name: (name) => `${name} さん`, other: "わたしではありません",
    practice: "練習のお支払い: お金は引かれません。", enter: "ログインして申し込む", enterFirst: "まず、どなたか教えてください。お支払いはその後です。",
    keepFirst: "まず、お名前と連絡先を保存してください。ほかのスマホでも見られるようになります。", why: "講座のお申し込みに必要です。", whyBack: "お支払いの確認に必要です。",
    pay: (price) => `${price} を支払う`, practise: (price) => `${price} の支払いを練習する`, start: "無料で始める", paying: "お支払い中です…",
    closed: "画面を開けませんでした", differs: "お支払いの金額が変わりました", nowIs: (amount) => `今の金額は ${amount} です。よろしければお支払いください。`, back: "もう一度見る",
  },
  bought: {
    paid: "お支払いが済みました", enrolled: "お申し込みが済みました", mine: "もうお申し込み済みの講座です", until: (day) => `${day}まで見られます。`,
    longer: "その日が過ぎても見たいときは、過ぎてからこの画面でもう一度お申し込みください。",
    practice: "練習なので、お金は引かれていません。", go: "講座を見に行く", record: "わたしの記録を見る",
    unread: "講座をまだ読み込めません。もう一度支払わずに、下のボタンを押してください。", again: "もう一度読み込む",
  },
  failed: {
    title: "お支払いができませんでした", line: "はじめからもう一度お試しください。", reason: (why) => `決済会社からの知らせ: ${why}`, again: "もう一度試す",
  },
  pending: {
    title: "お支払いを確認中です", line: "少しお待ちください。もう一度支払わないでください。", asking: "確認中…",
    long: "まだ確認できません。お支払い済みなら、あとで自動で確認されます。もう一度支払わないでください。", again: "もう一度確認する",
  },
  leave: {
    title: "このスマホでの利用を終えますか？", line: "終えると、ほかの方が入って申し込めます。また入るときは、電話番号かメールと、パスワードが必要です。", stay: "いいえ、このままにします", go: "はい、終えます",
    offline: "まだ出られませんでした", offlineLine: "インターネットがつながったら、もう一度押してください。", again: "もう一度出る",
  },
  stopped: {
    gone: { title: "その講座はありません", line: "アドレスをもう一度ご確認ください。" },
    closed: { title: "今はお申し込みを受け付けていません", line: "わからないことは先生にお聞きください。" },
    full: { title: "満席です", line: "席が空けば申し込めます。またあとでお越しください。" },
    queue: { title: "席が空くのを待っています", line: "席が空けば入れます。" },
    asked: { title: "お申し込みを受け付けました", line: "先生が確認しています。済めば見られます。" },
    paid: { title: "お支払いが済みました", line: "先生が確認しています。済めば見られます。" },
    returned: { title: "お支払いいただいたお金をお返しします", line: "金額が合わないか、今は受講できない講座のため、お返しします。お金は自動で戻ります。数日かかることがあります。" },
  },
};
