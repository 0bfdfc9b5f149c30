// The instructor's pages: who one is, and which page is shown.

import "../shared/look.js";
import { Api, Refused, takeTicket, Unreachable } from "../shared/api.js";
import { el, shown, text } from "../shared/dom.js";
import { Board } from "./board.js";
import { editor } from "./editor.js";
import { lectures } from "./lectures.js";

const api = new Api("teach");
const main = document.querySelector("#main");
const alarm = document.querySelector("#alarm");

const PAGES = [
  [/^\/teach\/session\/(\d+)/, (id) => new Board({ api, id: Number(id), fail }).open()],
  [/^\/teach\/lecture\/(\d+)/, (id) => editor({ api, id: Number(id), fail })],
  [/^\/teach/, () => lectures({ api, go, fail })],
];

const USED_LINK = "이 링크는 이미 쓰였거나 시간이 지났습니다. 이메일과 비밀번호로 로그인해 주세요.";

let page = null;
let turn = 0;

api.onSignedOut = () => signIn("다시 로그인해 주세요.");
addEventListener("popstate", () => open());
document.addEventListener("click", follow);
document.querySelector("#leave").addEventListener("click", leave);
start();

async function start() {
  try {
    const ticket = takeTicket();
    const isUsed = ticket && !(await redeem(ticket));
    if (api.user || (await api.resume())) welcome();
    else signIn(isUsed ? USED_LINK : "");
  } catch (error) {
    fail(error);
    setTimeout(start, 4_000);
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

function welcome() {
  if (api.user.role === "STUDENT") {
    api.logout();
    signIn("강사님의 계정으로 로그인해 주세요.");
    return;
  }
  text(document.querySelector("#name"), `${api.user.name} 님`);
  shown(document.querySelector("#me"), true);
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
  page?.close?.();
  page = null;
  fail(null);
  const [pattern, make] = PAGES.find(([path]) => path.test(location.pathname));
  try {
    const made = await make(location.pathname.match(pattern)[1]);
    if (mine !== turn) return made.close?.();
    page = made;
    main.replaceChildren(made.node);
    main.focus();
    scrollTo(0, 0);
  } catch (error) {
    if (mine !== turn) return;
    if (error.status === 403 || error.status === 404) main.replaceChildren(closedTo(error));
    else fail(error);
  }
}

/** What stands in the place of a page that is not there, or not for this person. */
function closedTo(error) {
  const thing = location.pathname.startsWith("/teach/lecture/") ? "강의를" : "수업을";
  return el("div", { class: "page" }, el("p", {}, el("a", { href: "/teach" }, "← 내 강의")),
    el("h1", {}, error.status === 404 ? `이 ${thing} 찾을 수 없습니다.` : plainly(error)));
}

async function leave() {
  page?.close?.();
  page = null;
  await api.logout();
  history.replaceState(null, "", "/teach");
  signIn();
}

/** Says what went wrong, or with null that all is well again. */
function fail(error) {
  // The login has ended: the sign-in page says so.
  if (error?.status === 401 && error.code !== "WRONG_CREDENTIALS") return;
  shown(alarm, error);
  text(alarm, error ? plainly(error) : "");
}

const REASONS = {
  WRONG_CREDENTIALS: "이메일이나 비밀번호가 맞지 않습니다.",
  INVALID_STATE: "지금은 할 수 없습니다. 수업 상태가 이미 바뀌었습니다.",
  STEP_IN_USE: "지금 수업에서 쓰고 있는 단계입니다. 수업이 끝난 뒤에 지워 주세요.",
  HAS_OPEN_ENROLLMENTS: "수강생이 있어 지울 수 없습니다.",
  NOT_FOUND: "찾을 수 없습니다.",
  FORBIDDEN: "이 수업의 강사만 볼 수 있습니다.",
};

function plainly(error) {
  if (error instanceof Unreachable) return "서버에 연결되지 않습니다. 인터넷을 확인해 주세요.";
  if (error.status === 429) return `시도가 너무 많았습니다. ${error.retryAfterS}초 뒤에 다시 해 주세요.`;
  return REASONS[error.code] ?? `잘 안 됐습니다: ${error.message}`;
}

function signIn(reason = "") {
  page?.close?.();
  page = null;
  fail(null);
  shown(document.querySelector("#me"), false);
  const name = el("input", { id: "email", name: "email", autocomplete: "username", required: true, inputmode: "email" });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const form = el("form", { class: "card signin" }, el("h1", {}, "강사 로그인"), reason && el("p", { class: "hint" }, reason),
    el("label", { for: "email" }, "이메일 또는 전화번호"), name, el("label", { for: "password" }, "비밀번호"), password,
    el("button", { class: "main" }, "로그인"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      fail(null);
      await api.login(name.value.trim(), password.value);
      welcome();
    } catch (error) {
      fail(error);
      password.select();
    }
  });
  main.replaceChildren(form);
  name.focus();
}
