// Times of a class, as one says them, in Japanese.

const HOURS = 12;

export default {
  when: {
    days: ["今日", "明日", "あさって"], at: (day, time) => `${day} ${time}`,
    time: (hour, minute) => `${hour < HOURS ? "午前" : "午後"}${hour % HOURS}時${minute ? `${minute}分` : ""}`,
  },
};
