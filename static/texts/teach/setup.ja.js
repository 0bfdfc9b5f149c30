// Texts of the page that makes the first administrator, in Japanese.

export default {
  setup: {
    title: "最初の管理者を登録",
    lead: "この教室にはまだ管理者がいません。ここに記入した方が管理者になり、講座を作って授業を開くことができます。",
    name: "お名前",
    login: "メールアドレスまたは電話番号",
    loginHint: "次からログインするときに使います。",
    password: "パスワード",
    passwordHint: "8文字以上で決めてください。",
    see: "パスワードを表示",
    go: "管理者として始める",
    missing: { name: "お名前を入力してください。", login: "メールアドレスか電話番号を入力してください。", password: "パスワードを入力してください。" },
    wrong: {
      name: "お名前は40文字までです。",
      login: "メールアドレスまたは電話番号をもう一度お確かめください。",
      password: "パスワードは8文字以上にしてください。",
    },
    over: "このリンクはもう使えません",
    overMore: "すでに使われたか、そのあとサーバーが再起動しています。管理者がまだいない場合は、サーバーを起動した画面に出た新しいリンクを開いてください。",
    signin: "ログインへ",
  },
};
