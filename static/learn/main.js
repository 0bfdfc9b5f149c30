// The learner's phone: finds out which class and who, then hands over to the class.

import "../shared/look.js";
import { Api, Refused, takeTicket, Unreachable, send } from "../shared/api.js";
import { Lesson } from "./lesson.js";
import { plain, question } from "./screens.js";
import { uuid } from "../shared/store.js";
import { show, link } from "./stage.js";

const api = new Api("learn");
const CODE_LETTERS = 6;
const COME_BACK_MS = 4_000;

start();

async function start() {
  try {
    const code = decodeURIComponent(location.pathname.match(/^\/j\/([^/]+)/)?.[1] ?? "");
    if (code) await enter(code);
    else await enterByHand();
  } catch (error) {
    trouble(error);
  }
}

function trouble(error) {
  if (error instanceof Unreachable) {
    link("waiting", "다시 연결하는 중이에요. 기다리시면 됩니다");
    setTimeout(start, COME_BACK_MS);
    return;
  }
  const wait = error.retryAfterS ? "잠시 뒤에 다시 눌러 주세요." : "선생님께 이 화면을 보여 주세요.";
  show("trouble", () => plain({ picture: "🙏", title: "화면을 열지 못했어요", lines: [wait], label: "다시 해 보기", act: start }));
}

// Without a code in the address.

async function enterByHand() {
  const isClosed = new URLSearchParams(location.search).has("closed");
  const active = isClosed ? null : await activeClass();
  if (active) {
    show("return", () => plain({
      picture: "👋", title: "아까 하던 수업으로 갈까요?", lines: [active.lecture.title],
      label: "네, 갈래요", act: () => location.assign(`/j/${active.session_code}`),
      second: { label: "다른 수업에 가기", act: () => askForCode(false) },
    }));
  } else askForCode(isClosed);
}

