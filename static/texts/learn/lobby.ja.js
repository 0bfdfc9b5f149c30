// Texts of the waiting room behind a poster, in Japanese.

export default {
  lobby: {
    title: "授業を待っています", teacher: (name) => `${name}先生の授業です。`, next: (when) => `次の授業は${when}です。`,
    wait: "授業が開くと、この画面がひとりでに変わります。そのままお待ちください。",
    unknown: "次の授業がいつかは、先生に聞いてください。授業が開くと、この画面がひとりでに変わります。",
    apart: "インターネットが切れました。つながると、ひとりでに開きます。そのままお待ちください。",
    opens: "授業が開きました。今から入ります。",
    code: "授業の番号で入る", record: "自分の記録を見る",
    old: "このポスターは今は使われていません", oldLine: "先生に新しいQRを聞いてください。アドレスを書いた方は、一文字ずつ見直してください。",
  },
};
