// Texts of both pages of a session, the board and the wall screen, in Japanese.

const CLOCK = new Intl.DateTimeFormat("ja", { hour: "numeric", minute: "2-digit" });

export default {
  line: {
    connecting: "接続しています",
    open: "つながっています",
    waiting: "接続し直しています",
    paused: "保存に少し時間がかかっています。そのままお待ちください。",
    lost: (at) => `接続が切れました。今見えているのは${CLOCK.format(at)}の様子です。接続し直していますので、そのままお待ちください。`,
    over: {
      gone: "この授業は見つかりません。",
      removed: "この授業から出ました。",
      forbidden: "この授業の講師だけが見られます。",
      replaced: "別の画面で開かれました。",
      "signed-out": "ログインが終わりました。もう一度ログインしてください。",
    },
  },
  invite: {
    title: "入り方",
    how: "スマホのカメラでQRコードを読み取ってください。うまくいかないときは、ブラウザーのアドレス欄に下の文字を入れてください。",
    qr: "授業に入るためのQRコード",
    here: (people) => `${people}人が入りました`,
    closed: "教室のドアは閉まっています。新しく入ることはできません。",
    close: "教室のドアを閉める",
    open: "教室のドアを開ける",
  },
};
