// Texts of all pages of the learner, in Korean.

export default {
  page: {
    title: "교실",
    settings: "설정",
    more: "더 보기",
    less: "접기",
    sending: "보내고 있어요…",
  },
  link: {
    connecting: "연결하는 중", open: "연결됨", waiting: "다시 연결하는 중이에요. 기다리시면 됩니다.",
    offline: "인터넷이 끊겼어요. 이어지면 저절로 돌아옵니다.",
    paused: "저장이 잠시 늦어지고 있어요. 그대로 두시면 이어집니다.",
  },
  sound: {
    on: "소리 켜기",
    off: "소리 끄기",
    isOn: "소리를 켰어요.",
  },
  tried: {
    offline: "인터넷이 이어지지 않았어요. 잠시 뒤에 다시 눌러 주세요.", failed: "잘 안 됐어요. 한 번 더 눌러 주세요.",
    often: (minutes) => `너무 여러 번 눌렀어요. ${minutes}분 뒤에 다시 해 주세요.`,
  },
  offline: {
    title: "인터넷이 끊겼어요", line: "이어지면 저절로 열려요. 그대로 기다리시면 됩니다.", next: "다시 해 보기",
  },
};
