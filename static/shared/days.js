// Days, as people write them.

import { schoolZone } from "./school.js";
import { language } from "./words.js";

const DAY_MS = 86_400_000;

/** The day of a time, in the school's zone, with its year. */
export function dayOf(time) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: schoolZone() }).format(new Date(time));
}

/** The time so many days from now. */
export const inDays = (days) => Date.now() + days * DAY_MS;

/** The number of days until a time, begun ones included. */
export const daysUntil = (time) => Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / DAY_MS));
