// Times of a class, as one says them, in English.

const HOURS = 12;

export default {
  when: {
    days: ["today", "tomorrow", "the day after tomorrow"], at: (day, time) => `${day} at ${time}`,
    time: (hour, minute) => (minute ? `${hour % HOURS || HOURS}:${String(minute).padStart(2, "0")} ${hour < HOURS ? "am" : "pm"}` : hour === HOURS ? "noon" : `${hour % HOURS || HOURS} ${hour < HOURS ? "am" : "pm"}`),
  },
};
