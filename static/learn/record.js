// «My record»: the courses of the person on this phone, with attendance, progress and certificates.

import { post, Refused } from "../shared/api.js";
import { dayOf, daysUntil } from "../shared/days.js";
import { el, single } from "../shared/dom.js";
import { read, write } from "../shared/device.js";
import { handledLater } from "../shared/loading.js";
import { loadSchool } from "../shared/school.js";
import { language, languageOf, words } from "../shared/words.js";
import { claim, leave, signIn } from "./account.js";
import { allRemembered } from "./phone.js";
import { picture } from "./pictures.js";
import { button, plain } from "./screens.js";
import { link, show } from "./stage.js";

const CAME = ["PRESENT", "LATE", "EARLY_LEAVE"];
/** The marks that cannot become better. */
const COUNTED = ["PRESENT", "EXCUSED"];
const RETRY_AFTER_MS = 5_000;
/** Days before an end of access from which the record tells of it. */
const END_TOLD_DAYS = 7;
/** The timer that asks for the record again, while an old one is shown. */
let retry = 0;
/** Loads another part of the phone's pages. */
let load;

export function begin(on) {
  ({ load } = on);
  return showRecord(on);
}

async function showRecord({ api, resumed }) {
  clearTimeout(retry);
  try {
    const isKnown = await (resumed ?? api.resume());
    const record = isKnown && api.user.role === "STUDENT" ? await fetched(api) : null;
    write("record", record);
    link("");
    if (isKnown) draw(record, actions(api));
    else nobody(api);
  } catch {
    const back = () => showRecord({ api });
    link(navigator.onLine === false ? "offline" : "waiting");
    draw(read("record") ?? fromMemory(), { back, isOld: true });
    retry = setTimeout(back, RETRY_AFTER_MS);
  }
}

/** The actions of the record's buttons. */
function actions(api) {
  const back = () => showRecord({ api, resumed: Promise.resolve(true) });
  const seen = async (notice) => {
    // If this fails, the warning is shown again.
    await api.call(post, `/api/notifications/${notice}/read`, {}).catch(() => {});
    await back();
  };
  const ask = async (lecture, number) => (await load("presence")).askPresence({ api, lecture, number, back });
  return { back, ask, isGuest: api.user.guest, claim: (hasEarned) => claim(api, back, hasEarned), leave: () => leave(api, back), seen };
}

function nobody(api) {
  const back = () => showRecord({ api });
  show("me-nobody", () => plain({
    icon: "paper", title: words.me.title, lines: [words.me.noneLine, words.me.nobodyLine],
    acts: [{ act: "enter", label: words.me.enter, go: toArrival }, { act: "signin", label: words.me.signin, go: () => signIn(api, back) }],
  }));
}

const toArrival = () => location.assign("/");

// Loading.

async function fetched(api) {
  const courses = [];
  const watching = handledLater(orNull(api.get("/dashboards/student-dashboard/?page_size=100")));
  for (let page = 1, of = 1; page <= of; page += 1) {
    const { enrollments, paging } = await api.get(`/api/v1/enrollments/me?record=true&size=100&page=${page}`);
    courses.push(...enrollments.map(course));
    of = paging.total_pages;
  }
  for (const { major_category_id: id, enrollment_id: enrollment, video_count: videos, expiry_date: end } of (await watching)?.results ?? []) {
    for (const one of courses.filter((other) => other.course_id === id)) one.hasVideos = videos > 0;
    for (const one of courses.filter((other) => other.id === enrollment)) one.end = end;
  }
  // Days are those of the school's zone.
  if (courses.some(endsSoon)) await loadSchool();
  return { name: api.user.name, courses, copied: await copiedLogin(api) };
}

/** The id of the unread notification that a login of this person was used by two people. */
async function copiedLogin(api) {
  const unread = await orNull(api.get("/api/notifications?unread=true&page_size=100"));
  return unread?.notifications.find(({ type }) => type === "LOGIN_COPIED")?.id ?? null;
}

