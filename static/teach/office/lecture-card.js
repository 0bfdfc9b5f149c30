// A lecture in the list: where one can go from it, and what was taught.

import { spaced } from "../../shared/code.js";
import { el, shown } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { dayOf } from "./dates.js";
import { beginButton, isOver } from "./starting.js";

export function lectureCard(on, lecture) {
  const past = el("details", { class: "more", hidden: true });
  const path = `/teach/lecture/${lecture.id}`;
  const node = el("li", { class: "card lecture", "data-lecture": lecture.id },
    el("div", {}, el("h2", {}, lecture.title), isOfAnother(on, lecture) && el("p", { class: "hint" }, words.poster.teacher(lecture.instructor.name)),
      lecture.description && el("p", { class: "hint" }, lecture.description)),
    el("div", { class: "row" }, beginButton(on, lecture),
      el("a", { class: "quiet", href: path }, words.lectures.edit),
      el("a", { class: "quiet", href: `${path}/attendance` }, words.lectures.attendance),
      el("a", { class: "quiet", href: `${path}/statistics` }, words.lectures.statistics),
      el("a", { class: "quiet", href: `${path}/poster` }, words.poster.title)),
    past);
  return { node, showSessions: (sessions) => showSessions(past, sessions) };
}

/** Administrators see the lectures of all teachers. */
const isOfAnother = ({ api }, { instructor }) => instructor.id !== api.user.id;

export function runningLink(session) {
  return el("a", { class: "running", href: `/teach/session/${session.session_id}`, "data-session": session.session_id },
    el("span", {}, el("b", {}, session.lecture.title), el("span", { class: "hint" }, words.board.status[session.status])),
    el("b", { class: "bigcode" }, spaced(session.session_code)),
    el("span", {}, words.lectures.people(session.participant_count)));
}

function showSessions(past, sessions) {
  const ended = sessions.filter(isOver);
  past.append(el("summary", {}, words.lectures.past(ended.length)), el("ul", {}, ended.map((session) =>
    el("li", {}, el("a", { href: `/teach/session/${session.session_id}` }, session.title),
      el("span", { class: "hint" }, [dayOf(session.started_at ?? session.created_at),
        words.lectures.people(session.participant_count)].join(" · "))))));
  shown(past, ended.length);
}
