// Texts of the list of lectures, in Korean.

export default {
  lectures: {
    title: "내 강의",
    add: "+ 새 강의",
    assisted: "함께하는 수업",
    assistedAs: { HELPER: "도우미", HOST: "이끄는 강사" },
    sharedBy: (name) => `${name} 님의 강의 · 함께 가르칩니다`,
    runningNow: "지금 열려 있는 수업",
    edit: "단계 편집",
    attendance: "출석·수료",
    statistics: "통계",
    past: (count) => `지난 수업 ${count}개`,
    archived: (count) => `보관한 강의 ${count}개`,
    restore: "다시 가르치기",
    more: "더 보기",
    newLecture: "새 강의 만들기",
    titleExample: "예: 카카오톡 기초",
    make: "만들기",
    first: "첫 강의를 만들어 보세요",
    ways: [
      "강의 제목을 적고, 배울 것을 한 단계씩 적습니다.",
      "‘새 수업 열기’를 누르면 QR 코드가 나옵니다. 수강생은 휴대폰으로 찍기만 하면 됩니다.",
      "‘다음 단계’를 누를 때마다 모두의 휴대폰이 함께 다음 단계로 넘어갑니다.",
    ],
    makeSample: "예시 강의로 시작하기",
    sampleHint: "단계 여섯 개짜리 예시 강의입니다. 마음대로 고치거나 지워도 됩니다.",
    requests: (count) => `출석 요청 ${count}건이 기다리고 있습니다.`,
    seeRequests: "보러 가기",
  },
  lessonFile: {
    both: "복사·내보내기",
    copy: "복사하기", copying: "복사하고 있습니다…",
    save: "파일로 내보내기", saving: "파일을 만들고 있습니다…",
    hint: "복사하면 수강생 없이 단계와 그림만 있는 새 강의가 생깁니다. 파일은 다른 학교에서도 열 수 있고, 진행 메모도 함께 들어갑니다.",
    open: "파일에서 가져오기",
    openHint: "‘파일로 내보내기’로 받은 강의 파일(zip)을 고르거나 여기에 끌어다 놓으세요.",
    choose: "파일 고르기",
    sending: "파일을 보내고 있습니다…",
    checking: "그림을 하나씩 확인하고 있습니다. 잠시만 기다려 주세요…",
    tooLarge: "파일이 너무 큽니다. 200MB까지 가져올 수 있습니다.",
  },
  sample: {
    title: "카카오톡으로 사진 보내기",
    description: "사진을 골라 가족에게 보내 봅니다. (예시 강의)",
    tasks: [
      {
        title: "대화방 열기",
        steps: [
          ["카카오톡 열기", "노란색 카카오톡 그림을 한 번 눌러 주세요."],
          ["친구 고르기", "사진을 보낼 친구의 이름을 눌러 주세요."],
          ["대화방 들어가기", "‘1:1 채팅’을 눌러 주세요."],
        ],
      },
      {
        title: "사진 보내기",
        steps: [
          ["더하기 누르기", "글을 적는 칸 왼쪽에 있는 + 표시를 눌러 주세요."],
          ["사진 고르기", "‘앨범’을 누르고, 보낼 사진을 한 장 눌러 주세요."],
          ["보내기", "오른쪽 위의 ‘전송’을 눌러 주세요. 사진이 보이면 다 됐습니다."],
        ],
      },
    ],
  },
};
