// Attendance of a lecture: the waiting applications and requests, and the sheet of a class or one of its meetings.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { applicationList, applicationsFor } from "./applications.js";
import { completionDesk } from "./completing.js";
import { lecturePage } from "./lecture.js";
import { MeetingSheet } from "./meeting.js";
import { RequestDesk, waitingRequests } from "./requests.js";
import { loadRoll } from "./roll.js";
import { sheet } from "./sheet.js";
import { className, classesOf } from "./starting.js";

export async function open(on, id) {
  const query = new URLSearchParams(location.search);
  const [lecture, classes] = await Promise.all([on.api.get(`/api/lectures/${id}`), classesOf(on.api, id)]);
  const one = classes.find((found) => found.class_id === Number(query.get("class"))) ?? classes[0];
  const context = { on, lecture, one, path: `/teach/lecture/${id}/attendance?class=${one.class_id}` };
  const [roll, waiting, applications] = await Promise.all([loadRoll(on.api, id, one.class_id), waitingRequests(on.api, id), applicationsFor(on.api, one)]);
  const meeting = meetingOf(roll, query);
  const marks = meeting && new MeetingSheet(context, roll, meeting);
  const parts = marks ? [marks.node] : [wholeSheet(context, roll, classes, { waiting, applications }), await completionDesk(context)];
  const title = [meeting ? words.marks.meeting(meeting.number) : words.lecture.attendance, lecture.title].join(" · ");
  return { node: lecturePage(on, lecture, "attendance", parts), title, close: () => marks?.close() };
}

/** Returns the meeting that the address names. A day gets its meeting with its first mark, and until then has no number. */
function meetingOf(roll, query) {
  const day = query.get("day");
  if (/^\d{4}-\d\d-\d\d$/.test(day)) return roll.meetings.find((meeting) => meeting.date === day) ?? { number: null, date: day };
  return roll.meetings.find((meeting) => meeting.number === Number(query.get("meeting")));
}

function wholeSheet(context, roll, classes, { waiting, applications }) {
  const { on, lecture, one } = context;
  const again = () => on.go(location.pathname + location.search);
  return [
    applications.length > 0 && el("section", { class: "pile", id: "applications" }, el("h2", {}, words.applications.title(applications.length)),
      applicationList(on, applications, again)),
    waiting.length > 0 && el("section", { class: "pile" }, el("h2", {}, words.requests.title), new RequestDesk(on, waiting, again).node),
    el("section", { class: "card" }, el("div", { class: "head" }, el("h2", {}, words.sheet.title), classChoice(context, classes)),
      sheet(context, roll), el("h3", {}, words.sheet.files), files(on, lecture, one)),
  ];
}

function classChoice({ on, lecture, one }, classes) {
  if (classes.length < 2) return null;
  const select = el("select", { id: "class", onchange: () => on.go(`/teach/lecture/${lecture.id}/attendance?class=${select.value}`) },
    classes.map((found) => el("option", { value: found.class_id, selected: found === one }, className(found))));
  return el("div", { class: "row" }, el("label", { for: "class" }, words.sheet.class), select);
}

/** Buttons that download the tables of a class for spreadsheets. */
function files({ api, fail }, lecture, one) {
  const path = `/api/v1/courses/${lecture.id}/classes/${one.class_id}`;
  const load = (kind) => el("button", { type: "button", class: "quiet", "data-act": `${kind}-csv`, onclick: () =>
    api.download(`${path}/${kind}.csv`, `${lecture.title} ${className(one)} ${words.sheet.kinds[kind]}.csv`).catch(fail) },
  words.sheet.kinds[kind]);
  return el("div", { class: "row" }, ["attendance", "grades", "completions"].map(load));
}
