// Texts of the page that makes the first administrator, in Korean.

export default {
  setup: {
    title: "첫 관리자 만들기",
    lead: "이 교실에는 아직 관리자가 없습니다. 여기에 적으신 분이 관리자가 되어 강의를 만들고 수업을 열 수 있습니다.",
    name: "이름",
    login: "이메일 또는 전화번호",
    loginHint: "다음부터 로그인할 때 씁니다.",
    password: "비밀번호",
    passwordHint: "8자 이상으로 정해 주세요.",
    see: "비밀번호 보기",
    go: "관리자로 시작하기",
    missing: { name: "이름을 적어 주세요.", login: "이메일이나 전화번호를 적어 주세요.", password: "비밀번호를 적어 주세요." },
    wrong: {
      name: "이름은 40자까지 적을 수 있습니다.",
      login: "이메일이나 전화번호가 맞는지 다시 살펴봐 주세요.",
      password: "비밀번호는 8자 이상이어야 합니다.",
    },
    over: "이 링크는 더 쓸 수 없습니다",
    overMore: "이미 쓰였거나, 그 뒤에 서버가 다시 시작되었습니다. 관리자가 아직 없다면 서버를 켠 화면에 새로 나온 링크를 열어 주세요.",
    signin: "로그인하러 가기",
  },
};
