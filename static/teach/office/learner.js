// One learner of a lecture: steps, meetings, and calls for help.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { ago, dayName, dayOf, timeOf } from "./dates.js";
import { learnersOf } from "./learners.js";
import { lecturePage } from "./lecture.js";
import { markSign } from "./marks.js";
import { percent, tile } from "./widgets.js";

const SIGNS = { COMPLETED: "✓", IN_PROGRESS: "…", NOT_STARTED: "" };
/** A shorter time is not shown. */
const SHOWN_FROM_S = 10;
const IN_CLASS = ["APPROVED", "COMPLETED"];

export async function open(on, id, person) {
  const { api } = on;
  const [lecture, { user, progress }, enrollment, everyone] = await Promise.all([
    api.get(`/api/lectures/${id}`), api.get(`/api/progress/users/${person}/lectures/${id}`),
    enrollmentOf(api, id, person), learnersOf(api, id),
  ]);
  const marks = enrollment ? (await api.get(`/api/v1/attendance/enrollment/${enrollment.enrollment_id}`)).attendances : [];
  const line = everyone.find((one) => one.user_id === person);
  const name = line?.name ?? user.name;
  const node = lecturePage(on, lecture, "statistics", el("section", { class: "pile" },
    el("h2", { class: "person-name" }, name), tiles(line, enrollment),
    el("div", { class: "two" }, steps(progress), meetings(marks))));
  return { node, title: `${name} · ${lecture.title}` };
}

async function enrollmentOf(api, id, person) {
  const { enrollments } = await api.get(`/api/v1/enrollments?course_id=${id}&user_id=${person}&size=100`);
  const taken = enrollments.filter(({ status }) => IN_CLASS.includes(status));
  return taken.sort((a, b) => b.enrollment_id - a.enrollment_id)[0];
}

function tiles(one, enrollment) {
  const { learner, statistics } = words;
  const rate = enrollment?.grade.attendance_score;
  return el("dl", { class: "tiles" },
    one && tile(learner.progress, percent(one.progress_rate), statistics.steps(one.completed_subtasks, one.total_subtasks)),
    tile(learner.attendance, rate === null || rate === undefined ? "–" : `${Math.round(rate)}%`),
    one && tile(learner.helps, statistics.times(one.manual_help_count)),
    tile(learner.last, one?.last_activity ? ago(one.last_activity) : "–"));
}

function steps(progress) {
  const tasks = grouped(progress);
  return el("section", { class: "card" }, el("h3", {}, words.learner.steps), [...tasks].map(([title, lines]) =>
    [el("h4", {}, title), el("ul", { class: "checks" }, lines.map(step))]));
}

function grouped(progress) {
  const tasks = new Map();
  for (const line of progress) tasks.set(line.task_title, [...(tasks.get(line.task_title) ?? []), line]);
  return tasks;
}

function step({ subtask_title: title, status, started_at: began, completed_at: done }) {
  // A learner who only reports the end has begun at the same moment.
  const seconds = began && done ? Math.round((new Date(done) - new Date(began)) / 1_000) : 0;
  const took = seconds >= SHOWN_FROM_S && words.learner.took(seconds);
  const when = done && [dayOf(done), timeOf(done)].join(" ");
  return el("li", { "data-state": status },
    el("span", { class: "check-sign", "aria-hidden": "true" }, SIGNS[status]),
    el("span", {}, title, el("span", { class: "unseen" }, ` (${words.learner.states[status]})`),
      el("span", { class: "hint" }, [when, took].filter(Boolean).join(" · "))));
}

function meetings(marks) {
  const line = (mark) => el("li", {}, markSign(mark.attendance_type),
    el("span", {}, `${words.marks.meeting(mark.session_number)} · ${dayName(mark.class_date)}`,
      el("span", { class: "hint" }, [words.marks.kinds[mark.attendance_type], mark.absence_reason].filter(Boolean).join(" · "))));
  return el("section", { class: "card" }, el("h3", {}, words.learner.meetings),
    marks.length > 0 ? el("ul", { class: "checks" }, marks.map(line)) : el("p", { class: "hint" }, words.learner.noMeetings));
}
