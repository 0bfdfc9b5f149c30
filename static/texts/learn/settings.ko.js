// Texts of the settings of the phone, in Korean.

export default {
  settings: {
    title: "보기와 소리", close: "다 골랐어요", size: "글자 크기", letter: "가",
    size100: "보통", size115: "조금 크게", size135: "크게", size160: "아주 크게", size200: "가장 크게",
    theme: "화면 색", auto: "휴대폰대로", light: "밝게", dark: "어둡게", contrast: "아주 또렷하게",
    sound: "새 단계를 소리 내어 읽기", on: "읽어 주기", off: "조용히", speed: "읽는 빠르기", slow: "천천히", normal: "보통",
    hear: "들어 보기", sample: "안녕하세요. 이 빠르기로 읽어 드릴게요.", voiceless: "이 휴대폰에는 읽어 주는 목소리가 없어요.",
    language: "언어 · Language", unchanged: "지금은 바꿀 수 없어요. 인터넷이 이어지면 다시 눌러 주세요.",
    app: "휴대폰에 넣어 두기", install: "휴대폰 화면에 넣기",
    apple: "화면 아래의 ‘공유’ 단추를 누르고 ‘홈 화면에 추가’를 누르시면, 다음부터는 그림만 눌러 들어올 수 있어요.",
    insecure: "이 교실에서는 휴대폰 화면이 저절로 꺼질 수 있고, 휴대폰에 넣어 둘 수 없어요. 다른 것은 모두 그대로 됩니다.",
    record: "내 기록 보기",
  },
  kinds: {
    title: "내 휴대폰", ask: "어떤 휴대폰을 쓰세요?", why: "고르시면 같은 휴대폰의 그림을 보여 드려요. 한 번만 고르시면 돼요.", done: "골랐어요",
    ANDROID: "갤럭시 같은 안드로이드", IPHONE: "아이폰", ALL: "잘 모르겠어요",
  },
};
