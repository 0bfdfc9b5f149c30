// Texts of the page of those who help in a session, in Japanese.

export default {
  assist: {
    title: "お手伝いとして入る",
    hint: (teacher) => `${teacher}先生の授業を手伝う方だけお入りください。書いたお名前は、学ぶ方のスマホに出ます。`,
    name: "お名前",
    missing: "お名前を書いてください。",
    go: "お手伝いとして入る",
    about: "お手伝いの画面 · 授業は先生が進めます",
    leave: "お手伝いを終える",
    again: "もう一度入る",
    stops: {
      gone: { title: "このQRでは入れません", line: "先生に、お手伝い用のQRをもう一度見せてもらってください。" },
      over: { title: "授業が終わりました", line: "お手伝いありがとうございました！" },
      removed: { title: "お手伝いは終わりました", line: "まだ手伝えることがあれば、先生に声をかけてください。" },
      left: { title: "お手伝いありがとうございました！", line: "もう一度手伝うときは、下のボタンを押してください。" },
      replaced: { title: "別の画面で開かれました", line: "ここで続けるときは、下のボタンを押してください。" },
    },
  },
};
