// Texts of the card that tells how to come back from another app, in Korean.

export default {
  wayBack: {
    title: "수업으로 돌아오는 법", line: "다른 앱에서는 이렇게 돌아오세요.",
    ways: {
      buttons: { title: "아래에 단추가 세 개 있으면", line: "세로줄 세 개(|||)나 네모(□) 단추를 누르세요." },
      gestures: { title: "아래에 가는 줄만 있으면", line: "맨 아래에서 위로 천천히 밀어 올리고 잠깐 멈추세요." },
      bar: { title: "홈 단추가 없는 아이폰", line: "맨 아래에서 위로 천천히 밀어 올리고 잠깐 멈추세요." },
      button: { title: "동그란 홈 단추가 있는 아이폰", line: "홈 단추를 빠르게 두 번 누르세요." },
      screens: { title: "작은 화면들이 나오면", line: "교실 화면을 누르세요." },
    },
    lost: {
      ANDROID: "안 보이면 홈 화면에서 인터넷 그림(크롬이나 삼성 인터넷)을 누르세요. 수업이 그대로 있어요.",
      IPHONE: "안 보이면 홈 화면에서 인터넷 그림(사파리)을 누르세요. 수업이 그대로 있어요.",
    },
    others: "다른 휴대폰이에요", done: "알겠어요",
  },
};
