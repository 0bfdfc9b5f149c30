// The attendance sheet of a class as plain data: people, meetings, and marks.

import { labelOf } from "../../shared/names.js";
import { language } from "../../shared/words.js";

export async function loadRoll(api, lecture, classId) {
  return new Roll(await api.get(`/api/v1/attendance/course/${lecture}/class/${classId}`));
}

class Roll {
  /** In the order of their names. */
  people;
  /** In their order, as `{ number, date }`. */
  meetings;
  #marks = new Map();

  constructor({ meetings, students }) {
    const order = new Intl.Collator(language);
    for (const person of students) person.user_name = labelOf(person.user_name, person.namesake);
    this.people = students.sort((a, b) => order.compare(a.user_name, b.user_name) || a.enrollment_id - b.enrollment_id);
    this.meetings = meetings.map(({ session_number: number, class_date: date }) => ({ number, date }));
    students.forEach((person) => person.attendances.forEach((mark) => this.keep(person, mark)));
  }

  keep(person, mark) {
    this.#marks.set(`${person.enrollment_id}.${mark.session_number}`, mark);
  }

  mark(person, number) {
    return this.#marks.get(`${person.enrollment_id}.${number}`);
  }

  /** Returns the kind of a mark. A person without one at a meeting that counts for them is absent. */
  kind(person, number) {
    return this.mark(person, number)?.attendance_type ?? (person.counted_session_numbers.includes(number) ? "ABSENT" : null);
  }
}
