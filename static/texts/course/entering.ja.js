// Texts of signing in and registering before a course, in Japanese.

export default {
  signin: {
    title: "どなたですか？", login: "電話番号かメール", password: "パスワード", go: "入る", register: "はじめてなので登録します",
    wrong: "どこかが違います。もう一度ご確認ください。パスワードをお忘れのときは、学校の管理者にご相談ください。", teacher: "先生は先生の画面から入ってください。",
  },
  register: {
    title: "はじめての方ですね", guest: "これまでの記録も、このお名前で保存されます。", name: "お名前", nameHint: "修了証にこのお名前が入ります。姓も書いてください。",
    loginHint: "次に入るときに使います。",
    passwordHint: "8 文字以上で新しく決めて、紙にも書いておいてください。", go: "登録する", known: "前に登録しました",
    taken: "その番号かメールはもう使われています。もう一度ご確認ください。", noName: "お名前をもう一度書いてください。", noLogin: "電話番号かメールをもう一度書いてください。", short: "パスワードは 8 文字以上で書いてください。",
  },
};
