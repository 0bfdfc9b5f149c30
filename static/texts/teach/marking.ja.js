// Texts of the tools that draw marks on pictures, in Japanese.

export default {
  marking: {
    tools: "絵に印を付ける",
    kinds: { RING: "丸", ARROW: "矢印", BOX: "四角", SWIPE: "すべらせる", NUMBER: "番号" },
    hints: {
      RING: "押す所を一度押してください。引っぱると大きさを決められます。",
      ARROW: "指す所を一度押すか、そこまで引っぱってください。",
      BOX: "絵の上を一度押すか、角から角へ引っぱってください。",
      SWIPE: "指をすべらせるように、始めから終わりまで引っぱってください。",
      NUMBER: "番号を置く所を押してください。",
      none: "形を選んでから絵を押してください。付けた印は引っぱって動かせます。",
      selected: "引っぱると動きます。白い点を引っぱると大きさが変わります。",
      number: "引っぱると動きます。",
      full: "印は12個まで付けられます。",
    },
    mark: (kind, number, label) => `${kind} ${number}${label ? `: ${label}` : ""}`,
    handles: { size: "大きさ", from: "始まり", to: "終わり" },
    undo: "元に戻す",
    removeMark: "印を消す",
    label: "印のそばの言葉 (なくてもかまいません)",
    labelExample: "例: ここ",
    number: "番号",
    keys: "Tab 次の印 · 矢印キーで動かす (Shift: 大きく) · +/− 大きさ · Delete 消す · Enter 言葉を書く · Ctrl+Z 元に戻す",
  },
};
