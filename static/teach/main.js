// The instructor's pages: who one is, and which page is shown. At first only what the sign-in form needs comes over the line.

import { Api, Refused, takeTicket, Unreachable } from "../shared/api.js";
import { read, write } from "../shared/device.js";
import { el, shown, text } from "../shared/dom.js";
import { meetSchool, schoolLogo, schoolName } from "../shared/school.js";
import { openBooks, words } from "../shared/words.js";
import { isOfLogin, plainly } from "./office/errors.js";
import { signInForm } from "./office/signin.js";
import { fetchEarly, styled } from "./parts.js";

const api = new Api("teach");
const main = document.querySelector("#main");
const alarm = document.querySelector("#alarm");
const settings = document.querySelector("#settings");

/** Its address, its name, where it is made, and how. */
const PAGES = [
  [/^\/teach\/session\/(\d+)\/screen/, "screen", "./live/screen.js", ({ Screen }, on, id) => new Screen({ ...on, id }).open()],
  [/^\/teach\/session\/(\d+)/, "board", "./live/board.js", ({ Board }, on, id) => new Board({ ...on, id }).open()],
  [/^\/teach\/lecture\/(\d+)\/statistics/, "statistics", "./office/statistics.js", ({ statistics }, on, id) => statistics(on, id)],
  [/^\/teach\/lecture\/(\d+)\/poster/, "poster", "./office/poster.js", ({ poster }, on, id) => poster(on, id)],
  [/^\/teach\/lecture\/(\d+)\/attendance/, "attendance", "./office/attendance.js", ({ attendance }, on, id) => attendance(on, id)],
  [/^\/teach\/lecture\/(\d+)\/learner\/(\d+)/, "learner", "./office/learner.js", ({ learner }, on, id, who) => learner(on, id, who)],
  [/^\/teach\/lecture\/(\d+)/, "editor", "./office/editor.js", ({ editor }, on, id) => editor(on, id)],
  [/^\/teach\/requests/, "requests", "./office/requests.js", ({ requests }, on) => requests(on)],
  [/^\/teach/, "lectures", "./office/lectures.js", ({ lectures }, on) => lectures(on)],
];
const SETTINGS = "./office/settings.js";
const NOTICES = "./office/notices.js";
const SETUP = "./office/setup.js";
/** What all of them say; the sign-in form needs only the first. */
const BOOKS = ["entry", "office", "board"];
const AGAIN_AFTER_MS = 4_000;
const ICON = "/static/icon.svg";
/** While someone types their password, what they will see next is fetched. */
const FETCHES_AFTER_MS = 1_000;

let page = null;
let turn = 0;
/** What the sign-in page says. */
let reason = () => "";
let notices = null;

begin();

async function begin() {
  const ticket = takeTicket();
  const asked = ticket || isSetup() ? null : asking(api.resume());
  if (ticket || read("staff")) fetchNext();
  await openBooks("entry");
  api.onSignedOut = () => signIn(() => words.signin.again);
  addEventListener("popstate", () => open());
  document.addEventListener("click", follow);
  document.querySelector("#leave").addEventListener("click", leave);
  settings.addEventListener("click", openSettings);
  dress();
  if (isSetup()) setUp();
  else start(ticket, asked);
  meetSchool().then(dress);
}

function isSetup() {
  return location.pathname === "/setup";
}

/** Looked at later: until then its failure is nobody's. */
function asking(promise) {
  promise.catch(() => {});
  return promise;
}

