// Texts of «My record», the account and the certificate on the phone, in Korean.

export default {
  me: {
    ask: "출석으로 해 달라고 하기", request: { PENDING: "선생님이 보고 있어요", APPROVED: "출석으로 됐어요", REJECTED: "선생님이 그대로 두기로 하셨어요" },
    title: "내 기록", whose: (name) => `${name} 님이 들은 수업이에요.`, none: "아직 들은 수업이 없어요", noneLine: "수업에 들어가시면 여기에 기록이 남아요.",
    enter: "수업에 들어가기", attendance: "출석", missed: (attended, held) => (attended === 0 ? "아직 나오신 날이 없어요." : `수업 ${held}번 가운데 ${attended}번 나오셨어요.`),
    all: (held) => (held === 1 ? "첫 수업에 나오셨어요." : `수업 ${held}번에 모두 나오셨어요.`), notYet: "아직 출석 기록이 없어요.", dates: "날짜별로 보기",
    progress: "배운 단계", steps: (done, of) => `${of}단계 가운데 ${done}단계를 마치셨어요.`, allSteps: (of) => `${of}단계를 모두 마치셨어요.`,
    completed: "수료하셨어요. 축하드려요!", certificate: "수료증 보기", print: "종이에 뽑기 (PDF)", again: "배운 것 다시 보기",
    watch: "동영상 보기",
    ends: (day, days) => `${day}까지 보실 수 있어요. ${days === 1 ? "하루" : `${days}일`} 남았어요.`, longer: "더 오래 보는 방법",
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
    certificate: "수료증은 선생님이 이 이름으로 드려요.", issued: "수료증이 나왔어요. ‘내 기록’에서 보실 수 있어요.",
  },
  signin: {
    title: "전화번호로 들어가기", why: "기록을 저장할 때 적으신 것을 적어 주세요.", password: "비밀번호", go: "들어가기", back: "돌아가기",
    wrong: "전화번호나 비밀번호가 달라요. 다시 봐 주세요. 잊으셨으면 학교 관리자께 말씀해 주세요.",
    teacher: "선생님은 선생님 화면에서 들어가 주세요.",
  },
  leave: {
    title: "이 휴대폰에서 나갈까요?", guest: "저장하지 않은 기록이에요. 나가시면 선생님이 보여 주시는 QR로만 다시 볼 수 있어요.",
    known: "다시 보시려면 전화번호와 비밀번호로 들어오시면 돼요.", stay: "아니요, 그대로 둘게요", go: "네, 나갈게요",
    offline: "아직 나가지 못했어요", offlineLine: "인터넷이 이어지면 다시 눌러 주세요.", again: "다시 나가기",
  },
  seat: {
    PENDING: "신청하셨어요. 아직 결제하지 않으셨거나, 선생님이 확인하고 계세요.", WAITING: "자리가 나기를 기다리고 있어요.", REJECTED: "신청이 받아들여지지 않았어요.",
    CANCELLED: "신청을 취소하셨어요.", EXPIRED: "보실 수 있는 기간이 끝났어요.", COMPLETED: "수업을 다 들으셨어요.",
  },
  mark: {
    PRESENT: "출석", LATE: "지각", ABSENT: "결석", EXCUSED: "사정이 있어 빠짐", EARLY_LEAVE: "일찍 나감",
  },
};
