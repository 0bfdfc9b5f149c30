// The page on which anyone checks a certificate, in Korean.

export default {
  check: {
    page: {
      school: "교실",
      title: "수료증 확인",
      looking: "찾고 있어요…",
      welcome: "수료증을 확인해 드립니다",
      unreachable: "학교와 이어지지 않습니다. 인터넷을 확인한 뒤 다시 눌러 주세요.",
      later: (seconds) => `지금은 확인할 수 없습니다. ${seconds}초 뒤에 다시 눌러 주세요.`,
      again: "다시 확인하기",
      ended: { EXPIRED: (day) => `${day}에 유효 기간이 끝났습니다.`, REVOKED: (day) => `${day}에 취소되었습니다.` },
      compare: "종이나 PDF에 적힌 내용이 아래와 모두 같은지 확인해 주세요.",
      altered: "하나라도 다르면 내용이 바뀐 가짜 수료증일 수 있습니다.",
      open: "수료증 보기 (PDF)",
      another: "다른 수료증 확인하기",
      masked: "이름은 일부만 보입니다. 확인 코드까지 적으면 수료증의 모든 내용을 볼 수 있습니다.",
      unknown: "번호와 코드를 수료증에 적힌 그대로 적었는지 다시 확인해 주세요. 그래도 없다면 이 학교에서 드린 수료증이 아닙니다.",
      byNumber: "번호로 확인하기",
      number: "수료증 번호",
      code: "확인 코드",
      example: (text) => `예: ${text}`,
      go: "확인하기",
      atFoot: "번호와 코드는 수료증 맨 아래에 있습니다.",
      signature: "전자 서명",
      signed: (algorithm) => `학교의 서명 키(${algorithm})로 서명한 글입니다. 인터넷 없이도 누구나 서명을 확인할 수 있습니다.`,
      signedText: "서명한 글, 서명, 공개 키 (base64):",
      hours: (hours, minutes) => [hours && `${hours}시간`, minutes && `${minutes}분`].filter(Boolean).join(" "),
      points: (score) => `${score}점`,
    },
    states: {
      VALID: "유효한 수료증입니다",
      EXPIRED: "유효 기간이 지난 수료증입니다",
      REVOKED: "취소된 수료증입니다",
      UNKNOWN: "그런 수료증을 찾을 수 없습니다",
    },
    fields: {
      name: "이름", course: "과정", unit: "단원", class: "차수", period: "기간", hours: "학습 시간", completed: "수료일", instructor: "강사",
      total: "총점", attendance: "출석", progress: "진도", assessment: "평가", issued: "발급일", expires: "유효 기한",
      issuer: "발급한 곳", number: "번호", code: "확인 코드", uuid: "고유 번호",
    },
  },
};
