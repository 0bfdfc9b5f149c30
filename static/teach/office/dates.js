// Days and times in the reader's language and the school's time zone.

import { schoolZone } from "../../shared/school.js";
import { language, words } from "../../shared/words.js";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const formats = new Map();

function format(kind, options) {
  const timeZone = options.timeZone ?? schoolZone();
  const key = `${language}.${timeZone}.${kind}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, { ...options, timeZone }));
  return formats.get(key);
}

/** Month, day and weekday of a day such as `2026-11-21`, the same in every time zone. */
export function dayName(date) {
  return format("day", { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

/** The day in short form: «11. 21.». */
export function shortDay(date) {
  return format("short", { month: "numeric", day: "numeric", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

/** The day of an instant. */
export function dayOf(instant) {
  return format("instant", { month: "long", day: "numeric" }).format(new Date(instant));
}

export function timeOf(instant) {
  return format("time", { hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

/** The time since an instant, in words. */
export function ago(instant) {
  const seconds = Math.max(0, (Date.now() - new Date(instant)) / 1_000);
  if (seconds < MINUTE_S) return words.office.justNow;
  const [unit, size] = [["day", DAY_S], ["hour", HOUR_S]].find(([, size]) => seconds >= size) ?? ["minute", MINUTE_S];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-Math.floor(seconds / size), unit);
}

/** The day of now as `2026-11-21`. */
export function today() {
  const parts = new Intl.DateTimeFormat("en", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: schoolZone() }).formatToParts(new Date());
  return ["year", "month", "day"].map((kind) => parts.find(({ type }) => type === kind).value).join("-");
}
