// A class as plain data: its people, its meetings, and the mark of each of them at each.

import { language } from "../../shared/words.js";
import { everyPage } from "./parts.js";
import { overviewsOf } from "./requests.js";

const IN_CLASS = ["APPROVED", "COMPLETED"];

/** `overviews` is everyone in the lecture, for the requests that wait among them. */
export async function loadRoll(api, lecture, classId) {
  const [enrolled, overviews] = await Promise.all([
    everyPage(api, `/api/v1/enrollments?course_id=${lecture.id}`, "enrollments", "size"), overviewsOf(api, lecture),
  ]);
  const people = enrolled.filter((one) => one.class_id === classId && IN_CLASS.includes(one.status));
  const counted = countedFor(people, enrolled, overviews);
  const dates = new Map([...counted.values()].flat().map(({ sessionNumber: number, date }) => [number, date]));
  const days = [...new Set(dates.values())];
  const lists = await Promise.all(days.map((day) => everyPage(api, dayPath(lecture.id, classId, day), "attendances", "size")));
  return new Roll(people, dates, counted, lists.flat(), overviews);
}

const dayPath = (lecture, classId, day) => `/api/v1/attendance/course/${lecture}/class/${classId}/date/${day}`;

/** The server counts the meetings of everyone's newest enrollment. */
function countedFor(people, enrolled, overviews) {
  const newest = new Map();
  for (const { enrollment_id: id, user_id: person, status } of enrolled) {
    if (IN_CLASS.includes(status)) newest.set(person, Math.max(id, newest.get(person) ?? 0));
  }
  const sessions = new Map(overviews.map((one) => [one.studentInfo.userIdx, one.sessions]));
  const mine = people.filter((one) => newest.get(one.user_id) === one.enrollment_id);
  return new Map(mine.map((one) => [one.enrollment_id, sessions.get(one.user_id) ?? []]));
}

class Roll {
  /** By name: `{ enrollment_id, user_id, user_name, grade }`. */
  people;
  /** In their order: `{ number, date }`. */
  meetings;
  overviews;
  #counted;
  #marks = new Map();

  constructor(people, dates, counted, marks, overviews) {
    const order = new Intl.Collator(language);
    this.people = people.sort((a, b) => order.compare(a.user_name, b.user_name) || a.enrollment_id - b.enrollment_id);
    this.meetings = [...dates].map(([number, date]) => ({ number, date })).sort((a, b) => a.number - b.number);
    this.overviews = overviews;
    this.#counted = counted;
    marks.forEach((mark) => this.keep(mark));
  }

  keep(mark) {
    this.#marks.set(`${mark.enrollment_id}.${mark.session_number}`, mark);
  }

  mark(person, number) {
    return this.#marks.get(`${person.enrollment_id}.${number}`);
  }

  /** Without a mark one was not there, at a meeting that counts for them. */
  kind(person, number) {
    const counts = () => this.#counted.get(person.enrollment_id)?.some((meeting) => meeting.sessionNumber === number);
    return this.mark(person, number)?.attendance_type ?? (counts() ? "ABSENT" : null);
  }

  /** Of two meetings on one day the earlier one is marked first: the server takes them in their order. */
  earlierUnmarked(person, { number, date }) {
    return this.meetings.find((other) => other.date === date && other.number < number && !this.mark(person, other.number));
  }
}
