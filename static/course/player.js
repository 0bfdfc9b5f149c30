// The page of one video: it plays, goes on where one was, and tells the server which pieces were played.

import { post, Refused } from "../shared/api.js";
import { el, shown, single, text } from "../shared/dom.js";
import { loadSchool } from "../shared/school.js";
import { languageOf, words } from "../shared/words.js";
import { picture } from "../learn/pictures.js";
import { button, plain, reasonOf, remark } from "../learn/screens.js";
import { announce, entitle, link, show } from "../learn/stage.js";
import { PlayAddress } from "./address.js";
import { controls, setRate } from "./controls.js";
import { admitted, closed, unopened } from "./gate.js";
import { lengthOf, secondsOf, wordsOf } from "./lengths.js";
import { allOf, isMissing, standing } from "./standing.js";
import { isClosed, sendKept, Watched } from "./watched.js";

const REPORTS_EVERY_MS = 15_000;
/** One who was so near the end begins anew. */
const END_S = 5;
/** The things that the page may use: `api`, `load`, `course`, `video` and `resumed`. */
let on;
/** The parts of the page while it plays: the element, its address, and what was watched. */
let playing;
/** The parts of the page that change: `{ progress, problem, hasBegun, hasEnded }`. */
let state = {};
/** Makes the screen; null once one may watch no more. */
let draws = null;

export async function begin(given) {
  on = given;
  await open();
}

async function open() {
  try {
    const [enrollment] = await Promise.all([admitted(on, open), loadSchool()]);
    if (enrollment) await draw();
  } catch (error) {
    if (isGone(error)) return isTaken();
    return unopened(on, error, open);
  }
}

const isGone = (error) => error instanceof Refused && error.status === 404;

async function draw() {
  const { api, course, video: id } = on;
  await sendKept(api);
  const [video, progress, videos] = await Promise.all([find(), progressOf(id), allOf(api, `/videos/?major_category_id=${course}`)]);
  if (String(video.major_category_id) !== course) return location.replace(`/watch/${video.major_category_id}/${id}`);
  if (!video.play_url) return isOver();
  entitle(video.name);
  const at = videos.findIndex((one) => one.id === video.id);
  const next = at < 0 ? undefined : videos[at + 1];
  // A file that is elsewhere has an address without an end.
  const isElsewhere = video.play_url_expires_at === null;
  if (!isElsewhere) playing = begun(video, progress);
  draws = () => page(video, next, isElsewhere);
  return tell({ progress, problem: "" });
}

const find = () => on.api.get(`/videos/${on.video}/`);

