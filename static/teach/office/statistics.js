// Statistics of a lecture: progress, difficult steps, and the last weeks.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { bars, columns, line } from "./charts.js";
import { shortDay } from "./dates.js";
import { learnerList } from "./learners.js";
import { lecturePage } from "./lecture.js";
import { chips, percent, tile } from "./widgets.js";

const SPANS = [7, 30];
const WHOLE = 100;

export async function open(on, id) {
  const [lecture, found] = await Promise.all([
    on.api.get(`/api/lectures/${id}`), on.api.get(`/api/dashboard/statistics/lecture/${id}`),
  ]);
  const node = lecturePage(on, lecture, "statistics", tiles(found),
    found.total_students === 0 ? nobody() : await pictures(on, lecture, found));
  return { node, title: `${words.lecture.statistics} · ${lecture.title}` };
}

function tiles(found) {
  const { tiles: names } = words.statistics;
  return el("dl", { class: "tiles" }, tile(names.learners, words.lecture.people(found.total_students)),
    tile(names.progress, percent(found.average_progress_rate)), tile(names.helps, words.statistics.times(found.manual_help_requests)),
    tookTile(found));
}

/** The time that it took those who have finished. */
function tookTile({ finished_students: finished, average_completion_time_minutes: took }) {
  const { tiles: names, minutes, nobodyFinished, finished: ofPeople } = words.statistics;
  return finished === 0 ? tile(names.took, "–", nobodyFinished) : tile(names.took, minutes(took), ofPeople(finished));
}

function nobody() {
  return el("section", { class: "card" }, el("h2", {}, words.statistics.empty), el("p", {}, words.statistics.emptyHint));
}

async function pictures(on, lecture, found) {
  const { id } = lecture;
  const trend = el("section", { class: "card" });
  await showTrend(on, id, trend, SPANS[0]);
  return [
    el("div", { class: "two" }, card(distribution(found)), card(activity(found))), trend,
    difficulties(id, found), await learnerList(on, lecture),
  ];
}

const card = (...parts) => el("section", { class: "card" }, parts);

function distribution({ progress_distribution: quarters }) {
  const items = Object.entries(quarters).map(([name, value]) => ({ name, value, text: words.lecture.people(value) }));
  return columns({ title: words.statistics.distribution, items });
}

function activity({ daily_activity: days }) {
  const items = days.map((day) => ({
    name: shortDay(day.date), value: day.active_students, text: words.lecture.people(day.active_students),
  }));
  return columns({ title: words.statistics.activity, items });
}

/** Draws progress and calls for help over the last 7 or 30 days. */
async function showTrend({ api, fail }, id, node, days) {
  const chart = await api.get(`/api/dashboard/chart-data/progress-trend?lecture_id=${id}&days=${days}&request_type=MANUAL`);
  const [progress, helped] = chart.datasets.map(({ data }) => data);
  const item = (textOf) => (value, at) => ({ name: chart.labels[at], value, text: textOf(value) });
  const choose = async (wanted) => {
    await showTrend({ api, fail }, id, node, wanted).catch(fail);
    node.querySelector(":checked").focus();
  };
  node.replaceChildren(
    el("div", { class: "head" }, el("h2", {}, words.statistics.trend),
      chips({ title: words.statistics.span, isUnseen: true, name: "days", values: SPANS, chosen: days, nameOf: words.statistics.days, choose })),
    line({ title: words.statistics.progressTrend, items: progress.map(item((value) => `${value}%`)), most: WHOLE }),
    columns({ title: words.statistics.helpTrend, items: helped.map(item(words.statistics.times)) }));
}

function difficulties(id, { common_difficulties: steps }) {
  // A call that the class made by itself, or that was taken back, is no difficulty.
  const hard = steps.filter((step) => step.helped_people + step.stuck_people > 0);
  const items = hard.map((step) => ({
    name: step.subtask_title, value: step.helped_people + step.stuck_people,
    text: words.statistics.trouble(step.helped_people, step.stuck_people),
  }));
  return card(el("h2", {}, words.statistics.difficult), el("p", { class: "hint" }, words.statistics.difficultHint),
    items.length > 0 ? bars(items) : el("p", {}, words.statistics.noHelp),
    el("p", {}, el("a", { href: `/teach/lecture/${id}` }, words.statistics.mend)));
}
