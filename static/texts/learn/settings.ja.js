// Texts of the settings of the phone, in Japanese.

export default {
  settings: {
    title: "文字と音", close: "これでいいです", size: "文字の大きさ", letter: "あ",
    size100: "普通", size115: "少し大きく", size135: "大きく", size160: "とても大きく", size200: "一番大きく",
    theme: "画面の色", auto: "スマホに合わせる", light: "明るく", dark: "暗く", contrast: "とてもはっきり",
    sound: "新しい説明を声で読む", on: "読む", off: "静かに", speed: "読む速さ", slow: "ゆっくり", normal: "普通",
    hear: "聞いてみる", sample: "こんにちは。この速さで読みます。", voiceless: "このスマホには読み上げる声がありません。",
    language: "ことば · Language", unchanged: "今は変えられません。インターネットがつながったら、もう一度押してください。",
    app: "スマホに入れておく", install: "スマホの画面に置く",
    apple: "画面の下の「共有」を押して、「ホーム画面に追加」を押すと、次からは絵を押すだけで入れます。",
    insecure: "この教室では、画面が自動で消えることがあり、スマホに入れておくことはできません。ほかはすべて普通に使えます。",
    record: "わたしの記録を見る",
  },
  kinds: {
    title: "私のスマホ", ask: "どのスマホをお使いですか？", why: "同じスマホの絵をお見せします。選ぶのは一度だけです。", done: "選びました",
    ANDROID: "ギャラクシーなどのアンドロイド", IPHONE: "アイフォーン", ALL: "わかりません",
  },
};
