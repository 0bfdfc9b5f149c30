// The entry point of the instructor's pages: signs people in, and shows the page of the address. Only what the sign-in form
// needs is loaded before it is shown.

import { Api, Refused, takeTicket, Unreachable } from "../shared/api.js";
import { read, write } from "../shared/device.js";
import { el, shown, single, text } from "../shared/dom.js";
import { handledLater } from "../shared/loading.js";
import { loadSchool, schoolLogo, schoolName } from "../shared/school.js";
import { openBooks, words } from "../shared/words.js";
import { isOfLogin, messageOf } from "./office/errors.js";
import { signInForm } from "./office/signin.js";
import { load, Pages, preload } from "./pages.js";

/** The pages, each with the pattern of its address, its module, and the books of texts that it needs. The first that matches is shown. */
const ROUTES = [
  { name: "screen", address: /^\/teach\/session\/(\d+)\/screen/, module: "./live/screen.js", books: ["teach/session", "teach/wall", "in-class"] },
  { name: "board", address: /^\/teach\/session\/(\d+)/, module: "./live/board.js", books: ["teach/session", "teach/board", "teach/marking", "teach/assist", "in-class"] },
  { name: "statistics", address: /^\/teach\/lecture\/(\d+)\/statistics/, module: "./office/statistics.js", books: ["teach/lecture", "teach/statistics"] },
  { name: "poster", address: /^\/teach\/lecture\/(\d+)\/poster/, module: "./office/poster.js", books: ["teach/lecture", "teach/poster"] },
  { name: "attendance", address: /^\/teach\/lecture\/(\d+)\/attendance/, module: "./office/attendance.js", books: ["teach/lecture", "teach/attendance"] },
  { name: "learner", address: /^\/teach\/lecture\/(\d+)\/learner\/(\d+)/, module: "./office/learner.js", books: ["teach/lecture", "teach/statistics"] },
  { name: "editor", address: /^\/teach\/lecture\/(\d+)/, module: "./office/editor.js", books: ["teach/lecture", "teach/editor", "teach/marking", "in-class"] },
  { name: "requests", address: /^\/teach\/requests/, module: "./office/requests.js", books: ["teach/lecture", "teach/attendance"] },
  { name: "lectures", address: /^\/teach/, module: "./office/lectures.js", books: ["teach/lecture", "teach/lectures"] },
];
/** Parts that open over a page or in its header. */
const SETTINGS = { module: "./office/settings.js" };
const NOTICES = { module: "./office/notices.js" };
/** The page at `/setup`, before the school has an administrator. */
const SETUP = { name: "setup", module: "./office/setup.js", books: ["teach/setup"] };
/** The page at `/assist/{code}`, for people who help in one session. They sign in by its QR and a name. */
const ASSIST = { name: "assist", module: "./live/assist.js", books: ["teach/session", "teach/board", "teach/marking", "teach/assist", "in-class"] };
const ASSIST_ADDRESS = /^\/assist\/([^/]+)/;

const RETRY_AFTER_MS = 4_000;
const ICON = "/static/icon.svg";
/** While someone types the password, the next page is loaded. */
const PRELOADS_AFTER_MS = 1_000;

const assisted = location.pathname.match(ASSIST_ADDRESS)?.[1];
/** The page that needs no account, and what its address tells it; null at other addresses. */
let alone = location.pathname === "/setup" ? [SETUP, []] : assisted ? [ASSIST, [assisted]] : null;
const api = new Api(assisted ? "assist" : "teach");
const main = document.querySelector("#main");
const alarm = document.querySelector("#alarm");
const settings = document.querySelector("#settings");
const pages = new Pages(main, titleOfSchool);

/** Returns why the sign-in form is shown, in the language of now. */
let reason = () => "";
let notices = null;
/** The timer that tries again to start the page. */
let retry = 0;

begin();

async function begin() {
  const ticket = takeTicket();
  const resumed = ticket || alone ? null : handledLater(api.resume());
  if (alone) preload(alone[0]);
  else if (ticket || read("staff")) preloadNext();
  await openFirstBook();
  api.onSignedOut = () => alone || showSignIn(() => words.signin.again);
  if (assisted) document.querySelector(".brand").removeAttribute("href");
  addEventListener("popstate", () => open());
  document.addEventListener("click", follow);
  document.querySelector("#leave").addEventListener("click", leave);
  settings.addEventListener("click", single(openSettings));
  drawHeader();
  if (alone) showAlone();
  else start(ticket, resumed);
  loadSchool().then(drawHeader);
}

/** Opens the book without which nothing can be shown. Until it is there, teach.html says that the page is being opened. */
async function openFirstBook() {
  try {
    await openBooks("teach/shared");
  } catch {
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    await openFirstBook();
  }
}