function course({ enrollment_id: id, course_id, course_title, class_name, status, is_waiting, record }) {
  return {
    id, course_id, title: course_title, group: class_name === course_title ? "" : class_name, seat: is_waiting ? "WAITING" : status,
    marks: record.attendances.map(({ class_date: date, attendance_type: mark, session_number: number }) => (
      { date, mark, number, request: record.attendance_requests.filter((one) => one.session_number === number).pop()?.status ?? null })),
    steps: { done: record.completed_steps, all: record.total_steps }, isCompleted: record.completion_status === "COMPLETED",
    certificate: record.certificate && paths(record.certificate), session: record.session_url && pathOf(record.session_url),
  };
}

/** Resolves to null if the request is refused. */
async function orNull(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refused && error.status < 500) return null;
    throw error;
  }
}

const paths = ({ status, certificate_url: page, pdf_url: pdf }) => ({ status, page: pathOf(page), pdf: pathOf(pdf) });

/** The path of a URL without its host, since the school may be reached by another name than it prints. */
function pathOf(url) {
  const { pathname, search } = new URL(url, location);
  return pathname + search;
}

/** The record of a phone that has no network and has never loaded one: the sessions that it was in. */
function fromMemory() {
  const memories = allRemembered();
  const courses = new Map(memories.map(({ session: { lecture } }) => [lecture.id, { course_id: lecture.id, title: lecture.title, marks: null }]));
  return { name: memories[0]?.user.name ?? "", courses: [...courses.values()] };
}

// Drawing.

/** `acts`: what the buttons do; an old record has only `back` and `isOld`. */
function draw(record, acts) {
  const isCopied = !acts.isOld && record?.copied;
  const kind = acts.isOld ? "me-old" : isCopied ? "me-copied" : "me";
  if (record?.courses.length || isCopied) return show(kind, () => ({ node: page(record, acts, isCopied), update() {} }));
  if (acts.isOld) return show("me-offline", () => plain({ icon: "wave", title: words.offline.title, lines: [words.offline.line] }));
  return show("me-empty", () => plain({
    icon: "paper", title: words.me.none, lines: [words.me.noneLine],
    acts: [{ act: "enter", label: words.me.enter, go: toArrival }, { act: "leave", label: words.me.leave, go: acts.leave }],
  }));
}

function page({ name, courses }, acts, copied) {
  const hasEarned = courses.some((one) => one.isCompleted && !one.certificate);
  const keep = acts.isGuest && keeping(acts.claim, hasEarned);
  return el("section", { class: "screen" },
    el("div", { class: "content" }, el("h1", { tabindex: "-1" }, words.me.title), el("p", { class: "guide" }, words.me.whose(name)),
      acts.isOld && el("p", { class: "note" }, words.me.old), copied && warning(() => acts.seen(copied)),
      hasEarned && keep, courses.map((one) => card(one, acts)), !hasEarned && keep),
    el("div", { class: "actions still" }, el("a", { class: "button plain", href: "/", "data-act": "enter" }, el("span", {}, words.me.enter)),
      !acts.isOld && button("plain small", "leave", words.me.leave, "door", acts.leave)));
}

function warning(go) {
  return el("article", { class: "card", "data-notice": "copied" }, el("h2", {}, words.me.copied), el("p", {}, words.me.copiedLine),
    button("plain", "seen", words.me.copiedSeen, "check", single(go)));
}

/** The offer to save the record of a guest. */
function keeping(go, hasEarned) {
  return el("article", { class: "card" }, el("h2", {}, words.me.keep), el("p", {}, hasEarned ? words.me.keepEarned : words.me.keepLine),
    button(hasEarned ? "main" : "plain", "claim", words.me.claim, null, () => go(hasEarned)));
}

