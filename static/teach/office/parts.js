// Small parts that many of these pages are made of.

import { dialog, el, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { sign } from "./drawing.js";

/** Tells those who do not see it. The same words twice are told twice. */
export function announce(said) {
  const place = document.querySelector("#announce");
  text(place, place.textContent === said ? `${said} ` : said);
}

/** A button that shows a sign and says its name. */
export function tool(name, said, onclick, more = {}) {
  return el("button", { type: "button", class: "quiet icon", "aria-label": said, title: said, onclick, ...more }, sign(name));
}

/** A window over the page with a title, and a button that closes it. */
export function openDialog(kind, title, ...parts) {
  const shut = el("button", { type: "button", class: "quiet", onclick: () => node.close() }, words.office.close);
  const node = dialog({ class: kind, "aria-label": title }, el("div", { class: "head" }, el("h2", {}, title), shut), parts);
  // The ground around it closes it, as people try.
  node.addEventListener("click", (event) => event.target === node && node.close());
  return node;
}

/** One of a few. `nameOf` gives what stands on each. */
export function chips({ title, isUnseen, name, values, chosen, nameOf, choose }) {
  const chip = (value) => el("label", { class: "chip" },
    el("input", { type: "radio", name, value, checked: value === chosen, onchange: () => choose(value) }), el("span", {}, nameOf(value)));
  return el("fieldset", {}, el("legend", { class: isUnseen && "unseen" }, title), el("div", { class: "chips" }, values.map(chip)));
}

/** A number that says something, with its name. */
export function tile(name, value, hint) {
  return el("div", { class: "tile" }, el("dt", {}, name), el("dd", {}, value, hint && el("span", { class: "hint" }, hint)));
}

/** All pages of a list. */
export async function everyPage(api, path, key, size = "page_size") {
  const all = [];
  const join = path.includes("?") ? "&" : "?";
  for (let page = 1; ; page += 1) {
    const answer = await api.get(`${path}${join}page=${page}&${size}=100`);
    all.push(...answer[key]);
    const { total_pages: last } = answer.pagination ?? answer.paging;
    if (page >= last) return all;
  }
}

export const percent = (rate) => `${Math.round(rate * 100)}%`;
