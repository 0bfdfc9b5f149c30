// My record: the classes of the person on this phone, with attendance, what was learnt, and certificates.

import { post, Refused } from "../shared/api.js";
import { el, single } from "../shared/dom.js";
import { read, write } from "../shared/device.js";
import { language, languageOf, words } from "../shared/words.js";
import { claim, leave, signIn } from "./account.js";
import { allRemembered } from "./phone.js";
import { picture } from "./pictures.js";
import { button, plain } from "./screens.js";
import { link, show } from "./stage.js";

const CAME = ["PRESENT", "LATE", "EARLY_LEAVE"];
const COME_BACK_MS = 5_000;
/** The timer that asks for the record again, while what is shown is old. */
let comingBack = 0;

export async function showRecord({ api, resumed }) {
  clearTimeout(comingBack);
  try {
    const isKnown = await (resumed ?? api.resume());
    const record = isKnown && api.user.role === "STUDENT" ? await fetched(api) : null;
    write("record", record);
    link("");
    if (isKnown) draw(record, doors(api));
    else nobody(api);
  } catch {
    const back = () => showRecord({ api });
    link(navigator.onLine === false ? "offline" : "waiting");
    draw(read("record") ?? fromMemory(), { back, isOld: true });
    comingBack = setTimeout(back, COME_BACK_MS);
  }
}

/** Where the screens of the account lead, and what they come back to. */
function doors(api) {
  const back = () => showRecord({ api, resumed: Promise.resolve(true) });
  const seen = async (notice) => {
    // Where it cannot be said now, it is shown again.
    await api.call(post, `/api/notifications/${notice}/read`, {}).catch(() => {});
    await back();
  };
  return { back, isGuest: api.user.guest, claim: () => claim(api, back), leave: () => leave(api, back), seen };
}

function nobody(api) {
  const back = () => showRecord({ api });
  show("me-nobody", () => plain({
    icon: "paper", title: words.me.title, lines: [words.me.noneLine, words.me.nobodyLine],
    acts: [{ act: "enter", label: words.me.enter, go: toClass }, { act: "signin", label: words.me.signin, go: () => signIn(api, back) }],
  }));
}

const toClass = () => location.assign("/");

// What the server knows.

async function fetched(api) {
  const courses = [];
  for (let page = 1, of = 1; page <= of; page += 1) {
    const { enrollments, paging } = await api.get(`/api/v1/enrollments/me?size=100&page=${page}`);
    courses.push(...(await Promise.all(enrollments.map((one) => course(api, one)))));
    of = paging.total_pages;
  }
  return { name: api.user.name, courses, copied: await copiedLogin(api) };
}

/** The notice that a login of this person was used by two, until it was seen. */
async function copiedLogin(api) {
  const unread = await orNull(api.get("/api/notifications?unread=true&page_size=100"));
  return unread?.notifications.find(({ type }) => type === "LOGIN_COPIED")?.id ?? null;
}

async function course(api, enrollment) {
  const { enrollment_id: id, course_id, course_title, class_name, status, is_waiting } = enrollment;
  const [attendance, completion, progress] = await Promise.all([
    orNull(api.get(`/api/v1/attendance/enrollment/${id}`)), orNull(api.get(`/api/v1/completions/enrollment/${id}`)),
    orNull(api.get(`/api/progress/me?lecture_id=${course_id}`)),
  ]);
  const number = completion?.completion.certificate_no;
  const certificate = number && (await orNull(api.get(`/api/v1/completions/certificate/${number}`)));
  return {
    id, course_id, title: course_title, group: class_name === course_title ? "" : class_name, seat: is_waiting ? "WAITING" : status,
    marks: (attendance?.attendances ?? []).map(({ class_date: date, attendance_type: mark }) => ({ date, mark })),
    steps: progress?.progress_summary ?? null, isCompleted: completion?.completion.completion_status === "COMPLETED",
    certificate: certificate ? paths(certificate.certificate) : null,
  };
}

/** What one may not see, or what is not there, is not shown. */
async function orNull(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refused && error.status < 500) return null;
    throw error;
  }
}

/** The school may be reached by another name than it prints. */
function paths({ status, certificate_url: page, pdf_url: pdf }) {
  return { status, page: new URL(page, location).pathname, pdf: new URL(pdf, location).pathname };
}

/** Without a network, and never asked before: the classes that this phone was in. */
function fromMemory() {
  const memories = allRemembered();
  const courses = new Map(memories.map(({ session: { lecture } }) => [lecture.id, { course_id: lecture.id, title: lecture.title, marks: null }]));
  return { name: memories[0]?.user.name ?? "", courses: [...courses.values()] };
}

// What is shown of it.

