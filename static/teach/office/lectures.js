// The list of lectures, with the sessions that are open now.

import { post } from "../../shared/api.js";
import { el, onSubmit, shown, single } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { keepDraft } from "./draft.js";
import { isOwned, lectureCard, runningLink } from "./lecture-card.js";
import { importer } from "./lesson-file.js";
import { makeSample } from "./sample.js";
import { isOver } from "./starting.js";

/** So many sessions of each lecture are listed, the newest first. */
const SESSIONS_MAX = 50;

export async function open(on) {
  const whose = on.api.user.role === "ADMIN" ? "" : `&taught_by=${on.api.user.id}`;
  const list = (active, more = "") => (page) => on.api.get(`/api/lectures?page=${page}&page_size=100&is_active=${active}${whose}${more}`);
  const [load, loadArchived] = [list(true, `&sessions=${SESSIONS_MAX}`), list(false)];
  const [first, archived] = await Promise.all([load(1), loadArchived(1)]);
  const requests = el("p", { class: "notice good", hidden: true });
  const form = newLecture(on);
  const file = importer(on);
  const running = runningNow();
  const card = (lecture) => {
    running.add(lecture.sessions ?? []);
    return lectureCard(on, lecture);
  };
  const node = el("div", { class: "page" }, head(form, file), file.node, requests, running.node,
    first.lectures.length === 0 ? welcome(on, form) : [form.node, paged(on, el("ul", { class: "lectures" }), first, load, card)],
    archive(on, archived, loadArchived));
  showRequests(on.api, requests);
  showAssisted(on.api, running.node);
  return { node, title: words.lectures.title };
}

/** Fills a list with its first page, and returns it with a button that adds the next one, as long as there is one. */
function paged(on, list, first, load, line) {
  let page = 0, last;
  const show = ({ lectures, pagination }) => {
    page += 1;
    last = pagination.total_pages;
    const added = lectures.map(line);
    list.append(...added);
    return added[0];
  };
  show(first);
  const more = el("button", { type: "button", class: "quiet", "data-act": "more", hidden: page >= last, onclick: single(async () => {
    try {
      on.fail(null);
      const added = show(await load(page + 1));
      shown(more, page < last);
      added?.querySelector("a, button").focus();
    } catch (error) {
      on.fail(error);
    }
  }) }, words.lectures.more);
  return [list, more];
}

/** The sessions that are open. */
function runningNow() {
  const node = el("section", { class: "card running-now", hidden: true, "aria-label": words.lectures.runningNow }, el("h2", {}, words.lectures.runningNow));
  const add = (sessions) => {
    node.append(...sessions.filter((session) => !isOver(session)).map(runningLink));
    shown(node, node.children.length > 1);
  };
  return { node, add };
}

function head(form, file) {
  return el("div", { class: "head" }, el("h1", {}, words.lectures.title),
    el("button", { type: "button", class: "quiet", "data-act": "new-lecture", onclick: form.open }, words.lectures.add), file.button);
}

/** A welcome for people who have no lecture yet: what to do, and an example. */
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
    el("label", { for: "title" }, words.lecture.name), title,
    el("label", { for: "about" }, words.lecture.about), about,
    el("div", { class: "row" }, el("button", { class: "main", "data-act": "make-lecture" }, words.lectures.make)));
  const draft = keepDraft("lecture.new", { title, description: about });
  shown(node, draft.isRestored);
  node.addEventListener("submit", onSubmit(async () => {
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

/** Adds the sessions in which one helps, or which one leads for a colleague. The list does not wait for it. */
async function showAssisted(api, before) {
  const { assisted = [] } = (await api.get("/api/sessions/my-active").catch(() => null)) ?? {};
  if (assisted.length === 0) return;
  before.after(el("section", { class: "card running-now", "data-assisted": "", "aria-label": words.lectures.assisted }, el("h2", {}, words.lectures.assisted), assisted.map((one) =>
    el("a", { class: "running", href: `/teach/session/${one.session_id}`, "data-session": one.session_id },
      el("span", {}, el("b", {}, one.lecture.title), el("span", { class: "hint" }, words.office.status[one.status])), el("span", {}, words.lectures.assistedAs[one.my_role])))));
}

/** Tells how many requests for attendance are waiting. The list does not wait for it. */
async function showRequests(api, node) {
  const answer = await api.get("/api/v1/attendance/requests?size=1").catch(() => null);
  const waiting = answer?.paging.total_count ?? 0;
  if (waiting === 0) return;
  node.append(words.lectures.requests(waiting), " ", el("a", { href: "/teach/requests" }, words.lectures.seeRequests));
  shown(node, true);
}

function archive(on, first, load) {
  const count = first.pagination.total_count;
  if (count === 0) return null;
  const line = ({ id, title, ...lecture }) => el("li", { "data-lecture": id }, el("a", { href: `/teach/lecture/${id}/statistics` }, title),
    isOwned(lecture) && el("button", { type: "button", class: "quiet", "data-act": "restore", onclick: single(() => restore(on, id)) }, words.lectures.restore));
  return el("details", { class: "archive" }, el("summary", {}, words.lectures.archived(count)), paged(on, el("ul"), first, load, line));
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
