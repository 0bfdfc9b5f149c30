// Texts of the questions of the class on the phone, in Korean.

export default {
  asking: {
    title: "질문 있어요", line: "이름은 선생님만 보세요. 다른 분들께는 질문만 보여요.",
    label: "무엇이 궁금하세요?", send: "질문 보내기",
    close: "닫기", others: "모두의 질문", loading: "질문을 가져오고 있어요…", none: "아직 질문이 없어요.",
    empty: "궁금한 것을 적어 주세요.", sent: "질문을 보냈어요.",
    meToo: "저도 궁금해요", counted: "궁금하다고 알려 드렸어요.",
    mine: "내 질문", answered: "선생님이 답하셨어요", people: (count) => `${count}분도 궁금해하세요`, supported: "저도 궁금하다고 했어요",
  },
};
