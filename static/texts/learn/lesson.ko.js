// Texts of a session on the phone, in Korean.

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
  step: {
    place: (at, of) => `${of}단계 가운데 ${at}단계`,
    together: "선생님과 같은 단계예요",
    apart: "그동안 수업이 앞으로 갔을 수 있어요. 이어지면 저절로 따라갑니다.",
    followed: "그동안 다음 단계로 넘어왔어요.",
    quiet: "선생님 말씀을 듣고 따라 해 보세요.",
    done: "다 했어요",
    help: "도와주세요",
    teacher: "선생님 말씀",
    praise: "잘하셨어요!",
    next: "다음 단계를 기다려 주세요.",
    last: "마지막 단계까지 다 하셨어요.",
    unsent: "인터넷이 이어지면 선생님께 알려 드릴게요.",
    failed: "선생님께 전해지지 않았어요. 다시 눌러 주세요.",
  },
  refused: {
    FORBIDDEN: "선생님께 전해지지 않았어요. 지금은 수업에서 나가신 것으로 되어 있어요. 선생님께 말씀해 주세요.",
    NOT_FOUND: "이 단계는 선생님이 바꾸셨거나 지우셨어요. 새 화면을 기다려 주세요.",
    INVALID_STATE: "수업이 끝났거나 바뀌어서 전해지지 않았어요. 선생님께 말씀해 주세요.",
  },
  help: {
    known: "선생님께 알려 드렸어요.", soon: "곧 도와드릴게요.",
    unsent: "인터넷이 이어지면 바로 알려 드릴게요.",
    hint: "안내 글 아래에 도움말도 있어요.", seeHint: "도움말 보기", cancel: "괜찮아요, 취소", takenBack: "부르신 것을 취소했어요.",
  },
  answer: {
    title: "답이 왔어요", unasked: "이렇게 해 보세요", visit: "선생님이 오고 계세요", visitLine: "그대로 기다려 주세요.",
    helped: "해결됐어요", notYet: "아직 잘 안 돼요", thanks: "다행이에요!", step: (title) => `지금 단계: ${title}`,
    earlier: (title) => `앞 단계 ‘${title}’에 대한 답이에요.`,
  },
  answerer: {
    INSTRUCTOR: "선생님의 답이에요.", GUIDE: "교실 도우미가 알려 드려요.",
  },
  paused: {
    title: "잠시 쉬어요", line: "다시 시작하면 화면이 저절로 바뀌어요.",
  },
  ended: {
    title: "함께해 주셔서 고맙습니다", line: "오늘 수업이 끝났어요.", review: "배운 것 다시 보기", record: "내 기록 보기",
    present: "오늘 출석하셨어요.",
  },
  review: {
    place: (at, of) => `다시 보기, ${of}단계 가운데 ${at}단계`, word: "다시 보기", back: "이전", next: "다음", last: "다 봤어요",
  },
};
