// Texts of the card that tells how to come back from another app, in Japanese.

export default {
  wayBack: {
    title: "授業への戻り方", line: "ほかのアプリからは、このように戻れます。",
    ways: {
      buttons: { title: "下にボタンが三つあるとき", line: "縦線三本（|||）か四角（□）のボタンを押してください。" },
      gestures: { title: "下に細い線だけがあるとき", line: "いちばん下から上へゆっくり動かし、少し止めてください。" },
      bar: { title: "丸いボタンのないアイフォーン", line: "いちばん下から上へゆっくり動かし、少し止めてください。" },
      button: { title: "丸いボタンのあるアイフォーン", line: "丸いボタンを続けて二回押してください。" },
      screens: { title: "小さな画面が並んだら", line: "教室の画面を押してください。" },
    },
    lost: {
      ANDROID: "見えないときは、ホーム画面でインターネットの絵（クローム）を押してください。授業はそのままあります。",
      IPHONE: "見えないときは、ホーム画面でインターネットの絵（サファリ）を押してください。授業はそのままあります。",
    },
    others: "ほかのスマホです", done: "わかりました",
  },
};
