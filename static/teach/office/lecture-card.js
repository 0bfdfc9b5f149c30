// A lecture in the list: where one can go from it, and what was taught.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { dayOf } from "./dates.js";
import { beginButton, isOver } from "./starting.js";

export function lectureCard(on, lecture) {
  const wall = el("b", { class: "posted" }, wallAddress(lecture));
  const past = el("details", { hidden: true });
  const path = `/teach/lecture/${lecture.id}`;
  const node = el("li", { class: "card lecture", "data-lecture": lecture.id },
    el("div", {}, el("h2", {}, lecture.title), lecture.description && el("p", { class: "hint" }, lecture.description)),
    el("div", { class: "row" }, beginButton(on, lecture),
      el("a", { class: "quiet", href: path }, words.lectures.edit),
      el("a", { class: "quiet", href: `${path}/attendance` }, words.lectures.attendance),
      el("a", { class: "quiet", href: `${path}/statistics` }, words.lectures.statistics)),
    el("div", { class: "more" }, past, wallPart(wall)));
  return { node, showSessions: (sessions) => showSessions(lecture, sessions, { wall, past }) };
}

export function runningLink(session) {
  return el("a", { class: "running", href: `/teach/session/${session.session_id}`, "data-session": session.session_id },
    el("span", {}, el("b", {}, session.lecture.title), el("span", { class: "hint" }, words.board.status[session.status])),
    el("b", { class: "bigcode" }, session.session_code),
    el("span", {}, words.lectures.people(session.participant_count)));
}

/** The address that phones can reach is known to the server, not to this browser: a class of the lecture tells it. */
function wallAddress(lecture, known = location.origin) {
  return new URL(`/l/${encodeURIComponent(lecture.code)}`, known).href;
}

function wallPart(wall) {
  // Only there where the page came over https, or from this very machine.
  const copy = navigator.clipboard && el("button", { type: "button", class: "quiet", onclick: async () => {
    await navigator.clipboard.writeText(wall.textContent);
    text(copy, words.lectures.copied);
  } }, words.lectures.copy);
  return el("details", {}, el("summary", {}, words.lectures.wall),
    el("p", { class: "hint" }, words.lectures.wallHint), el("div", { class: "row" }, wall, copy));
}

function showSessions(lecture, sessions, { wall, past }) {
  const ended = sessions.filter(isOver);
  past.append(el("summary", {}, words.lectures.past(ended.length)), el("ul", {}, ended.map((session) =>
    el("li", {}, el("a", { href: `/teach/session/${session.session_id}` }, session.title),
      el("span", { class: "hint" }, [dayOf(session.started_at ?? session.created_at),
        words.lectures.people(session.participant_count)].join(" · "))))));
  shown(past, ended.length);
  if (sessions[0]) text(wall, wallAddress(lecture, sessions[0].join_url));
}
