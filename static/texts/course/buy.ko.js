// Texts of the page on which one buys a course, in Korean.

export default {
  buy: {
    teacher: (name) => `${name} 선생님의 강의예요.`, price: "가격", won: (amount) => `${amount}원`, free: "무료",
    gets: "들어 있는 것", parts: (units, videos) => `${units > 0 ? `단원 ${units}개, ` : ""}동영상 ${videos}개`,
    period: "보실 수 있는 기간", until: (day, days) => `오늘 시작하시면 ${day}까지 ${days}일 동안 보실 수 있어요.`, always: "기한 없이 계속 보실 수 있어요.",
    refund: "환불", rule: (days, percent) => `결제하고 ${days}일 안에, 강의를 ${percent}%보다 적게 보셨으면 내신 돈을 돌려받으실 수 있어요. 선생님께 말씀해 주세요.`,
    noRule: "환불은 선생님께 말씀해 주세요.", buyer: "신청하시는 분", name: (name) => `${name} 님`, other: "제가 아니에요",
    practice: "연습 결제: 돈이 나가지 않아요.", enter: "들어가서 신청하기", enterFirst: "먼저 누구신지 알려 주세요.",
    keepFirst: "먼저 이름과 연락처를 저장해 주세요. 그래야 다른 휴대폰에서도 보실 수 있어요.", why: "강의를 신청하시려면 필요해요.", whyBack: "결제를 확인하려면 필요해요.",
    pay: (price) => `${price} 결제하기`, practise: (price) => `${price} 연습 결제하기`, start: "무료로 시작하기", paying: "결제하고 있어요…",
    closed: "화면을 열지 못했어요", differs: "내실 금액이 달라졌어요", nowIs: (amount) => `지금 내실 돈은 ${amount}이에요. 괜찮으시면 결제해 주세요.`, back: "다시 살펴보기",
  },
  bought: {
    paid: "결제가 끝났어요", enrolled: "신청이 끝났어요", mine: "이미 신청하신 강의예요", until: (day) => `${day}까지 보실 수 있어요.`,
    longer: "그날이 지난 뒤에도 보고 싶으시면, 그때 이 화면에 다시 오셔서 신청해 주세요.",
    practice: "연습 결제라서 돈은 나가지 않았어요.", go: "강의 보러 가기", record: "내 기록 보기",
    unread: "강의를 아직 열지 못했어요. 다시 결제하지 마시고, 아래 단추를 눌러 주세요.", again: "다시 열기",
  },
  failed: {
    title: "결제가 되지 않았어요", line: "처음부터 다시 해 보세요.", reason: (why) => `결제 회사에서 알려 온 말: ${why}`, again: "다시 해 보기",
  },
  pending: {
    title: "결제를 확인 중이에요", line: "잠시만 기다려 주세요. 다시 결제하지 마세요.", asking: "확인 중…",
    long: "아직 확인하지 못했어요. 결제하셨으면 나중에 저절로 확인돼요. 다시 결제하지 마세요.", again: "다시 확인하기",
    left: "지난번에 하시던 결제를 아직 확인하지 못했어요. 결제하셨으면 조금 뒤에 다시 확인해 주세요. 결제하지 않고 나가셨으면 새로 결제하셔도 돼요. 두 번 결제되면 한 번은 돌려드려요.", anew: "결제하지 않았어요. 새로 결제할게요",
  },
  leave: {
    title: "이 휴대폰에서 나갈까요?", line: "나가시면 다른 분이 들어와서 신청하실 수 있어요. 다시 들어오시려면 전화번호나 이메일, 비밀번호가 필요해요.", stay: "아니요, 그대로 둘게요", go: "네, 나갈게요",
    offline: "아직 나가지 못했어요", offlineLine: "인터넷이 이어지면 다시 눌러 주세요.", again: "다시 나가기",
  },
  stopped: {
    gone: { title: "그런 강의가 없어요", line: "주소를 다시 확인해 주세요." },
    closed: { title: "지금은 신청을 받지 않아요", line: "궁금하신 것은 선생님께 여쭤보세요." },
    full: { title: "자리가 다 찼어요", line: "자리가 나면 신청하실 수 있어요. 나중에 다시 와 주세요." },
    queue: { title: "자리가 나기를 기다리고 있어요", line: "자리가 나면 들어오실 수 있어요." },
    asked: { title: "신청하셨어요", line: "선생님이 확인하고 계세요. 확인이 끝나면 보실 수 있어요." },
    paid: { title: "결제가 끝났어요", line: "선생님이 확인하고 계세요. 확인이 끝나면 보실 수 있어요." },
    returned: { title: "내신 돈을 돌려 드려요", line: "금액이 맞지 않거나 지금은 들으실 수 없는 강의라서 돌려 드려요. 돈은 저절로 돌아가고, 며칠 걸릴 수 있어요." },
  },
};
