// The page on which anyone checks a certificate, in Japanese.

export default {
  check: {
    page: {
      school: "教室",
      title: "修了証の確認",
      looking: "探しています…",
      welcome: "修了証を確認します",
      unreachable: "学校につながりません。インターネットを確かめて、もう一度押してください。",
      later: (seconds) => `今は確認できません。${seconds}秒後にもう一度押してください。`,
      again: "もう一度確認する",
      ended: { EXPIRED: (day) => `${day}に有効期限が切れました。`, REVOKED: (day) => `${day}に取り消されました。` },
      compare: "紙や PDF に書かれた内容が、下とすべて同じか確かめてください。",
      altered: "一つでも違うときは、書き換えられた偽物かもしれません。",
      open: "修了証を見る (PDF)",
      another: "ほかの修了証を確認する",
      masked: "名前は一部だけ見えます。確認コードも書くと、修了証のすべての内容が見られます。",
      unknown: "番号とコードを修了証のとおりに書いたか、もう一度確かめてください。それでもないときは、この学校の修了証ではありません。",
      byNumber: "番号で確認する",
      number: "修了証の番号",
      code: "確認コード",
      example: (text) => `例: ${text}`,
      go: "確認する",
      atFoot: "番号とコードは修了証のいちばん下にあります。",
      signature: "電子署名",
      signed: (algorithm) => `学校の署名鍵(${algorithm})で署名した文です。インターネットがなくても、だれでも署名を確かめられます。`,
      signedText: "署名した文、署名、公開鍵 (base64):",
      hours: (hours, minutes) => [hours && `${hours}時間`, minutes && `${minutes}分`].filter(Boolean).join(" "),
      points: (score) => `${score}点`,
    },
    states: {
      VALID: "有効な修了証です",
      EXPIRED: "有効期限が過ぎた修了証です",
      REVOKED: "取り消された修了証です",
      UNKNOWN: "この修了証は見つかりません",
    },
    fields: {
      name: "名前", course: "課程", unit: "単元", class: "クラス", period: "期間", hours: "学習時間", completed: "修了日", instructor: "講師",
      total: "総合点", attendance: "出席", progress: "進度", assessment: "評価", issued: "発行日", expires: "有効期限",
      issuer: "発行したところ", number: "番号", code: "確認コード", uuid: "固有番号",
    },
  },
};
