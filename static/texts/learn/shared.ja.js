// Texts of all pages of the learner, in Japanese.

export default {
  page: {
    title: "教室",
    settings: "設定",
    more: "もっと見る",
    less: "閉じる",
    sending: "送っています…",
  },
  link: {
    connecting: "つないでいます", open: "つながっています", waiting: "つなぎ直しています。そのままお待ちください。",
    offline: "インターネットが切れました。つながると自動で戻ります。",
    paused: "保存に少し時間がかかっています。そのままお待ちください。",
  },
  sound: {
    on: "音を出す",
    off: "音を消す",
    isOn: "音が出るようになりました。",
  },
  tried: {
    offline: "インターネットにつながりませんでした。少し待ってから、もう一度押してください。", failed: "うまくいきませんでした。もう一度押してください。",
    often: (minutes) => `押した回数が多すぎました。${minutes}分たってから、もう一度お願いします。`,
  },
  offline: {
    title: "インターネットが切れました", line: "つながると自動で開きます。そのままお待ちください。", next: "もう一度試す",
  },
};
