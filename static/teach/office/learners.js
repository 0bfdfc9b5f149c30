// Everyone who takes a lecture, and how far they are; each leads to a page of their own.

import { el, shown } from "../../shared/dom.js";
import { language, words } from "../../shared/words.js";
import { ago } from "./dates.js";
import { percent } from "./parts.js";

const PAGE = 100;
const ORDERS = {
  behind: (a, b) => a.progress_rate - b.progress_rate,
  ahead: (a, b) => b.progress_rate - a.progress_rate,
  helps: (a, b) => b.help_count - a.help_count,
  name: (a, b) => a.name.localeCompare(b.name, language),
};

export const learnersPath = (id, page) => `/api/dashboard/lectures/${id}/students?page_size=${PAGE}&page=${page}`;

export async function learnerList({ api, fail }, id) {
  const found = [];
  let page = 0;
  const list = el("ul", { class: "learners" });
  const order = el("select", { id: "order", onchange: () => draw() }, Object.keys(ORDERS).map((key) =>
    el("option", { value: key }, words.statistics.orders[key])));
  const more = el("button", { type: "button", class: "quiet", onclick: () => load().catch(fail) }, words.statistics.more);
  const draw = () => list.replaceChildren(...[...found].sort(ORDERS[order.value]).map((one) => line(id, one)));
  const load = async () => {
    page += 1;
    const { students, pagination } = await api.get(learnersPath(id, page));
    found.push(...students);
    shown(more, page < pagination.total_pages);
    draw();
  };
  await load();
  return el("section", { class: "card" }, el("div", { class: "head" }, el("h2", {}, words.statistics.learners),
    el("div", { class: "row" }, el("label", { for: "order" }, words.statistics.order), order)), list, more);
}

function line(id, one) {
  const bar = el("span", { class: "track", "aria-hidden": "true" }, el("span", {}));
  bar.firstChild.style.width = percent(one.progress_rate);
  const facts = [
    words.statistics.steps(one.completed_subtasks, one.total_subtasks),
    one.help_count > 0 && words.statistics.helps(one.help_count), one.last_activity && ago(one.last_activity),
  ];
  return el("li", { "data-person": one.user_id },
    el("a", { href: `/teach/lecture/${id}/learner/${one.user_id}` }, one.name),
    el("span", { class: "said" }, percent(one.progress_rate)), bar,
    el("span", { class: "hint" }, facts.filter(Boolean).join(" · ")));
}
