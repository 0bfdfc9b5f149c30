// One's lectures, and the way into a class in two clicks.

import { post } from "../shared/api.js";
import { el, shown, text } from "../shared/dom.js";
import { STATES } from "./roster.js";

const NEWEST = 50;

export async function lectures({ api, go, fail }) {
  const whose = api.user.role === "ADMIN" ? "" : `&instructor_id=${api.user.id}`;
  const { lectures: found } = await api.get(`/api/lectures?is_active=true${whose}`);
  const list = el("ul", { class: "lectures" }, found.map((lecture) => card({ api, go, fail }, lecture)));
  const nothing = found.length === 0 && el("p", { class: "hint" }, "아직 강의가 없습니다. 아래에서 첫 강의를 만들어 보세요.");
  return { node: el("div", { class: "page" }, el("h1", {}, "내 강의"), nothing, list, newLecture({ api, go, fail })) };
}

function card(on, lecture) {
  const open = el("div", { class: "open" });
  const wall = el("b", {}, wallAddress(lecture));
  const past = el("details", { hidden: true }, el("summary", {}, "지난 수업"));
  const sheets = el("details", {}, el("summary", {}, "출석부 · 성적 · 수료 명단 내려받기"));
  sheets.addEventListener("toggle", () => showSheets(on, lecture, sheets), { once: true });
  const node = el("li", { class: "card" }, el("h2", {}, lecture.title),
    lecture.description && el("p", { class: "hint" }, lecture.description), open,
    el("div", { class: "row" },
      el("button", { type: "button", class: "main", onclick: () => begin(on, lecture) }, "새 수업 열기"),
      el("a", { class: "quiet", href: `/teach/lecture/${lecture.id}` }, "단계 편집")),
    el("p", { class: "hint" }, "벽에 붙여 두는 주소: ", wall, el("br"), "언제나 오늘 수업으로 이어집니다"), past, sheets);
  showSessions(on.api, lecture, { open, wall, past });
  return node;
}

/** The address that phones can reach is known to the server, not to this browser: a class of the lecture tells it. */
function wallAddress(lecture, known = location.origin) {
  return new URL(`/l/${encodeURIComponent(lecture.code)}`, known).href;
}

async function showSessions(api, lecture, { open, wall, past }) {
  try {
    const { results } = await api.get(`/api/lectures/${lecture.id}/sessions?page_size=${NEWEST}`);
    const isOver = (session) => session.status === "REVIEW_MODE";
    const link = (kind, session, words) => el("a", { class: kind, href: `/teach/session/${session.session_id}` }, words);
    open.append(...results.filter((session) => !isOver(session)).map((session) => link("running", session,
      [el("b", {}, STATES[session.status]), ` ${session.title} · ${session.session_code} · ${session.participant_count}명`])));
    const ended = results.filter(isOver);
    past.append(el("ul", {}, ended.map((session) =>
      el("li", {}, link(null, session, `${session.title} · ${session.participant_count}명`)))));
    shown(past, ended.length);
    if (results[0]) text(wall, wallAddress(lecture, results[0].join_url));
  } catch {
    // The list is of use without it.
  }
}

const SHEETS = [["attendance", "출석부"], ["grades", "성적"], ["completions", "수료 명단"]];

/** A file for each class and kind, as spreadsheets read it. */
async function showSheets({ api, fail }, lecture, sheets) {
  try {
    const path = `/api/v1/courses/${lecture.id}/classes`;
    const { classes } = await api.get(`${path}?size=100`);
    const nameOf = (found) => (found.is_default ? "기본 반" : found.class_name);
    const load = (found, kind, words) => el("button", { type: "button", class: "quiet", onclick: () =>
      api.download(`${path}/${found.class_id}/${kind}.csv`, `${lecture.title} ${nameOf(found)} ${words}.csv`).catch(fail) }, words);
    sheets.append(el("ul", {}, classes.map((found) => el("li", {}, el("p", {}, nameOf(found)),
      el("div", { class: "row" }, SHEETS.map(([kind, words]) => load(found, kind, words)))))));
  } catch (error) {
    fail(error);
  }
}

async function begin({ api, go, fail }, lecture) {
  try {
    const made = await api.once(`/api/lectures/${lecture.id}/sessions`, {});
    go(`/teach/session/${made.session_id}`);
  } catch (error) {
    fail(error);
  }
}

function newLecture({ api, go, fail }) {
  const title = el("input", { id: "title", maxlength: 200, required: true });
  const about = el("textarea", { id: "about", rows: 2, maxlength: 5000 });
  const form = el("form", { class: "card" }, el("h2", {}, "새 강의 만들기"),
    el("label", { for: "title" }, "제목"), title, el("label", { for: "about" }, "설명 (없어도 됩니다)"), about,
    el("div", { class: "row" }, el("button", { class: "main" }, "만들기")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const made = await api.call(post, "/api/lectures", { title: title.value.trim(), description: about.value.trim() });
      go(`/teach/lecture/${made.id}`);
    } catch (error) {
      fail(error);
    }
  });
  return form;
}
