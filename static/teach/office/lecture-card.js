// A lecture in the list, with the ways to its pages and its past sessions.

import { spaced } from "../../shared/code.js";
import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { dayOf } from "./dates.js";
import { handoutButton } from "./handout.js";
import { travelTools } from "./lesson-file.js";
import { isOver, openButton } from "./starting.js";

export function lectureCard(on, lecture) {
  const past = (lecture.sessions ?? []).filter(isOver);
  const path = `/teach/lecture/${lecture.id}`;
  return el("li", { class: "card lecture", "data-lecture": lecture.id },
    el("div", {}, el("h2", {}, lecture.title), isOfAnother(on, lecture) && el("p", { class: "hint", "data-of": lecture.instructor.id }, ofWhom(lecture)),
      lecture.description && el("p", { class: "hint" }, lecture.description)),
    el("div", { class: "row" }, openButton(on, lecture),
      el("a", { class: "quiet", href: path }, words.lectures.edit),
      isOwned(lecture) && el("a", { class: "quiet", href: `${path}/attendance` }, words.lectures.attendance),
      el("a", { class: "quiet", href: `${path}/statistics` }, words.lectures.statistics),
      el("a", { class: "quiet", href: `${path}/poster` }, words.lecture.poster), handoutButton(on, lecture)),
    past.length > 0 && pastSessions(past), travelTools(on, lecture));
}

/** Tells whether another person teaches the lecture. Administrators see the lectures of all instructors. */
const isOfAnother = ({ api }, { instructor }) => instructor.id !== api.user.id;

/** Tells whether all of it may be done: marks, completions and the archive stay with its instructor when it is shared. */
export const isOwned = (lecture) => lecture.my_role === "OWNER";

const ofWhom = (lecture) => (isOwned(lecture) ? words.lecture.teacher : words.lectures.sharedBy)(lecture.instructor.name);

/** A way into a session that is open. */
export function runningLink(session) {
  return el("a", { class: "running", href: `/teach/session/${session.session_id}`, "data-session": session.session_id },
    el("span", {}, el("b", {}, session.lecture.title), el("span", { class: "hint" }, words.office.status[session.status])),
    el("b", { class: "bigcode" }, spaced(session.session_code)),
    el("span", {}, words.lecture.people(session.participant_count)));
}

function pastSessions(sessions) {
  return el("details", { class: "more" }, el("summary", {}, words.lectures.past(sessions.length)), el("ul", {}, sessions.map((session) =>
    el("li", {}, el("a", { href: `/teach/session/${session.session_id}` }, session.title),
      el("span", { class: "hint" }, [dayOf(session.started_at ?? session.created_at),
        words.lecture.people(session.participant_count)].join(" · "))))));
}