function card(one, acts) {
  const memory = allRemembered().find(({ session }) => session.lecture.id === one.course_id);
  // A session that this phone remembers opens without a network.
  const again = memory ? `/j/${memory.session.session_code}` : !acts.isOld && one.session;
  return el("article", { class: "card", "data-course": one.course_id },
    el("h2", { lang: languageOf(one.title) }, one.title), one.group && el("p", { class: "room", lang: languageOf(one.group) }, one.group),
    words.seat[one.seat] && !one.isCompleted && el("p", { class: "note" }, words.seat[one.seat]),
    one.isCompleted && certificate(one.certificate, acts),
    one.seat !== "REJECTED" && [one.marks && attendance(one, acts), one.steps?.all > 0 && progress(one.steps)],
    !acts.isOld && endsSoon(one) && el("p", { class: "note", "data-notice": "ends" }, words.me.ends(dayOf(one.end), daysUntil(one.end))),
    one.hasVideos && !acts.isOld && leading("watch", `/watch/${one.course_id}`, words.me.watch, "play"),
    !acts.isOld && endsSoon(one) && leading("longer", `/buy/${one.course_id}`, words.me.longer, "next"),
    again && leading("again", again, words.me.again, "again"));
}

const endsSoon = ({ end }) => Boolean(end) && Date.parse(end) > Date.now() && daysUntil(end) <= END_TOLD_DAYS;

function leading(act, href, label, icon, kind = "plain small") {
  return el("a", { class: `button ${kind}`, href, "data-act": act }, picture(icon), el("span", {}, label));
}

function certificate(paper, { isGuest, back }) {
  const isGood = paper?.status === "VALID";
  const problem = { REVOKED: words.me.revoked, EXPIRED: words.me.expired }[paper?.status];
  return [
    el("p", { class: "note good" }, words.me.completed), problem && el("p", { class: "note call" }, problem),
    !paper && el("p", {}, isGuest ? words.me.toKeep : words.me.toCome),
    isGood && button("main", "certificate", words.me.certificate, "paper", single(() => openPaper(paper, back))),
    isGood && leading("print", paper.pdf, words.me.print, "next"),
  ];
}

/** Opens the certificate. If it is refused, the page that checks certificates says why. */
async function openPaper(paper, back) {
  clearTimeout(retry);
  try {
    const { showPaper } = await load("paper");
    await showPaper(paper, back);
  } catch (error) {
    if (error instanceof Refused) return location.assign(paper.page);
    const acts = [
      { act: "again", label: words.offline.next, go: () => openPaper(paper, back) },
      { act: "record", label: words.paper.back, icon: "paper", go: back },
    ];
    show("paper-offline", () => plain({ icon: "wave", title: words.offline.title, lines: [words.leave.offlineLine], acts }));
  }
  return undefined;
}

/** The days of a course. One that does not count as attended has a button, or tells what became of the request. */
function attendance({ marks, course_id: course, seat }, { ask }) {
  const came = marks.filter(({ mark }) => CAME.includes(mark)).length;
  const held = marks.length;
  const summary = held === 0 ? words.me.notYet : came === held ? words.me.all(held) : words.me.missed(came, held);
  const day = new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" });
  const line = ({ date, mark, number, request }) => el("li", { "data-mark": mark },
    el("span", {}, day.format(new Date(`${date}T00:00Z`))), el("b", {}, words.mark[mark] ?? mark), presence({ mark, number, request }, seat === "APPROVED" && ask && (() => ask(course, number))));
  return el("section", {}, el("h3", {}, words.me.attendance), el("p", {}, summary),
    held > 0 && el("details", {}, el("summary", {}, words.me.dates), el("ul", { class: "dates" }, marks.map(line))));
}

function presence({ mark, number, request }, ask) {
  if (COUNTED.includes(mark)) return request === "APPROVED" && el("span", { class: "room" }, words.me.request.APPROVED);
  return [
    words.me.request[request] && request !== "APPROVED" && el("span", { class: "room", "data-request": request }, words.me.request[request]),
    number && ask && request !== "PENDING" && button("plain small", "ask-presence", words.me.ask, "hand", single(ask)),
  ];
}

function progress({ done, all }) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  bar.firstChild.style.width = `${(100 * done) / all}%`;
  return el("section", {}, el("h3", {}, words.me.progress), el("p", {}, done === all ? words.me.allSteps(all) : words.me.steps(done, all)), bar);
}
