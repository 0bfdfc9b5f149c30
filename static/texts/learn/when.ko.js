// Times of a class, as one says them, in Korean.

const HOURS = 12;
const partOf = (hour) => (hour === HOURS ? "낮" : hour === 0 ? "밤" : hour < HOURS ? "오전" : "오후");

export default {
  when: {
    days: ["오늘", "내일", "모레"], at: (day, time) => `${day} ${time}`,
    time: (hour, minute) => `${partOf(hour)} ${hour % HOURS || HOURS}시${minute ? ` ${minute}분` : ""}`,
  },
};
