// The learners of a lecture with their progress. Each leads to a page of their own.

import { el } from "../../shared/dom.js";
import { labelOf } from "../../shared/names.js";
import { language, words } from "../../shared/words.js";
import { ago } from "./dates.js";
import { everyPage, percent } from "./widgets.js";

const ORDERS = {
  behind: (a, b) => a.progress_rate - b.progress_rate,
  ahead: (a, b) => b.progress_rate - a.progress_rate,
  helps: (a, b) => b.manual_help_count - a.manual_help_count,
  name: (a, b) => a.name.localeCompare(b.name, language),
};

export async function learnersOf(api, id) {
  const found = await everyPage(api, `/api/dashboard/lectures/${id}/students`, "students");
  return found.map((one) => ({ ...one, name: labelOf(one.name, one.namesake) }));
}

export async function learnerList({ api }, lecture) {
  const found = await learnersOf(api, lecture.id);
  const list = el("ul", { class: "learners" });
  const order = el("select", { id: "order", onchange: () => draw() }, Object.keys(ORDERS).map((key) =>
    el("option", { value: key }, words.statistics.orders[key])));
  const draw = () => list.replaceChildren(...found.sort(ORDERS[order.value]).map((one) => line(lecture, one)));
  draw();
  return el("section", { class: "card" }, el("div", { class: "head" }, el("h2", {}, words.statistics.learners),
    el("div", { class: "row" }, el("label", { for: "order" }, words.statistics.order), order)), list);
}

/** The page of a learner is for those who own the lecture: it has their marks and enrollments. */
function line({ id, my_role: role }, one) {
  const bar = el("span", { class: "track", "aria-hidden": "true" }, el("span", {}));
  bar.firstChild.style.width = percent(one.progress_rate);
  const facts = [
    words.statistics.steps(one.completed_subtasks, one.total_subtasks),
    one.manual_help_count > 0 && words.statistics.helps(one.manual_help_count), one.last_activity && ago(one.last_activity),
  ];
  return el("li", { "data-person": one.user_id },
    role === "OWNER" ? el("a", { href: `/teach/lecture/${id}/learner/${one.user_id}` }, one.name) : el("b", {}, one.name),
    el("span", { class: "said" }, percent(one.progress_rate)), bar,
    el("span", { class: "hint" }, facts.filter(Boolean).join(" · ")));
}
