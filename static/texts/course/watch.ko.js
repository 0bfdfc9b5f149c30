// Texts of a course and its videos, in Korean.

export default {
  watch: {
    teacher: (name) => `${name} 선생님의 강의예요.`, until: (day, days) => `${day}까지 보실 수 있어요. ${days}일 남았어요.`, always: "기한 없이 보실 수 있어요.",
    completed: "수료하셨어요. 축하드려요!", certificate: "수료증 받기 (PDF)", record: "내 기록 보기",
    seen: (done, all) => (done === 0 ? `동영상이 ${all}개 있어요.` : `동영상 ${all}개 가운데 ${done}개를 보셨어요.`), allSeen: (all) => `동영상 ${all}개를 모두 보셨어요.`,
    begin: "처음부터 보기", next: "다음 동영상 보기", resume: "이어서 보기", empty: "아직 동영상이 없어요. 선생님이 올리시면 여기에 나와요.",
    length: (hours, minutes, seconds) => [hours && `${hours}시간`, minutes && `${minutes}분`, seconds && `${seconds}초`].filter(Boolean).join(" "),
    states: { new: () => "아직 안 보셨어요", begun: (percent) => `${percent}% 보셨어요`, done: () => "다 보셨어요" }, optional: "안 보셔도 돼요",
    missions: "풀어 볼 문제", where: "푸는 방법은 선생님께서 알려 주실 거예요.", untried: "아직 안 하셨어요", passed: "통과하셨어요", failed: "아직 통과하지 못하셨어요", needed: "수료하려면 필요해요",
    why: "강의를 보시려면 필요해요.", stops: { over: "보실 수 있는 기간이 끝났어요", none: "신청하신 분만 보실 수 있어요", asked: "아직 보실 수 없어요", queue: "자리가 나기를 기다리고 있어요" },
    ended: (day) => `${day}에 끝났어요.`, goOn: "다시 신청하시면 보시던 데부터 이어서 보실 수 있어요.", again: "다시 신청하기",
    forBuyers: "어떤 강의인지 보시고 신청하실 수 있어요.", about: "강의 알아보기", unpaid: "아직 결제하지 않으셨거나, 선생님이 확인하고 계세요.", inQueue: "자리가 나면 보실 수 있어요.",
    gone: "그런 강의가 없어요", address: "주소를 다시 확인해 주세요.", unopened: "화면을 열지 못했어요",
  },
  video: {
    back: "동영상 목록으로", play: "재생하기", pause: "잠시 멈추기", earlier: "10초 뒤로", later: "10초 앞으로", larger: "화면 가득 보기", speed: "재생 빠르기",
    rates: { 0.75: "천천히", 1: "보통", 1.25: "조금 빠르게", 1.5: "빠르게" },
    seen: (percent) => `지금까지 ${percent}% 보셨어요. 90%까지 보시면 다 보신 것이 돼요.`, done: "동영상을 다 보셨어요.", resumes: (length) => `보시던 데(${length})부터 이어서 보여 드려요.`,
    next: (name) => `다음: ${name}`, broken: "동영상이 열리지 않아요. 선생님께 말씀해 주세요.", again: "다시 열기", taken: "선생님이 이 동영상을 내리셨어요",
    elsewhere: "이 동영상은 다른 곳에 있어요. 단추를 누르면 새 화면에서 열려요.", open: "동영상 열기", sayIt: "다 보신 다음에 ‘다 봤어요’를 눌러 주세요.", sawIt: "다 봤어요",
  },
};
