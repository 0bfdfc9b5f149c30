// The page of a course that one is in: its videos by units, how far one is, what is next, and for how long one may watch.

import { Refused } from "../shared/api.js";
import { dayOf, daysUntil } from "../shared/days.js";
import { el, single } from "../shared/dom.js";
import { loadSchool } from "../shared/school.js";
import { languageOf, words } from "../shared/words.js";
import { picture } from "../learn/pictures.js";
import { button, reasonOf, remark } from "../learn/screens.js";
import { entitle, show } from "../learn/stage.js";
import { admitted, unopened } from "./gate.js";
import { lengthOf, stateOf } from "./lengths.js";
import { allOf } from "./standing.js";
import { sendKept } from "./watched.js";

const LEARNING = "/api/v1/bc-006/learning";
/** The things that the page may use: `api`, `load`, `course` and `resumed`. */
let on;

export async function begin(given) {
  on = given;
  await open();
}

async function open() {
  try {
    const [enrollment] = await Promise.all([admitted(on, open), loadSchool()]);
    if (enrollment) await draw(enrollment);
  } catch (error) {
    unopened(on, error, open);
  }
}

async function draw(enrollment) {
  const { api, course: id } = on;
  await sendKept(api);
  const [course, videos, progress, { assessments }, { results }] = await Promise.all([
    api.get(`/courses/major-categories/${id}/`), allOf(api, `/videos/?major_category_id=${id}`), allOf(api, `/progress/?major_category_id=${id}`),
    api.get(`${LEARNING}/courses/${id}?includeModules=false&includeAssessments=true`), api.get(`/api/v1/assessments/results/enrollment/${enrollment.id}`),
  ]);
  entitle(course.name);
  const seen = new Map(progress.map((one) => [one.video_id, one]));
  const units = course.minor_categories.map((unit) => ({ ...unit, videos: videos.filter((video) => video.minor_category_id === unit.id) }));
  show("course", () => ({ node: page({ course, videos, units, seen, missions: missionsOf(assessments, results) }, enrollment), update() {} }));
}

/** The missions of a course, each with what came of its tries: whether it was passed, or null before the first. */
function missionsOf(assessments, results) {
  return assessments.map(({ id, title, isRequired }) => {
    const tries = results.filter((result) => String(result.assessment_id) === id);
    return { id, title, isRequired, isPassed: tries.length > 0 ? tries.some((result) => result.pass_yn === "Y") : null };
  });
}

function page({ course, videos, units, seen, missions }, { completed_at: completed, expiry_date: end }) {
  const done = videos.filter((video) => seen.get(video.id)?.is_completed).length;
  const next = videos.find((video) => !seen.get(video.id)?.is_completed);
  return el("section", { class: "screen" },
    el("div", { class: "content" }, el("h1", { tabindex: "-1", lang: languageOf(course.name) }, course.name),
      el("p", { class: "room" }, words.watch.teacher(course.instructor_name)),
      el("p", { class: "until" }, end ? words.watch.until(dayOf(end), daysUntil(end)) : words.watch.always),
      completed && certificate(course),
      videos.length > 0 && share(done, videos.length),
      next && leading("next", `/watch/${course.id}/${next.id}`, seen.has(next.id) ? words.watch.resume : done > 0 ? words.watch.next : words.watch.begin, "play", "main"),
      videos.length === 0 && el("p", {}, words.watch.empty),
      units.filter((unit) => unit.videos.length > 0).map((unit) => card(course, unit, seen)), missions.length > 0 && tests(missions)),
    el("div", { class: "actions still" }, leading("record", "/me", words.watch.record, "paper", "plain")));
}

/** The certificate, as a file. It is issued by the first download, if it was not before. */
function certificate(course) {
  const problem = el("p", { class: "note call", role: "alert", hidden: true });
  const download = single(async () => {
    remark(problem, "");
    try {
      await on.api.download(`/certificates/download/major/${course.id}/`, `${course.name}.pdf`);
    } catch (error) {
      remark(problem, error instanceof Refused && error.isFinal ? error.message : reasonOf(error));
    }
  });
  return [el("p", { class: "note good" }, words.watch.completed), button("plain", "certificate", words.watch.certificate, "paper", download), problem];
}

const leading = (act, href, label, icon, kind) => el("a", { class: `button ${kind}`, href, "data-act": act }, picture(icon), el("span", {}, label));

function share(done, all) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  bar.firstChild.style.width = `${(100 * done) / all}%`;
  return el("section", { class: "share" }, el("p", {}, done === all ? words.watch.allSeen(all) : words.watch.seen(done, all)), bar);
}

function card(course, { id, name, videos }, seen) {
  return el("article", { class: "card", "data-unit": id }, el("h2", { lang: languageOf(name) }, name),
    el("ul", { class: "videos" }, videos.map((video) => el("li", {}, row(course, video, seen.get(video.id))))));
}

function row(course, video, progress) {
  const state = stateOf(progress);
  return el("a", { class: "video", href: `/watch/${course.id}/${video.id}`, "data-video": video.id, "data-state": state },
    picture(state === "done" ? "check" : "play"),
    el("span", {}, el("b", { lang: languageOf(video.name) }, video.name),
      el("span", { class: "state" }, [lengthOf(video.duration), words.watch.states[state](Math.floor(progress?.progress_percent ?? 0)), !video.is_required && words.watch.optional].filter(Boolean).join(" · "))));
}

function tests(missions) {
  const state = ({ isPassed }) => (isPassed === null ? words.watch.untried : isPassed ? words.watch.passed : words.watch.failed);
  return el("article", { class: "card", "data-missions": true }, el("h2", {}, words.watch.missions), el("p", {}, words.watch.where),
    el("ul", { class: "dates" }, missions.map((mission) => el("li", { "data-mission": mission.id },
      el("span", { lang: languageOf(mission.title) }, mission.title),
      el("b", {}, mission.isRequired && !mission.isPassed ? `${state(mission)} · ${words.watch.needed}` : state(mission))))));
}
