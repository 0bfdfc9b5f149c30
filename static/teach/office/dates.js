// Days and times in the reader's language.

import { language, words } from "../../shared/words.js";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const formats = new Map();

function format(kind, options) {
  const key = `${language}.${kind}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, options));
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

/** The day of an instant in the reader's time zone. */
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

export function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
