// The time of a class, as people say it.

import { language, words } from "../shared/words.js";

/** `isFresh`: the server has just told how many days there are until then. The clock of this device may be wrong, and is not asked. */
export function timeOf({ date, time, days_until: days }, isFresh) {
  const near = isFresh ? words.when.days[days] : null;
  const day = near ?? new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
  if (!time) return day;
  const [hour, minute] = time.split(":").map(Number);
  return words.when.at(day, words.when.time(hour, minute));
}
