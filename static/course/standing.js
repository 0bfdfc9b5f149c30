// The standing of a person in a course, and what the pages of a course ask the server for alike.

import { Refused } from "../shared/api.js";

/** From the one that counts first. */
const KINDS = ["open", "queue", "asked", "over", "none"];

/**
 * Resolves to `{ kind, enrollment }`: `open` to those who may watch, `queue` and `asked` to those who wait for a seat, or for their
 * payment or approval, `over` after the end of their access, else `none`.
 */
export async function standing(api, course) {
  const { results } = await api.get(`/courses/enrollments/?major_category_id=${course}&page_size=100`);
  const all = results.map((enrollment) => ({ kind: kindOf(enrollment), enrollment }));
  return KINDS.map((kind) => all.find((one) => one.kind === kind)).find(Boolean) ?? { kind: "none", enrollment: null };
}

function kindOf({ status, is_waiting: isWaiting, expiry_date: end }) {
  if (status === "pending") return isWaiting ? "queue" : "asked";
  // A completion stays when the time is over.
  if (status === "completed") return end && Date.parse(end) <= Date.now() ? "over" : "open";
  return { active: "open", expired: "over" }[status] ?? "none";
}

/** Tells whether a student is signed in here. An instructor who is counts as nobody. */
export async function isStudent(on) {
  const isKnown = await on.resumed;
  on.resumed = on.api.user !== null;
  return Boolean(isKnown) && on.api.user?.role === "STUDENT";
}

/** Resolves to all rows of a list that comes in pages. A list that becomes shorter meanwhile may have no further page. */
export async function allOf(api, path) {
  const rows = [];
  for (let page = 1, isMore = true; isMore; page += 1) {
    const { results, next } = await api.get(`${path}&page_size=100&page=${page}`).catch((error) => {
      if (page > 1 && isMissing(error)) return { results: [], next: null };
      throw error;
    });
    rows.push(...results);
    isMore = next !== null;
  }
  return rows;
}

/** Tells whether something is not there, or is hidden from this person. */
export const isMissing = (error) => error instanceof Refused && (error.status === 404 || error.status === 400);
