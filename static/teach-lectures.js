// One's lectures, and the way into a class in two clicks.

import { post } from "./api.js";
import { el } from "./dom.js";

const STATES = { WAITING: "기다리는 중", IN_PROGRESS: "수업 중", PAUSED: "쉬는 중" };
const NEWEST = 5;

export async function lectures({ api, go, fail }) {
  const whose = api.user.role === "ADMIN" ? "" : `&instructor_id=${api.user.id}`;
  const { lectures: found } = await api.get(`/api/lectures?is_active=true${whose}`);
  const list = el("ul", { class: "lectures" }, found.map((lecture) => card({ api, go, fail }, lecture)));
  const nothing = found.length === 0 && el("p", { class: "hint" }, "아직 강의가 없습니다. 아래에서 첫 강의를 만들어 보세요.");
  return { node: el("div", { class: "page" }, el("h1", {}, "내 강의"), nothing, list, newLecture({ api, go, fail })) };
}

function card(on, lecture) {
  const open = el("div", { class: "open" });
  const node = el("li", { class: "card" }, el("h2", {}, lecture.title),
    lecture.description && el("p", { class: "hint" }, lecture.description), open,
    el("div", { class: "row" },
      el("button", { type: "button", class: "main", onclick: () => begin(on, lecture) }, "새 수업 열기"),
      el("a", { class: "quiet", href: `/teach/lecture/${lecture.id}` }, "단계 편집")));
  showOpen(on.api, lecture, open);
  return node;
}

async function showOpen(api, lecture, place) {
  try {
    const { results } = await api.get(`/api/lectures/${lecture.id}/sessions?page_size=${NEWEST}`);
    const running = results.filter((session) => STATES[session.status]);
    place.append(...running.map((session) => el("a", { class: "running", href: `/teach/session/${session.session_id}` },
      el("b", {}, STATES[session.status]), ` ${session.title} · ${session.session_code} · ${session.participant_count}명`)));
  } catch {
    // The list is of use without it.
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
