// The attendance sheet of a class: a line for each person, a column for each meeting.

import { el, onSubmit } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { shortDay, today } from "./dates.js";
import { legend, markSign } from "./marks.js";

/** The marks of people who came. An excused person did not. */
const CAME = ["PRESENT", "LATE", "EARLY_LEAVE"];

export function sheet(context, roll) {
  if (roll.people.length === 0) return el("p", { class: "hint" }, nobodyIn(context.one));
  return el("div", { class: "pile" }, roll.meetings.length > 0 ? [legend(), table(context, roll)] : el("p", { class: "hint" }, words.sheet.noMeetings),
    anotherDay(context));
}

/** Says of a class without learners how they come into it. */
export function nobodyIn({ approval }) {
  return approval === "MANUAL" ? words.sheet.nobodyApproved : words.sheet.nobody;
}

function table({ path, lecture }, roll) {
  const head = (meeting) => el("th", { scope: "col" }, el("a", { href: `${path}&meeting=${meeting.number}` },
    words.marks.meeting(meeting.number), el("span", {}, shortDay(meeting.date))));
  // It may be wider than the screen: with the focus it scrolls by the keyboard too.
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.sheet.title },
    el("table", { class: "sheet" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words.sheet.name), roll.meetings.map(head),
        el("th", { scope: "col" }, words.sheet.rate))),
      el("tbody", {}, roll.people.map((person) => line(lecture, roll, person))),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, words.sheet.came), roll.meetings.map((meeting) =>
        el("td", {}, cameTo(roll, meeting))), el("td", {})))));
}

function line(lecture, roll, person) {
  const cell = ({ number }) => {
    const kind = roll.kind(person, number);
    return el("td", {}, kind ? markSign(kind) : el("span", { class: "unseen" }, words.marks.none));
  };
  const rate = person.attendance_rate;
  return el("tr", { "data-person": person.user_id },
    el("th", { scope: "row" }, el("a", { href: `/teach/lecture/${lecture.id}/learner/${person.user_id}` }, person.user_name)),
    roll.meetings.map(cell), el("td", {}, rate === null ? "–" : `${Math.round(rate)}%`));
}

const cameTo = (roll, { number }) => String(roll.people.filter((person) => CAME.includes(roll.kind(person, number))).length);

/** A form for a meeting that was held without a live session. */
function anotherDay({ on, path, one }) {
  const day = el("input", { type: "date", id: "day", required: true, value: today(), min: one.start_date, max: one.end_date });
  return el("form", { class: "row another", onsubmit: onSubmit(() => on.go(`${path}&day=${day.value}`)) }, el("label", { for: "day" }, words.sheet.otherDay), day,
    el("button", { class: "quiet", "data-act": "other-day" }, words.sheet.write));
}
