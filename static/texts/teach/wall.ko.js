// Texts of the wall screen, in Korean.

export default {
  wall: {
    pageTitle: (title) => `칠판 · ${title}`,
    enter: "휴대폰으로 들어오세요",
    how: "카메라로 QR을 찍어 주세요. 안 되면 인터넷 주소창에 아래 주소를 적어 주세요.",
    closed: "교실 문이 닫혀 있습니다",
    here: (people) => `${people}명이 들어왔습니다`,
    lesson: "지금 단계",
    where: (number, all) => `${number} / ${all}단계`,
    progress: "마친 사람",
    finished: (finished, all) => `${finished} / ${all}명 마침`,
    allFinished: "모두 마쳤습니다!",
    paused: "잠시 쉬는 시간",
    pausedMore: "편히 쉬세요. 곧 다시 시작합니다.",
    ended: "수고하셨습니다!",
    endedMore: (people) => `오늘 ${people}명이 함께 배웠습니다. 배운 것은 휴대폰에서 다시 볼 수 있습니다.`,
    lost: "다시 연결하는 중입니다",
    tools: "칠판 단추",
    start: "수업 시작",
    back: "이전",
    next: "다음",
    pause: "쉬기",
    resume: "다시 시작",
    full: "전체 화면",
    window: "창으로",
  },
};
