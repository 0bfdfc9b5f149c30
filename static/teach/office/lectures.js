// One's lectures, what runs now, and the way into a class in two clicks.

import { post } from "../../shared/api.js";
import { el, shown, single, submits } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { keepDraft } from "./draft.js";
import { lectureCard, runningLink } from "./lecture-card.js";
import { makeSample } from "./sample.js";
import { isOver } from "./starting.js";

const NEWEST = 50;

export async function lectures(on) {
  const whose = on.api.user.role === "ADMIN" ? "" : `&instructor_id=${on.api.user.id}`;
  const list = (active) => on.api.get(`/api/lectures?page_size=100&is_active=${active}${whose}`);
  const [{ lectures: found }, { lectures: archived }] = await Promise.all([list(true), list(false)]);
  const running = el("section", { class: "card running-now", hidden: true, "aria-label": words.lectures.runningNow },
    el("h2", {}, words.lectures.runningNow));
  const asked = el("p", { class: "notice good", hidden: true });
  const cards = new Map(found.map((lecture) => [lecture.id, lectureCard(on, lecture)]));
  const form = newLecture(on);
  const node = el("div", { class: "page" }, head(form), asked, running,
    found.length === 0 ? welcome(on, form) : [form.node, el("ul", { class: "lectures" }, [...cards.values()].map((card) => card.node))],
    archive(on, archived));
  showSessions(on.api, found, cards, running);
  showRequests(on.api, asked);
  return { node, title: words.lectures.title };
}

function head(form) {
  return el("div", { class: "head" }, el("h1", {}, words.lectures.title),
    el("button", { type: "button", class: "quiet", "data-act": "new-lecture", onclick: form.open }, words.lectures.add));
}

/** For whoever is here for the first time: what one does, and an example to look at. */
function welcome(on, form) {
  form.open();
  const sample = el("button", { type: "button", class: "main", "data-act": "sample", onclick: single(async () => {
    try {
      on.go(`/teach/lecture/${await makeSample(on.api)}`);
    } catch (error) {
      on.fail(error);
    }
  }) }, words.lectures.makeSample);
  return el("div", { class: "pile" },
    el("section", { class: "card welcome" }, el("h2", {}, words.lectures.first),
      el("ol", { class: "ways" }, words.lectures.ways.map((way) => el("li", {}, way))),
      el("p", { class: "hint" }, words.lectures.sampleHint), el("div", { class: "row" }, sample)), form.node);
}

function newLecture({ api, go, fail }) {
  const title = el("input", { id: "title", maxlength: 200, required: true, placeholder: words.lectures.titleExample });
  const about = el("textarea", { id: "about", rows: 2, maxlength: 5000 });
  const node = el("form", { class: "card", hidden: true }, el("h2", {}, words.lectures.newLecture),
    el("label", { for: "title" }, words.lectures.name), title,
    el("label", { for: "about" }, words.lectures.about), about,
    el("div", { class: "row" }, el("button", { class: "main", "data-act": "make-lecture" }, words.lectures.make)));
  const draft = keepDraft("lecture.new", { title, description: about });
  shown(node, draft.isRestored);
  node.addEventListener("submit", submits(async () => {
    try {
      fail(null);
      const made = await api.call(post, "/api/lectures", draft.values());
      draft.forget();
      go(`/teach/lecture/${made.id}`);
    } catch (error) {
      fail(error);
    }
  }));
  const open = () => {
    shown(node, true);
    title.focus();
  };
  return { node, open };
}

async function showSessions(api, found, cards, running) {
  const all = await Promise.all(found.map(async (lecture) => {
    // The list is of use without them.
    const answer = await api.get(`/api/lectures/${lecture.id}/sessions?page_size=${NEWEST}`).catch(() => null);
    const sessions = answer?.results ?? [];
    cards.get(lecture.id).showSessions(sessions);
    return sessions.filter((session) => !isOver(session));
  }));
  running.append(...all.flat().map(runningLink));
  shown(running, all.flat().length);
}

async function showRequests(api, asked) {
  const answer = await api.get("/api/v1/attendance/requests?size=1").catch(() => null);
  const waiting = answer?.paging.total_count ?? 0;
  if (waiting === 0) return;
  asked.append(words.requests.waiting(waiting), " ", el("a", { href: "/teach/requests" }, words.requests.look));
  shown(asked, true);
}

function archive(on, archived) {
  if (archived.length === 0) return null;
  return el("details", { class: "archive" }, el("summary", {}, words.lectures.archived(archived.length)),
    el("ul", {}, archived.map(({ id, title }) => el("li", { "data-lecture": id }, el("a", { href: `/teach/lecture/${id}/statistics` }, title),
      el("button", { type: "button", class: "quiet", "data-act": "restore", onclick: single(() => restore(on, id)) }, words.lectures.restore)))));
}

async function restore({ api, go, fail }, id) {
  try {
    fail(null);
    await api.call(post, `/api/lectures/${id}/restore`, {});
    go("/teach");
  } catch (error) {
    fail(error);
  }
}
