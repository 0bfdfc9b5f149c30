// The instructor's pages: who one is, and which page is shown.

import { Api, Refused, takeTicket, Unreachable } from "../shared/api.js";
import { el, shown, text } from "../shared/dom.js";
import { openBooks, words } from "../shared/words.js";
import { attendance } from "./office/attendance.js";
import { Board } from "./live/board.js";
import { editor } from "./office/editor.js";
import { isOfLogin, plainly } from "./office/errors.js";
import { learner } from "./office/learner.js";
import { lectures } from "./office/lectures.js";
import { Notices } from "./office/notices.js";
import { poster } from "./office/poster.js";
import { requests } from "./office/requests.js";
import { Screen } from "./live/screen.js";
import { dressSettings } from "./office/settings.js";
import { signInForm } from "./office/signin.js";
import { statistics } from "./office/statistics.js";

const api = new Api("teach");
const main = document.querySelector("#main");
const alarm = document.querySelector("#alarm");

const PAGES = [
  [/^\/teach\/session\/(\d+)\/screen/, "screen", (on, id) => new Screen({ ...on, id: Number(id) }).open()],
  [/^\/teach\/session\/(\d+)/, "board", (on, id) => new Board({ ...on, id: Number(id) }).open()],
  [/^\/teach\/lecture\/(\d+)\/statistics/, "statistics", (on, id) => statistics(on, Number(id))],
  [/^\/teach\/lecture\/(\d+)\/poster/, "poster", (on, id) => poster(on, Number(id))],
  [/^\/teach\/lecture\/(\d+)\/attendance/, "attendance", (on, id) => attendance(on, Number(id))],
  [/^\/teach\/lecture\/(\d+)\/learner\/(\d+)/, "learner", (on, id, person) => learner(on, Number(id), Number(person))],
  [/^\/teach\/lecture\/(\d+)/, "editor", (on, id) => editor(on, Number(id))],
  [/^\/teach\/requests/, "requests", requests],
  [/^\/teach/, "lectures", lectures],
];

const AGAIN_AFTER_MS = 4_000;

let page = null;
let turn = 0;
/** What the sign-in page says. */
let reason = () => "";

await openBooks("office", "board");
const notices = new Notices({ api, go, fail });
api.onSignedOut = () => signIn(() => words.signin.again);
addEventListener("popstate", () => open());
document.addEventListener("click", follow);
document.querySelector("#leave").addEventListener("click", leave);
dress();
start();

async function start(ticket = takeTicket()) {
  try {
    const isUsed = ticket && !(await redeem(ticket));
    if (api.user || (await api.resume())) welcome();
    else signIn(() => (isUsed ? words.signin.usedLink : ""));
  } catch (error) {
    fail(error);
    setTimeout(() => start(ticket), AGAIN_AFTER_MS);
  }
}

async function redeem(ticket) {
  try {
    await api.ticket(ticket);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** What stands around every page, in the language of now. */
function dress() {
  text(document.querySelector("#school"), words.office.school);
  text(document.querySelector("#skip"), words.office.skip);
  text(document.querySelector("#leave"), words.office.leave);
  text(document.querySelector("#name"), api.user ? words.office.who(api.user.name) : "");
  dressSettings(redraw);
  notices.dress();
}

function redraw() {
  dress();
  if (api.user) open();
  else signIn(reason);
}

function welcome() {
  if (api.user.role === "STUDENT") {
    api.logout();
    signIn(() => words.signin.notStaff);
    return;
  }
  shown(document.querySelector("#me"), true);
  dress();
  notices.start();
  open();
}

function go(path) {
  history.pushState(null, "", path);
  open();
}

function follow(event) {
  const link = event.target.closest("a[href^='/teach']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

async function open() {
  if (!api.user) return;
  const mine = ++turn;
  // What a page still does when it has been left concerns no other page.
  const on = { api, go: (path) => mine === turn && go(path), fail: (error) => mine === turn && fail(error) };
  close();
  fail(null);
  main.setAttribute("aria-busy", "true");
  const [pattern, name, make] = PAGES.find(([path]) => path.test(location.pathname));
  try {
    const made = await make(on, ...location.pathname.match(pattern).slice(1));
    if (mine !== turn) return made.close?.();
    page = made;
    show(name, made);
  } catch (error) {
    if (mine !== turn) return;
    if (error.status === 403 || error.status === 404) show(name, { node: closedTo(error) });
    else fail(error);
  } finally {
    if (mine === turn) main.removeAttribute("aria-busy");
  }
}

function show(name, { node, title }) {
  main.dataset.page = name;
  document.title = [title, words.office.school].filter(Boolean).join(" · ");
  main.replaceChildren(node);
  main.focus();
  scrollTo(0, 0);
  notices.look();
}

function close() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  page?.close?.();
  page = null;
}

/** What stands in the place of a page that is not there, or not for this person. */
function closedTo(error) {
  const isLecture = location.pathname.startsWith("/teach/lecture/");
  const missing = isLecture ? words.office.noLecture : words.office.noSession;
  return el("div", { class: "page" }, el("p", {}, el("a", { href: "/teach" }, words.office.back)),
    el("h1", {}, error.status === 404 ? missing : plainly(error)));
}

async function leave() {
  if (!(await api.logout())) return fail(new Unreachable());
  history.replaceState(null, "", "/teach");
  return signIn();
}

/** Says what went wrong, or with null that all is well again. */
function fail(error) {
  // The login has ended: the sign-in page says so.
  if (error && isOfLogin(error)) return;
  shown(alarm, error);
  text(alarm, error ? plainly(error) : "");
}

function signIn(why = () => "") {
  reason = why;
  turn += 1;
  close();
  fail(null);
  notices.stop();
  shown(document.querySelector("#me"), false);
  const form = signInForm({ api, fail, welcome, reason: why() });
  main.dataset.page = "signin";
  main.removeAttribute("aria-busy");
  document.title = [words.signin.title, words.office.school].join(" · ");
  main.replaceChildren(form);
  form.querySelector("input").focus();
}
