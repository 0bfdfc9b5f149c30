// What the learner's phone says in Korean.

export default {
  page: {
    title: "교실", settings: "설정", more: "더 보기", less: "접기",
  },
  link: {
    connecting: "연결하는 중", open: "연결됨", waiting: "다시 연결하는 중이에요. 기다리시면 됩니다.",
    offline: "인터넷이 끊겼어요. 이어지면 저절로 돌아옵니다.",
  },
  sound: {
    on: "소리 켜기", off: "소리 끄기", isOn: "소리를 켰어요.", listen: "소리로 듣기", again: "다시 듣기", slowly: "천천히",
    voiceless: "이 휴대폰에는 읽어 주는 목소리가 없어요. 글로 읽어 주세요.",
  },
  code: {
    title: "어서 오세요", hint: "선생님 화면에 있는 숫자 6개를 눌러 주세요.", label: "수업 번호", go: "들어가기",
    closed: "지금은 열려 있는 수업이 없어요. 선생님께 받은 번호가 있으면 적어 주세요.",
    length: "수업 번호는 숫자 6개예요. 다시 적어 주세요.", unknown: "그런 수업이 없어요. 번호를 다시 봐 주세요.",
    wait: (minutes) => `틀린 번호가 너무 많았어요. ${minutes}분 뒤에 다시 적어 주세요. 선생님 화면의 QR을 찍으시면 바로 들어갈 수 있어요.`,
    record: "내 기록 보기",
  },
  returning: {
    title: "아까 그 수업으로 갈까요?", yes: "네, 갈래요", other: "다른 수업에 갈래요",
  },
  name: {
    teacher: (name) => `${name} 선생님 수업이에요.`, label: "이름을 적어 주세요", go: "들어가기", missing: "이름을 적어 주세요.",
    stale: "찍으신 QR은 이미 썼거나 시간이 지났어요. 하던 것을 이어서 하시려면 선생님께 새 QR을 보여 달라고 하세요.",
    ended: "이 휴대폰에서는 이용이 끝났어요. 하던 것을 이어서 하시려면 선생님께 QR을 보여 달라고 하세요.",
  },
  same: {
    title: (name) => `${name} 님이신가요?`, yes: "네, 저예요", no: "아니요, 다른 사람이에요",
  },
  here: {
    line: "이 이름으로 들어와 계신 분이 있어요. 전에 들어오신 분이 본인이시면, 선생님께 여쭤보고 하시던 것을 이어 드려요.", rename: "이름을 다시 적을게요",
    asked: "선생님께 여쭤보고 있어요. 확인해 주시면 전에 하시던 것이 저절로 이어져요.",
  },
  tried: {
    offline: "인터넷이 이어지지 않았어요. 잠시 뒤에 다시 눌러 주세요.", failed: "잘 안 됐어요. 한 번 더 눌러 주세요.",
    often: (minutes) => `너무 여러 번 눌렀어요. ${minutes}분 뒤에 다시 해 주세요.`,
  },
  waiting: {
    title: (name) => `${name} 님, 잘 오셨어요`, line: "수업이 시작되면 화면이 저절로 바뀌어요. 그대로 기다리시면 됩니다.",
    insecure: "여기서는 휴대폰 화면이 저절로 꺼질 수 있어요. 꺼지면 다시 켜시면 됩니다. 다른 것은 모두 그대로 돼요.",
    present: "출석했어요.",
  },
  step: {
    place: (at, of) => `${of}단계 가운데 ${at}단계`, together: "선생님과 같은 단계예요",
    apart: "그동안 수업이 앞으로 갔을 수 있어요. 이어지면 저절로 따라갑니다.",
    followed: "그동안 다음 단계로 넘어왔어요.",
    quiet: "선생님 말씀을 듣고 따라 해 보세요.", done: "다 했어요", help: "도와주세요", teacher: "선생님 말씀",
    praise: "잘하셨어요!", next: "다음 단계를 기다려 주세요.", last: "마지막 단계까지 다 하셨어요.",
    unsent: "인터넷이 이어지면 선생님께 알려 드릴게요.", failed: "선생님께 전해지지 않았어요. 다시 눌러 주세요.",
    sending: "보내고 있어요…",
  },
  refused: {
    FORBIDDEN: "선생님께 전해지지 않았어요. 지금은 수업에서 나가신 것으로 되어 있어요. 선생님께 말씀해 주세요.",
    NOT_FOUND: "이 단계는 선생님이 바꾸셨거나 지우셨어요. 새 화면을 기다려 주세요.",
    INVALID_STATE: "수업이 끝났거나 바뀌어서 전해지지 않았어요. 선생님께 말씀해 주세요.",
  },
  help: {
    known: "선생님께 알려 드렸어요.", line: (position) => (position === 1 ? "다음 차례예요." : `${position}번째로 기다리고 있어요.`), soon: "곧 도와드릴게요.",
    unsent: "인터넷이 이어지면 바로 알려 드릴게요.",
    hint: "안내 글 아래에 도움말도 있어요.", cancel: "괜찮아요, 취소", takenBack: "부르신 것을 취소했어요.",
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
  doorStop: {
    title: "교실 문이 닫혀 있어요", line: "선생님께 문을 열어 달라고 말씀해 주세요. 열리면 아래 단추를 누르시면 됩니다.", next: "다시 해 보기",
  },
  removedStop: {
    title: "이 수업에는 더 들어가실 수 없어요", line: "궁금하신 것은 선생님께 여쭤보세요.", next: "다른 번호 적기",
  },
  overStop: {
    title: "이 수업은 끝났어요", line: "다음 수업에서 뵐게요.", next: "다른 번호 적기",
  },
  goneStop: {
    title: "그런 수업이 없어요", line: "선생님께 번호를 다시 여쭤보세요. QR을 한 번 더 찍으셔도 됩니다.", next: "번호 적기",
  },
  replacedStop: {
    title: "다른 창에서 보고 계세요", line: "이 창에서 보시려면 아래 단추를 눌러 주세요.", next: "여기서 계속하기",
  },
  fullStop: {
    title: "자리가 다 찼어요", line: "선생님께 말씀해 주세요. 자리가 나면 아래 단추를 누르시면 됩니다.", next: "다시 해 보기",
  },
  neededStop: {
    title: "미리 신청한 분만 들어올 수 있어요", line: "들어오고 싶으시면 선생님께 말씀해 주세요.", next: "다시 해 보기",
  },
  rejectedStop: {
    title: "이 수업에는 들어올 수 없어요", line: "왜 그런지 선생님께 여쭤보세요.", next: "다른 번호 적기",
  },
  waitStop: {
    title: "잠시만 기다려 주세요", line: "여기서 틀린 번호가 너무 많았어요. 1분 뒤에 다시 해 주세요. 선생님 화면의 QR을 찍으시면 바로 들어갈 수 있어요.", next: "다시 해 보기",
  },
  teacherStop: {
    title: "선생님으로 들어와 계세요", line: "배우는 화면은 다른 휴대폰이나 다른 창에서 열어 주세요.", next: "선생님 화면으로",
  },
  offlineStop: {
    title: "인터넷이 끊겼어요", line: "이어지면 저절로 열려요. 그대로 기다리시면 됩니다.", next: "다시 해 보기",
  },
  busyStop: {
    title: "교실이 지금 바빠요", line: "잠시 뒤에 저절로 열려요. 그대로 기다리시면 됩니다.", next: "다시 해 보기",
  },
  troubleStop: {
    title: "화면을 열지 못했어요", line: "잠시 뒤에 다시 눌러 주세요. 그래도 안 되면 선생님께 이 화면을 보여 주세요.", next: "다시 해 보기",
  },
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
  me: {
    title: "내 기록", whose: (name) => `${name} 님이 들은 수업이에요.`, none: "아직 들은 수업이 없어요", noneLine: "수업에 들어가시면 여기에 기록이 남아요.",
    enter: "수업에 들어가기", attendance: "출석", missed: (attended, held) => (attended === 0 ? "아직 나오신 날이 없어요." : `수업 ${held}번 가운데 ${attended}번 나오셨어요.`),
    all: (held) => (held === 1 ? "첫 수업에 나오셨어요." : `수업 ${held}번에 모두 나오셨어요.`), notYet: "아직 출석 기록이 없어요.", dates: "날짜별로 보기",
    progress: "배운 단계", steps: (done, of) => `${of}단계 가운데 ${done}단계를 마치셨어요.`, allSteps: (of) => `${of}단계를 모두 마치셨어요.`,
    completed: "수료하셨어요. 축하드려요!", certificate: "수료증 보기", print: "종이에 뽑기 (PDF)", again: "배운 것 다시 보기",
    toCome: "수료증은 선생님이 드려요. 아직 없으면 선생님께 말씀해 주세요.",
    old: "인터넷이 끊겨 전에 본 기록을 보여 드려요.", revoked: "이 수료증은 취소되었어요. 선생님께 여쭤보세요.", expired: "수료증 기한이 지났어요. 선생님께 여쭤보세요.",
    nobodyLine: "전에 기록을 저장해 두셨으면 전화번호로 들어오세요.", signin: "전화번호로 들어가기", leave: "이 휴대폰에서 나가기",
    keep: "기록 저장하기", keepLine: "저장해 두시면 나중에 다른 휴대폰에서도 보실 수 있어요.", claim: "이 기록을 내 것으로 저장하기",
    keepEarned: "수료증을 받으시려면 이름과 전화번호를 알려 주세요. 다른 휴대폰에서도 이 기록을 보실 수 있어요.",
    toKeep: "수료증은 기록을 저장하신 다음에 받으실 수 있어요.",
    copied: "다른 곳에서 누가 이 기록에 들어왔어요", copiedLine: "그래서 그때 쓰던 휴대폰에서는 나가게 했어요. 본인이 하신 일이 아니면 선생님께 말씀하시고 비밀번호를 새로 정하세요.", copiedSeen: "알겠어요",
  },
  paper: {
    title: "수료증", larger: "크게 보기", smaller: "작게 보기", check: "진짜 수료증인지 확인", back: "내 기록으로",
  },
  account: {
    phone: "전화번호", record: "내 기록 보기",
  },
  claim: {
    title: "내 기록 저장하기", why: "수료증을 받으시고, 다른 휴대폰에서도 이 기록을 찾으시려면 필요해요.", name: "이름",
    nameHint: "수료증에 이 이름이 적혀요. 성까지 다 적어 주세요.", password: "비밀번호", passwordHint: "8글자 이상으로 새로 정하시고, 종이에도 적어 두세요.",
    go: "저장하기", later: "나중에 할게요", taken: "이 전화번호는 이미 쓰이고 있어요. 번호를 다시 봐 주세요. 맞으면 선생님께 말씀해 주세요.",
    noName: "이름을 다시 적어 주세요.", noPhone: "전화번호를 숫자로 다시 적어 주세요.", short: "비밀번호는 8글자 이상으로 적어 주세요.",
    done: "저장했어요", elsewhere: (phone) => `다른 휴대폰에서는 ${phone} 번호와 비밀번호로 들어오시면 돼요.`,
    certificate: "수료하시면 선생님이 이 이름으로 수료증을 드려요.",
  },
  signin: {
    title: "전화번호로 들어가기", why: "기록을 저장할 때 적으신 것을 적어 주세요.", password: "비밀번호", go: "들어가기", back: "돌아가기",
    wrong: "전화번호나 비밀번호가 달라요. 다시 봐 주세요. 잊으셨으면 선생님께 말씀해 주세요.",
    teacher: "선생님은 선생님 화면에서 들어가 주세요.",
  },
  leave: {
    title: "이 휴대폰에서 나갈까요?", guest: "저장하지 않은 기록이에요. 나가시면 선생님이 보여 주시는 QR로만 다시 볼 수 있어요.",
    known: "다시 보시려면 전화번호와 비밀번호로 들어오시면 돼요.", stay: "아니요, 그대로 둘게요", go: "네, 나갈게요",
    offline: "아직 나가지 못했어요", offlineLine: "인터넷이 이어지면 다시 눌러 주세요.", again: "다시 나가기",
  },
  seat: {
    PENDING: "신청하셨어요. 선생님이 확인하고 계세요.", WAITING: "자리가 나기를 기다리고 있어요.", REJECTED: "신청이 받아들여지지 않았어요.",
    CANCELLED: "신청을 취소하셨어요.", COMPLETED: "수업을 다 들으셨어요.",
  },
  mark: {
    PRESENT: "출석", LATE: "지각", ABSENT: "결석", EXCUSED: "사정이 있어 빠짐", EARLY_LEAVE: "일찍 나감",
  },
};
