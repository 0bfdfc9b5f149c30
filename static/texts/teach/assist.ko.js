// Texts of the page of those who help in a session, in Korean.

export default {
  assist: {
    title: "도우미로 들어오기",
    hint: (teacher) => `${teacher} 선생님 수업을 도와주실 분만 들어와 주세요. 적으신 이름은 배우는 분들의 휴대폰에 보입니다.`,
    name: "이름",
    missing: "이름을 적어 주세요.",
    go: "도우미로 들어가기",
    about: "도우미 화면 · 수업은 선생님이 이끕니다",
    leave: "그만 도와드리기",
    again: "다시 들어가기",
    stops: {
      gone: { title: "이 QR로는 들어갈 수 없습니다", line: "선생님께 도우미 QR을 다시 보여 달라고 해 주세요." },
      over: { title: "수업이 끝났습니다", line: "도와주셔서 고맙습니다!" },
      removed: { title: "도우미 일을 마치셨습니다", line: "더 도와주실 일이 있으면 선생님께 말씀해 주세요." },
      left: { title: "도와주셔서 고맙습니다!", line: "다시 도와주시려면 아래 단추를 눌러 주세요." },
      replaced: { title: "다른 화면에서 열렸습니다", line: "여기서 이어서 보시려면 아래 단추를 눌러 주세요." },
    },
  },
};
