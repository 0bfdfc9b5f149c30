// Days and hours as the reader's language writes them.

import { language, words } from "../../shared/words.js";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const made = new Map();

function format(kind, options) {
  const key = `${language}.${kind}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(language, options));
  return made.get(key);
}

/** The month, the day and the day of the week, of a day such as `2026-11-21`, wherever one reads it. */
export function dayName(date) {
  return format("day", { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

/** «11. 21.», where there is little room. */
export function shortDay(date) {
  return format("short", { month: "numeric", day: "numeric", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

/** The day of an instant, on the reader's own calendar. */
export function dayOf(instant) {
  return format("instant", { month: "long", day: "numeric" }).format(new Date(instant));
}

export function timeOf(instant) {
  return format("time", { hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

/** How long it is since then, in words. */
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
