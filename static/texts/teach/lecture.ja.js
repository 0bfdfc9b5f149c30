// Texts of all pages about one lecture, in Japanese.

export default {
  lecture: {
    pages: "講座の画面",
    editor: "ステップ",
    attendance: "出席・修了",
    statistics: "統計",
    people: (count) => `${count}人`,
    name: "題名",
    about: "説明 (なくてもかまいません)",
    poster: "QRポスター",
    handout: "プリント (PDF)", handoutName: "プリント", handoutMaking: "プリントを作っています…",
    teacher: (name) => `${name} 先生`,
  },
  opening: {
    open: "授業を開く",
    whichClass: "どのクラスの授業ですか？",
    applied: (count) => `申し込み ${count}人`,
    defaultClass: "基本クラス",
    openAlready: (code) => `この講座には、もう開いている授業があります（番号 ${code}）。もう一つ開きますか？`,
    goThere: "開いている授業へ",
  },
  marks: {
    meeting: (number) => `${number}回目`,
    none: "記入なし",
    kinds: { PRESENT: "出席", LATE: "遅刻", EARLY_LEAVE: "早退", EXCUSED: "公欠", ABSENT: "欠席" },
  },
};