/** `doors`: where the buttons lead; of what is old, only back to it. */
function draw(record, doors) {
  const isCopied = !doors.isOld && record?.copied;
  const kind = doors.isOld ? "me-old" : isCopied ? "me-copied" : "me";
  if (record?.courses.length || isCopied) return show(kind, () => ({ node: page(record, doors, isCopied), update() {} }));
  if (doors.isOld) return show("me-offline", () => plain({ icon: "wave", title: words.offlineStop.title, lines: [words.offlineStop.line] }));
  return show("me-empty", () => plain({
    icon: "paper", title: words.me.none, lines: [words.me.noneLine],
    acts: [{ act: "enter", label: words.me.enter, go: toClass }, { act: "leave", label: words.me.leave, go: doors.leave }],
  }));
}

function page({ name, courses }, doors, copied) {
  const hasEarned = courses.some((one) => one.isCompleted && !one.certificate);
  const keep = doors.isGuest && keeping(doors.claim, hasEarned);
  return el("section", { class: "screen" },
    el("div", { class: "content" }, el("h1", { tabindex: "-1" }, words.me.title), el("p", { class: "guide" }, words.me.whose(name)),
      doors.isOld && el("p", { class: "note" }, words.me.old), copied && warning(() => doors.seen(copied)),
      hasEarned && keep, courses.map((one) => card(one, doors)), !hasEarned && keep),
    el("div", { class: "actions still" }, el("a", { class: "button plain", href: "/", "data-act": "enter" }, el("span", {}, words.me.enter)),
      !doors.isOld && button("plain small", "leave", words.me.leave, "door", doors.leave)));
}

function warning(go) {
  return el("article", { class: "card", "data-notice": "copied" }, el("h2", {}, words.me.copied), el("p", {}, words.me.copiedLine),
    button("plain", "seen", words.me.copiedSeen, "check", single(go)));
}

/** First where a certificate waits for it. */
function keeping(go, hasEarned) {
  return el("article", { class: "card" }, el("h2", {}, words.me.keep), el("p", {}, hasEarned ? words.me.keepEarned : words.me.keepLine),
    button(hasEarned ? "main" : "plain", "claim", words.me.claim, null, go));
}

function card(one, doors) {
  const memory = allRemembered().find(({ session }) => session.lecture.id === one.course_id);
  return el("article", { class: "card", "data-course": one.course_id },
    el("h2", { lang: languageOf(one.title) }, one.title), one.group && el("p", { class: "room", lang: languageOf(one.group) }, one.group),
    words.seat[one.seat] && !one.isCompleted && el("p", { class: "note" }, words.seat[one.seat]),
    one.isCompleted && certificate(one.certificate, doors),
    one.seat !== "REJECTED" && [one.marks && attendance(one.marks), one.steps?.total_subtasks > 0 && progress(one.steps)],
    memory && leading("again", `/j/${memory.session.session_code}`, words.me.again, "again"));
}

function leading(act, href, label, icon, kind = "plain small") {
  return el("a", { class: `button ${kind}`, href, "data-act": act }, picture(icon), el("span", {}, label));
}

function certificate(paper, { isGuest, back }) {
  const isGood = paper?.status === "VALID";
  const amiss = { REVOKED: words.me.revoked, EXPIRED: words.me.expired }[paper?.status];
  return [
    el("p", { class: "note good" }, words.me.completed), amiss && el("p", { class: "note call" }, amiss),
    !paper && el("p", {}, isGuest ? words.me.toKeep : words.me.toCome),
    isGood && button("main", "certificate", words.me.certificate, "paper", single(() => openPaper(paper, back))),
    isGood && leading("print", paper.pdf, words.me.print, "next"),
  ];
}

/** Where it is not to be had, the page of the school says why. Without a network there is no such page either. */
async function openPaper(paper, back) {
  clearTimeout(comingBack);
  try {
    const { showPaper } = await import("./paper.js");
    await showPaper(paper, back);
  } catch (error) {
    if (error instanceof Refused) return location.assign(paper.page);
    const acts = [
      { act: "again", label: words.offlineStop.next, go: () => openPaper(paper, back) },
      { act: "record", label: words.paper.back, icon: "paper", go: back },
    ];
    show("paper-offline", () => plain({ icon: "wave", title: words.offlineStop.title, lines: [words.leave.offlineLine], acts }));
  }
  return undefined;
}

function attendance(marks) {
  const came = marks.filter(({ mark }) => CAME.includes(mark)).length;
  const held = marks.length;
  const said = held === 0 ? words.me.notYet : came === held ? words.me.all(held) : words.me.missed(came, held);
  const day = new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" });
  const line = ({ date, mark }) => el("li", { "data-mark": mark },
    el("span", {}, day.format(new Date(`${date}T00:00Z`))), el("b", {}, words.mark[mark] ?? mark));
  return el("section", {}, el("h3", {}, words.me.attendance), el("p", {}, said),
    held > 0 && el("details", {}, el("summary", {}, words.me.dates), el("ul", { class: "dates" }, marks.map(line))));
}

function progress({ completed_subtasks: done, total_subtasks: of }) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  bar.firstChild.style.width = `${(100 * done) / of}%`;
  return el("section", {}, el("h3", {}, words.me.progress), el("p", {}, done === of ? words.me.allSteps(of) : words.me.steps(done, of)), bar);
}
