// Texts of a session on the phone, in Korean.

const FIRST_SYLLABLE = 0xac00;
const FINALS = 28;
/** «이에요» after a final consonant, else «예요». */
const is = (word) => `${word}${(word.charCodeAt(word.length - 1) - FIRST_SYLLABLE) % FINALS ? "이에요" : "예요"}`;

export default {
  waiting: {
    title: (name) => `${name} 님, 잘 오셨어요`, line: "수업이 시작되면 화면이 저절로 바뀌어요. 그대로 기다리시면 됩니다.",
    insecure: "여기서는 휴대폰 화면이 저절로 꺼질 수 있어요. 꺼지면 다시 켜시면 됩니다. 다른 것은 모두 그대로 돼요.",
    present: "출석했어요.",
  },
  identity: {
    asked: "선생님께 여쭤보고 있어요. 확인해 주시면 전에 하시던 것이 저절로 이어져요.",
    same: "선생님이 확인해 주셨어요. 하시던 것을 이어서 하시면 돼요.",
    other: "선생님이 다른 분이라고 하셨어요. 선생님을 따라 하시면 돼요.",
  },
  listening: {
    listen: "소리로 듣기",
    again: "다시 듣기",
    slowly: "천천히",
    voiceless: "이 휴대폰에는 읽어 주는 목소리가 없어요. 글로 읽어 주세요.",
  },
  picture: {
    spoken: (text) => `그림에서 ${text}`, enlarge: "크게 보기", more: "표시가 더 있어요", large: "크게 본 그림", close: "닫기", wayBack: "돌아오는 법",
  },
  step: {
    place: (at, of) => `${of}단계 가운데 ${at}단계`,
    together: "선생님과 같은 단계예요",
    apart: "그동안 수업이 앞으로 갔을 수 있어요. 이어지면 저절로 따라갑니다.",
    followed: "그동안 다음 단계로 넘어왔어요.",
    quiet: "선생님 말씀을 듣고 따라 해 보세요.",
    ask: "질문 있어요",
    done: "다 했어요",
    help: "도와주세요",
    teacher: "선생님 말씀",
    praise: "잘하셨어요!", rightKnown: "정답을 함께 확인했어요.",
    next: "다음 단계를 기다려 주세요.",
    last: "마지막 단계까지 다 하셨어요.",
    unsent: "인터넷이 이어지면 선생님께 알려 드릴게요.",
    failed: "선생님께 전해지지 않았어요. 다시 눌러 주세요.",
  },
  asked: {
    chosen: "골랐어요", sent: "답을 보냈어요.", number: (answer) => `보낸 답: ${answer}.`, change: "바꾸고 싶으면 다시 고르시면 돼요.",
    minus: "0보다 작으면 빼기(−) 붙이기",
    send: "보내기", notNumber: "숫자로만 적어 주세요. 예: 3 또는 36.5", failed: "답이 전해지지 않았어요. 다시 눌러 주세요.",
    changeNumber: "바꾸고 싶으면 다시 적어 보내시면 돼요.", closed: "답은 여기까지 모았어요.",
  },
  refused: {
    ANSWER_SHOWN: "정답이 나와서 이제는 답을 바꿀 수 없어요.",
    FORBIDDEN: "선생님께 전해지지 않았어요. 지금은 수업에서 나가신 것으로 되어 있어요. 선생님께 말씀해 주세요.",
    NOT_FOUND: "이 단계는 선생님이 바꾸셨거나 지우셨어요. 새 화면을 기다려 주세요.",
    INVALID_STATE: "수업이 끝났거나 바뀌어서 전해지지 않았어요. 선생님께 말씀해 주세요.",
  },
  help: {
    known: "선생님께 알려 드렸어요.", soon: "곧 도와드릴게요.",
    coming: (name) => `${name}님이 가고 있어요.`,
    unsent: "인터넷이 이어지면 바로 알려 드릴게요.",
    hint: "안내 글 아래에 도움말도 있어요.", seeHint: "도움말 보기", cancel: "괜찮아요, 취소", takenBack: "부르신 것을 취소했어요.",
  },
  screenPicture: {
    title: "화면 사진", send: "화면 사진 보내기", other: "다른 사진 보내기", small: "보내신 사진",
    line: "화면을 찍은 사진이나 저장한 그림을 보내 주시면 선생님과 도우미만 보고, 나중에 저절로 지워져요.",
    sending: "사진을 보내고 있어요…", sent: "사진을 보냈어요. 보고 알려 드릴게요.",
    waiting: "인터넷이 약해서 사진을 아직 못 보냈어요. 이어지면 저절로 다시 보낼게요.", again: "지금 다시 보내기",
    refused: "이 사진은 보낼 수 없어요. 다른 사진을 골라 주세요.",
    crowded: "지금 사진을 보내는 분이 많아요. 조금 뒤에 저절로 다시 보낼게요.",
    how: {
      ANDROID: "화면을 그대로 저장하려면 전원 단추와 소리 작게 단추를 함께 짧게 누르세요.",
      IPHONE: "화면을 그대로 저장하려면 옆 단추와 소리 크게 단추를 함께 짧게 누르세요. 홈 단추가 있는 아이폰은 홈 단추와 옆 단추를 함께 누르세요.",
    },
  },
  answer: {
    title: "답이 왔어요", unasked: "이렇게 해 보세요", visit: "선생님이 오고 계세요", visitLine: "그대로 기다려 주세요.",
    helped: "해결됐어요", notYet: "아직 잘 안 돼요", thanks: "다행이에요!", step: (title) => `지금 단계: ${title}`,
    earlier: (title) => `앞 단계 ‘${title}’에 대한 답이에요.`,
    picture: "보내신 화면 사진이에요.", marked: "보내신 사진에 표시해 드렸어요. 그림을 눌러 크게 보세요.", lost: "표시해 드린 사진이 아직 안 왔어요. 인터넷이 이어지면 저절로 보여요.",
  },
  answerer: {
    INSTRUCTOR: "선생님의 답이에요.", GUIDE: "먼저 이렇게 해 보세요.",
  },
  toMe: {
    from: (name) => `${name} 님이 전하는 말`, read: "확인",
  },
  paused: {
    title: "잠시 쉬어요", line: "다시 시작하면 화면이 저절로 바뀌어요.",
  },
  ended: {
    title: (name) => `${name} 님, 함께해 주셔서 고맙습니다`, line: (lecture) => `‘${lecture}’ 수업이 끝났어요.`,
    done: (name, steps) => `${name} 님은 오늘 ${steps}단계를 해내셨어요.`, next: (when) => `다음 수업은 ${is(when)}.`, review: "배운 것 다시 보기", record: "내 기록 보기",
    present: "오늘 출석하셨어요.",
    ask: "출석으로 해 달라고 하기", request: { PENDING: "출석으로 해 달라고 선생님께 전했어요. 선생님이 보고 있어요.", APPROVED: "선생님이 출석으로 해 주셨어요.", REJECTED: "선생님이 그대로 두기로 하셨어요. 궁금하시면 여쭤보세요." },
  },
  review: {
    place: (at, of) => `다시 보기, ${of}단계 가운데 ${at}단계`, word: "다시 보기", back: "이전", next: "다음", last: "다 봤어요",
    all: "모든 단계 보기", which: "무엇을 다시 볼까요?", backTo: "돌아가기",
  },
  handout: {
    name: "유인물", get: "집에서 볼 유인물 받기", line: "배운 것을 큰 글씨로 모아 드려요. 종이에 인쇄해서 보셔도 돼요.", making: "유인물을 만들고 있어요…",
    kept: "유인물을 받았어요. 휴대폰에 저장되어 있어요.", offline: "유인물을 받으려면 인터넷이 있어야 해요. 인터넷이 이어지면 다시 눌러 주세요.",
    busy: "지금 받으시는 분이 많아요. 잠시 뒤에 다시 눌러 주세요.",
  },
  praised: {
    me: "잘하셨어요!", all: "모두 잘하셨어요!", from: (name) => `${name} 님이 칭찬하셨어요.`,
  },
};