async function activeClass() {
  if (!(await api.resume())) return null;
  try {
    return (await api.get("/api/sessions/my-active")).active_session;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function askForCode(isClosed) {
  show("code", () => question({
    picture: "🏫", title: "교실에 오신 것을 환영해요",
    hint: isClosed ? "지금은 열려 있는 수업이 없어요. 선생님이 알려 주신 코드가 있으면 적어 주세요." : null,
    label: "선생님이 알려 주신 수업 코드 6글자", go: "들어가기",
    field: { class: "field code", maxlength: 12, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" },
    submit: openCode,
  }));
}

async function openCode(typed) {
  const code = typed.replace(/[^a-z0-9]/gi, "").toUpperCase();
  if (code.length !== CODE_LETTERS) return "코드는 영어와 숫자 6글자예요. 다시 적어 주세요.";
  try {
    await send("GET", `/api/sessions/${code}`);
    location.assign(`/j/${code}`);
    return "";
  } catch (error) {
    if (error.status === 404) return "그런 수업이 없어요. 코드를 다시 봐 주세요.";
    return said(error);
  }
}

function said(error) {
  if (error instanceof Unreachable) return "인터넷이 이어지지 않았어요. 잠시 뒤에 다시 눌러 주세요.";
  if (error.status === 429) return `너무 여러 번 눌렀어요. ${Math.ceil(error.retryAfterS / 60) || 1}분 뒤에 다시 해 주세요.`;
  return "잘 안 됐어요. 다시 한 번 눌러 주세요.";
}

// With a code.

async function enter(code) {
  const ticket = takeTicket();
  let isKnown = false;
  if (ticket) isKnown = await redeem(ticket);
  const session = await find(code);
  if (!session) return;
  document.title = session.lecture.title;
  isKnown ||= await api.resume();
  if (isKnown && api.user.role === "STUDENT") await welcomeBack(session);
  else askForName(session);
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

async function find(code) {
  try {
    return await send("GET", `/api/sessions/${encodeURIComponent(code)}`);
  } catch (error) {
    if (error.status !== 404) throw error;
    show("gone", () => plain({
      picture: "🔍", title: "그런 수업이 없어요", lines: ["코드를 다시 확인해 주세요."],
      label: "코드 다시 적기", act: () => location.assign("/"),
    }));
    return null;
  }
}

async function welcomeBack(session) {
  const { session_id: id } = session;
  try {
    await api.get(`/api/sessions/${id}/current`);
    await join(session);
  } catch (error) {
    if (error.code === "REMOVED") stopRemoved();
    else if (error.status === 401) askForName(session);
    else if (error.status === 403) askWhetherSame(session);
    else throw error;
  }
}

function askWhetherSame(session) {
  show("same", () => plain({
    picture: "👋", title: `${api.user.name} 님이신가요?`, lines: [session.lecture.title],
    label: "네, 저예요", act: () => join(session).catch((error) => refusedToJoin(error, session)),
    second: { label: "아니요, 다른 사람이에요", act: () => askForName(session) },
  }));
}

/** Coming again changes nothing; who had left comes back. */
async function join(session) {
  await api.once(`/api/sessions/${session.session_id}/join`, {});
  begin(session);
}

function askForName(session) {
  if (session.status === "REVIEW_MODE") return stopOver();
  if (session.door === "CLOSED") return stopDoor();
  // The same key for as long as this page asks: a lost reply makes no second person.
  const key = uuid();
  return show("name", () => question({
    title: session.lecture.title, hint: `${session.instructor.name} 선생님의 수업이에요.`,
    label: "성함을 적어 주세요", go: "들어가기",
    field: { class: "field", maxlength: 40, autocomplete: "name", enterkeyhint: "go" },
    submit: (name) => joinAs(name, session, key),
  }));
}

async function joinAs(name, session, key) {
  if (!name) return "성함을 적어 주세요.";
  try {
    await api.enter(`/api/sessions/${session.session_code}/guest`, { name }, key);
    begin(session);
    return "";
  } catch (error) {
    return refusedToJoin(error, session) ?? said(error);
  }
}

/** `undefined` where it showed the reason itself. */
function refusedToJoin(error) {
  if (error.code === "DOOR_CLOSED") return stopDoor() ?? "";
  if (error.code === "REMOVED") return stopRemoved() ?? "";
  if (error.code === "INVALID_STATE") return stopOver() ?? "";
  if (error.code === "CLASS_FULL") return "자리가 모두 찼어요. 선생님께 말씀해 주세요.";
  if (error.code === "ENROLLMENT_NEEDED") return "미리 신청한 분만 들어올 수 있는 수업이에요. 선생님께 말씀해 주세요.";
  if (error.code === "ENROLLMENT_REJECTED") return "이 수업에는 들어올 수 없어요. 선생님께 말씀해 주세요.";
  if (error.code === "SESSION_FULL") return "교실이 가득 찼어요. 선생님께 말씀해 주세요.";
  return null;
}

function begin(session) {
  new Lesson({ api, session, onOver: over }).start();
}

// Why it does not go on, in plain words, with what to do next.

function over(why, session) {
  if (why === "removed") stopRemoved();
  else if (why === "replaced") stopReplaced();
  else if (why === "signed-out") askForName(session);
  else stopGone();
}

function stopDoor() {
  show("door", () => plain({
    picture: "🚪", title: "교실 문이 닫혀 있어요", lines: ["선생님께 문을 열어 달라고 말씀해 주세요."],
    label: "다시 해 보기", act: start,
  }));
}

function stopRemoved() {
  show("removed", () => plain({
    picture: "🙏", title: "이 수업에서 나오셨어요", lines: ["다시 들어오고 싶으시면 선생님께 말씀해 주세요."],
    label: "다시 해 보기", act: start,
  }));
}

function stopOver() {
  show("over", () => plain({
    picture: "🌙", title: "이 수업은 끝났어요", lines: ["다음 수업에서 뵐게요."],
    label: "다른 코드 적기", act: () => location.assign("/"),
  }));
}

function stopReplaced() {
  show("replaced", () => plain({
    picture: "📱", title: "다른 창에서 수업을 보고 계세요", lines: ["여기서 보시려면 아래를 눌러 주세요."],
    label: "여기서 계속하기", act: start,
  }));
}

function stopGone() {
  show("gone", () => plain({
    picture: "🔍", title: "수업을 찾을 수 없어요", lines: ["선생님께 코드를 다시 여쭤봐 주세요."],
    label: "코드 다시 적기", act: () => location.assign("/"),
  }));
}
