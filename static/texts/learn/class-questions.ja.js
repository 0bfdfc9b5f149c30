// Texts of the questions of the class on the phone, in Japanese.

export default {
  asking: {
    title: "質問があります", line: "名前は先生だけが見ます。ほかの方には質問だけが見えます。",
    label: "何が知りたいですか", send: "質問を送る",
    close: "閉じる", others: "みなさんの質問", loading: "質問を集めています…", none: "まだ質問はありません。",
    empty: "知りたいことを書いてください。", sent: "質問を送りました。",
    meToo: "私も知りたい", counted: "知りたいと伝えました。",
    mine: "私の質問", answered: "先生が答えました", people: (count) => `${count}人も知りたがっています`, supported: "私も知りたいです",
  },
};