/** Who was not signed in on this device sees the form at once, and is let in if they are signed in all the same. */
async function start(ticket, asked) {
  const isExpected = Boolean(ticket || read("staff"));
  if (!isExpected && main.dataset.page !== "signin") signIn();
  try {
    const isUsed = ticket && !(await redeem(ticket));
    if (api.user || (await (asked ?? api.resume()))) welcome();
    else if (isExpected) signIn(() => (isUsed ? words.signin.usedLink : ""));
    else fail(null);
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
  text(document.querySelector("#school"), called());
  const logo = document.querySelector(".brand img");
  if (logo.getAttribute("src") !== schoolLogo(ICON)) logo.src = schoolLogo(ICON);
  text(document.querySelector("#skip"), words.office.skip);
  text(document.querySelector("#leave"), words.office.leave);
  text(document.querySelector("#name"), api.user ? words.office.who(api.user.name) : "");
  settings.setAttribute("aria-label", words.settings.title);
  settings.title = words.settings.title;
  notices?.dress();
}

async function openSettings() {
  try {
    const [room] = await Promise.all([here(import(SETTINGS)), here(styled())]);
    room.openSettings(redraw);
  } catch (error) {
    fail(error);
  }
}

/** The school by its name. */
function called() {
  return schoolName(words.office.school);
}

function redraw() {
  dress();
  if (isSetup()) setUp();
  else if (api.user) open();
  else signIn(reason);
}

/** Nobody is here yet: who has the link of the server's first words is the first. */
async function setUp() {
  const secret = secretHere();
  try {
    const [room] = await Promise.all([here(import(SETUP)), here(openBooks("entry", "setup"))]);
    fail(null);
    main.dataset.page = "setup";
    document.title = [words.setup.title, called()].join(" · ");
    main.replaceChildren(secret ? room.setupForm({ api, secret, fail, welcome }) : room.setupOver());
    main.querySelector("input")?.focus();
  } catch (error) {
    fail(error);
    setTimeout(setUp, AGAIN_AFTER_MS);
  }
}

/** What stands behind # in the address; nothing where it cannot be read. */
function secretHere() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function welcome() {
  if (api.user.role === "STUDENT") {
    api.logout();
    signIn(() => words.signin.notStaff);
    return;
  }
  write("staff", true);
  shown(document.querySelector("#me"), true);
  dress();
  watchNotices().catch(fail);
  open();
}

async function watchNotices() {
  const [{ Notices }] = await Promise.all([here(import(NOTICES)), here(openBooks(...BOOKS)), here(styled())]);
  if (!api.user) return;
  notices ??= new Notices({ api, go, fail });
  notices.dress();
  notices.start();
}

/** What is a part of these pages and does not come is no fault of theirs, but of the line. */
function here(part) {
  return part.catch(() => {
    throw new Unreachable();
  });
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

function pageHere() {
  return PAGES.find(([address]) => address.test(location.pathname)) ?? PAGES.at(-1);
}

/** What will be wanted once it is known who one is. */
function fetchNext() {
  fetchEarly(pageHere()[2]);
  fetchEarly(NOTICES);
}

async function open() {
  if (!api.user) return;
  const mine = ++turn;
  // What a page still does when it has been left concerns no other page.
  const on = { api, go: (path) => mine === turn && go(path), fail: (error) => mine === turn && fail(error) };
  close();
  fail(null);
  main.setAttribute("aria-busy", "true");
  const [address, name, path, make] = pageHere();
  const ids = location.pathname.match(address).slice(1).map(Number);
  fetchEarly(path);
  try {
    const [room] = await Promise.all([here(import(path)), here(styled()), here(openBooks(...BOOKS))]);
    const made = await make(room, on, ...ids);
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
  document.title = [title, called()].filter(Boolean).join(" · ");
  main.replaceChildren(node);
  main.focus();
  scrollTo(0, 0);
  notices?.look();
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
  notices?.stop();
  write("staff", null);
  shown(document.querySelector("#me"), false);
  const form = signInForm({ api, fail, welcome, reason: why() });
  main.dataset.page = "signin";
  main.removeAttribute("aria-busy");
  document.title = [words.signin.title, called()].join(" · ");
  main.replaceChildren(form);
  form.querySelector("input").focus();
  setTimeout(fetchNext, FETCHES_AFTER_MS);
}