async function progressOf(video) {
  try {
    return await on.api.get(`/progress/video/${video}/`);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function tell(change) {
  if (!draws) return;
  state = { ...state, ...change };
  show("video", draws, state);
}

/** Leaves the player, for a screen that says why. */
function stops() {
  draws = null;
  playing?.element.pause();
  link("");
}

/** Shows that the video is not there any more. */
function isTaken() {
  stops();
  const acts = [{ act: "list", label: words.video.back, icon: "back", go: () => location.assign(`/watch/${on.course}`) }];
  show("taken", () => plain({ icon: "search", title: words.video.taken, acts }));
}

/** Shows why one cannot go on: the time is over, or one has left the course. */
async function isOver() {
  stops();
  const mine = await standing(on.api, on.course).catch(() => ({ kind: "none" }));
  // The clock of this device may be behind: the server has said that it is over.
  closed(on, mine.kind === "open" ? { ...mine, kind: "over" } : mine);
}

// Playing.

function begun(video, progress) {
  const element = el("video", { controls: true, playsinline: true, preload: "metadata", "aria-label": video.name });
  const watched = new Watched(on.api, video.id);
  const address = new PlayAddress(element, find, {
    before: () => watched.gather(element), over: isOver,
    failed: (error) => (isGone(error) ? isTaken() : tell({ problem: error ? reasonOf(error) : words.video.broken })),
  });
  const last = progress?.last_position ?? 0;
  const from = last < secondsOf(video.duration) - END_S ? last : 0;
  address.take(video, from, false);
  setRate(element);
  follow(element, watched, address);
  return { element, address, from };
}

/** Reports what was played: now and then, at each stop, and when the page is left. */
function follow(element, watched, address) {
  const report = async (options) => {
    if (!draws) return undefined;
    watched.gather(element);
    try {
      const progress = await watched.send(options);
      link("");
      if (progress) tell({ progress });
    } catch (error) {
      if (isClosed(error)) return isOver();
      if (isGone(error)) return isTaken();
      link(navigator.onLine === false ? "offline" : "waiting");
    }
    return undefined;
  };
  setInterval(() => report(), REPORTS_EVERY_MS);
  element.addEventListener("play", () => tell({ hasBegun: true, hasEnded: false }));
  element.addEventListener("playing", () => tell({ problem: "" }));
  element.addEventListener("pause", () => {
    tell({});
    report();
  });
  element.addEventListener("ended", () => {
    tell({ hasEnded: true });
    report();
  });
  addEventListener("online", () => (element.error ? address.again() : report()));
  document.addEventListener("visibilitychange", () => document.hidden && report({ outlives: true }));
  addEventListener("pagehide", () => report({ outlives: true }));
}

// Drawing.

function page(video, next, isElsewhere) {
  const list = el("a", { class: "button plain small", href: `/watch/${on.course}`, "data-act": "list" }, picture("back"), el("span", {}, words.video.back));
  const amount = el("p");
  let wasDone = true;
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  const problem = el("p", { class: "note call", role: "alert", hidden: true });
  const again = button("plain", "again", words.video.again, "again", () => playing.address.again());
  const onward = el("a", { class: "button main", href: `/watch/${on.course}/${next?.id}`, "data-act": "next" }, el("span", {}, next && words.video.next(next.name)));
  const resumes = el("p", { class: "room" }, playing?.from > 0 && words.video.resumes(wordsOf(playing.from)));
  const drive = isElsewhere ? null : controls(playing.element);
  const node = el("section", { class: "screen" },
    el("div", { class: "content" }, list, el("h1", { tabindex: "-1", lang: languageOf(video.name) }, video.name),
      isElsewhere ? elsewhere(video, problem) : [el("div", { class: "frame" }, playing.element), problem, again],
      el("section", { class: "share" }, amount, bar), onward, resumes, drive?.node,
      video.description && el("p", { class: "about", lang: languageOf(video.description) }, video.description)));
  const update = ({ progress, problem: wrong, hasBegun, hasEnded }) => {
    const percent = Math.floor(progress?.progress_percent ?? 0);
    const isDone = Boolean(progress?.is_completed);
    text(amount, isDone ? words.video.done : isElsewhere ? words.video.sayIt : words.video.seen(percent));
    // The share is not read out each time that it grows.
    if (isDone && !wasDone) announce(words.video.done);
    wasDone = isDone;
    bar.firstChild.style.width = `${isDone ? 100 : percent}%`;
    shown(bar, isDone || !isElsewhere);
    shown(onward, next && (isDone || hasEnded));
    shown(resumes, playing?.from > 0 && !hasBegun);
    remark(problem, wrong);
    shown(again, wrong);
    drive?.playing(!playing.element.paused);
  };
  return { node, update };
}

/** A video that lies elsewhere: nobody can see how much of it was watched, so one says it. */
function elsewhere(video, problem) {
  const seen = button("plain", "seen", words.video.sawIt, "check", single(async () => {
    remark(problem, "");
    try {
      tell({ progress: await on.api.call(post, "/videos/progress/", { video_id: video.id, is_completed: true }) });
    } catch (error) {
      if (isClosed(error)) await isOver();
      else if (isGone(error)) isTaken();
      else tell({ problem: reasonOf(error) });
    }
  }));
  return [
    el("p", { class: "guide" }, words.video.elsewhere), lengthOf(video.duration) && el("p", { class: "room" }, lengthOf(video.duration)),
    el("a", { class: "button main", href: video.play_url, target: "_blank", rel: "noopener noreferrer", "data-act": "open" }, picture("play"), el("span", {}, words.video.open)),
    seen, problem,
  ];
}
