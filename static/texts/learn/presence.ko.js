// Texts of the request to count as present, in Korean.

export default {
  presence: {
    title: "출석으로 해 달라고 말씀드릴까요?", line: "까닭을 하나 눌러 주시면 선생님께 전해 드려요.",
    reasons: ["휴대폰이 안 됐어요", "늦게 들어왔어요", "먼저 나가야 했어요"],
    own: "직접 쓰기", ownTitle: "까닭을 적어 주세요", ownLabel: "까닭", send: "보내기", missing: "까닭을 적어 주세요.",
    back: "돌아가기", sent: "선생님께 전했어요", sentLine: "선생님이 보고 있어요. 정해지면 ‘내 기록’에 나와요.", done: "알겠어요",
  },
};
