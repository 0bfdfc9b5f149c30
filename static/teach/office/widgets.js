// Widgets of many pages.

import { dialog, el, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { sign } from "../marking/drawing.js";

/** Says something to screen readers, again if it is the same as before. */
export function announce(sentence) {
  const node = document.querySelector("#announce");
  text(node, node.textContent === sentence ? `${sentence} ` : sentence);
}

/** A button with a sign and a label for screen readers. */
export function tool(name, label, onclick, more = {}) {
  return el("button", { type: "button", class: "quiet icon", "aria-label": label, title: label, onclick, ...more }, sign(name));
}

/** Opens a dialog with a title and a button that closes it. */
export function openDialog(kind, title, ...parts) {
  const shut = el("button", { type: "button", class: "quiet", onclick: () => node.close() }, words.office.close);
  const node = dialog({ class: kind, "aria-label": title }, el("div", { class: "head" }, el("h2", {}, title), shut), parts);
  // A press beside the dialog closes it too.
  node.addEventListener("click", (event) => event.target === node && node.close());
  return node;
}

/** A choice of one among a few values. `nameOf` returns the label of a value. */
export function chips({ title, isUnseen, name, values, chosen, nameOf, choose }) {
  const chip = (value) => el("label", { class: "chip" },
    el("input", { type: "radio", name, value, checked: value === chosen, onchange: () => choose(value) }), el("span", {}, nameOf(value)));
  return el("fieldset", {}, el("legend", { class: isUnseen && "unseen" }, title), el("div", { class: "chips" }, values.map(chip)));
}

/** A number with its name. */
export function tile(name, value, hint) {
  return el("div", { class: "tile" }, el("dt", {}, name), el("dd", {}, value, hint && el("span", { class: "hint" }, hint)));
}

/** Loads all pages of a list, 100 entries with each request. */
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
