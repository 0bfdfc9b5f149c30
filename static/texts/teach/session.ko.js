// Texts of both pages of a session, the board and the wall screen, in Korean.

const CLOCK = new Intl.DateTimeFormat("ko", { hour: "numeric", minute: "2-digit" });

export default {
  line: {
    connecting: "연결하는 중",
    open: "연결됨",
    waiting: "다시 연결하는 중",
    paused: "저장이 잠시 늦어지고 있습니다. 그대로 두시면 이어집니다.",
    lost: (at) => `연결이 끊겼습니다. 지금 보이는 것은 ${CLOCK.format(at)}의 모습입니다. 다시 연결하고 있으니 기다리시면 됩니다.`,
    over: {
      gone: "이 수업을 찾을 수 없습니다.",
      removed: "이 수업에서 나왔습니다.",
      forbidden: "이 수업의 강사만 볼 수 있습니다.",
      replaced: "다른 창에서 열렸습니다.",
      "signed-out": "로그인이 끝났습니다. 다시 로그인해 주세요.",
    },
  },
  invite: {
    title: "들어오는 방법",
    how: "휴대폰 카메라로 QR을 찍어 주세요. 안 되면 인터넷 주소창에 아래 주소를 적어 주세요.",
    qr: "수업에 들어오는 QR 코드",
    here: (people) => `${people}명이 들어왔습니다`,
    closed: "교실 문이 닫혀 있습니다. 새로 들어올 수 없습니다.",
    close: "교실 문 닫기",
    open: "교실 문 열기",
  },
};
