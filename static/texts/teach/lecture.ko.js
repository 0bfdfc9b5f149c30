// Texts of all pages about one lecture, in Korean.

export default {
  lecture: {
    pages: "강의 화면",
    editor: "단계",
    attendance: "출석·수료",
    statistics: "통계",
    people: (count) => `${count}명`,
    name: "제목",
    about: "설명 (없어도 됩니다)",
    poster: "QR 포스터",
    handout: "유인물 (PDF)", handoutName: "유인물", handoutMaking: "유인물을 만들고 있습니다…",
    teacher: (name) => `${name} 선생님`,
  },
  opening: {
    open: "새 수업 열기",
    whichClass: "어느 반 수업인가요?",
    applied: (count) => `신청 ${count}명`,
    defaultClass: "기본 반",
    openAlready: (code) => `이 강의에는 이미 열린 수업이 있습니다 (번호 ${code}). 하나 더 열까요?`,
    goThere: "열린 수업으로 가기",
  },
  marks: {
    meeting: (number) => `${number}회차`,
    none: "표시 없음",
    kinds: { PRESENT: "출석", LATE: "지각", EARLY_LEAVE: "조퇴", EXCUSED: "공결", ABSENT: "결석" },
  },
};
