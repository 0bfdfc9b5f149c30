// Texts of the waiting room behind a poster, in Korean.

const FIRST_SYLLABLE = 0xac00;
const FINALS = 28;
/** «이에요» after a final consonant, else «예요». */
const is = (word) => `${word}${(word.charCodeAt(word.length - 1) - FIRST_SYLLABLE) % FINALS ? "이에요" : "예요"}`;

export default {
  lobby: {
    title: "수업을 기다려요", teacher: (name) => `${name} 선생님 수업이에요.`, next: (when) => `다음 수업은 ${is(when)}.`,
    wait: "수업이 열리면 이 화면이 저절로 바뀌어요. 그대로 기다리시면 됩니다.",
    unknown: "다음 수업이 언제인지는 선생님께 여쭤보세요. 수업이 열리면 이 화면이 저절로 바뀌어요.",
    apart: "인터넷이 끊겼어요. 다시 이어지면 저절로 열려요. 그대로 기다리시면 됩니다.",
    opens: "수업이 열렸어요. 지금 들어갑니다.",
    code: "수업 번호로 들어가기", record: "내 기록 보기",
    old: "이 포스터는 이제 쓰지 않아요", oldLine: "선생님께 새 QR을 여쭤보세요. 주소를 적으셨으면 한 글자씩 다시 봐 주세요.",
  },
};
