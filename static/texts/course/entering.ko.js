// Texts of signing in and registering before a course, in Korean.

export default {
  signin: {
    title: "누구신가요?", login: "전화번호나 이메일", password: "비밀번호", go: "들어가기", register: "처음이에요. 새로 등록할게요",
    wrong: "적으신 내용이 맞지 않아요. 다시 봐 주세요. 비밀번호를 잊으셨으면 학교 관리자께 말씀해 주세요.", teacher: "선생님은 선생님 화면에서 들어가 주세요.",
  },
  register: {
    title: "처음 오셨군요", guest: "지금까지의 기록도 이 이름으로 저장돼요.", name: "이름", nameHint: "수료증에 이 이름이 적혀요. 성까지 다 적어 주세요.",
    loginHint: "다음에 들어오실 때 쓰게 돼요.",
    passwordHint: "8글자 이상으로 새로 정하시고, 종이에도 적어 두세요.", go: "등록하기", known: "전에 등록했어요",
    taken: "이미 쓰이고 있는 번호나 이메일이에요. 다시 봐 주세요.", noName: "이름을 다시 적어 주세요.", noLogin: "전화번호나 이메일을 다시 적어 주세요.", short: "비밀번호는 8글자 이상으로 적어 주세요.",
  },
};