/** Shows the sign-in form at once where nobody was signed in on this device, and leads on if someone is signed in all the same. */
async function start(ticket, resumed) {
  const isExpected = Boolean(ticket || read("staff"));
  if (!isExpected && main.dataset.page !== "signin") showSignIn();
  try {
    const isUsed = ticket && !(await redeem(ticket));
    if (api.user || (await (resumed ?? api.resume()))) enter();
    else if (isExpected) showSignIn(() => (isUsed ? words.signin.usedLink : ""));
    else fail(null);
  } catch (error) {
    fail(error);
    retry = setTimeout(() => start(ticket), RETRY_AFTER_MS);
  }
}

/** Signs in by a one-time ticket. Resolves to false if it is used or too old. */
async function redeem(ticket) {
  try {
    await api.ticket(ticket);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** Draws what stands around every page, in the language of now. */
function drawHeader() {
  text(document.querySelector("#school"), titleOfSchool());
  const logo = document.querySelector(".brand img");
  if (logo.getAttribute("src") !== schoolLogo(ICON)) logo.src = schoolLogo(ICON);
  text(document.querySelector("#skip"), words.office.skip);
  text(document.querySelector("#leave"), words.office.leave);
  text(document.querySelector("#name"), api.user ? words.office.who(api.user.name) : "");
  text(settings.querySelector("span"), words.settings.title);
  notices?.draw();
}

function titleOfSchool() {
  return schoolName(words.office.school);
}

async function openSettings() {
  try {
    const dialog = await load(SETTINGS);
    dialog.openSettings(redraw);
  } catch (error) {
    fail(error);
  }
}

function redraw() {
  drawHeader();
  if (alone) showAlone();
  else if (api.user) open();
  else showSignIn(reason);
}

/** Shows the page that needs no account: to someone who has the link that the server printed, or who has scanned the QR of helpers. */
async function showAlone() {
  clearTimeout(retry);
  try {
    fail(null);
    // The school's time zone is in every time that a page shows.
    if (assisted) await loadSchool();
    await pages.open(...alone, { api, go, fail, enter });
    main.querySelector("input")?.focus();
  } catch (error) {
    fail(error);
    retry = setTimeout(showAlone, RETRY_AFTER_MS);
  }
}

/** Opens the page of the address for the person who has just signed in. Students are sent away. */
function enter() {
  clearTimeout(retry);
  alone = null;
  if (api.user.role === "STUDENT") {
    api.logout();
    showSignIn(() => words.signin.notStaff);
    return;
  }
  write("staff", true);
  shown(document.querySelector("#me"), true);
  drawHeader();
  watchNotices().catch(fail);
  open();
}

async function watchNotices() {
  const { Notices } = await load(NOTICES);
  if (!api.user) return;
  notices ??= new Notices({ api, go, fail });
  notices.draw();
  notices.start();
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

function routeHere() {
  return ROUTES.find(({ address }) => address.test(location.pathname)) ?? ROUTES.at(-1);
}

function preloadNext() {
  preload(routeHere());
  preload(NOTICES);
}

/** Shows the page of the address. */
async function open() {
  if (!api.user) return;
  fail(null);
  const route = routeHere();
  const ids = (location.pathname.match(route.address) ?? []).slice(1).map(Number);
  try {
    // The school's time zone is in every time that a page shows.
    await loadSchool();
    if (!(await pages.open(route, ids, { api, go, fail }))) return;
  } catch (error) {
    if (error.status !== 403 && error.status !== 404) return pages.show("failed", { node: failed(error) });
    pages.show(route.name, { node: closedTo(error) });
  }
  notices?.check();
}

/** Draws what stands in the place of a page that could not be opened. The page before is closed: if it stayed, it would look alive. */
function failed(error) {
  const again = el("button", { type: "button", class: "main", "data-act": "again", onclick: () => open() }, words.office.tryAgain);
  return el("div", { class: "page" }, el("h1", { role: "alert" }, messageOf(error)), el("p", {}, again));
}

/** Draws what stands in the place of a page that does not exist, or that this person may not see. */
function closedTo(error) {
  const isLecture = location.pathname.startsWith("/teach/lecture/");
  const missing = isLecture ? words.office.noLecture : words.office.noSession;
  return el("div", { class: "page" }, el("p", {}, el("a", { href: "/teach" }, words.office.back)),
    el("h1", {}, error.status === 404 ? missing : messageOf(error)));
}

async function leave() {
  if (!(await api.logout())) return fail(new Unreachable());
  history.replaceState(null, "", "/teach");
  return showSignIn();
}

/** Shows what went wrong above the page; null takes it away. The end of a login is not shown here, since the sign-in form tells it. */
function fail(error) {
  if (error && isOfLogin(error)) return;
  shown(alarm, error);
  text(alarm, error ? messageOf(error) : "");
}

function showSignIn(why = () => "") {
  reason = why;
  fail(null);
  notices?.stop();
  write("staff", null);
  shown(document.querySelector("#me"), false);
  const form = signInForm({ api, fail, enter, reason: why() });
  pages.show("signin", { node: form, title: words.signin.title });
  form.querySelector("input").focus();
  setTimeout(preloadNext, PRELOADS_AFTER_MS);
}
