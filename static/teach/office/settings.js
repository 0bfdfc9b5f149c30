// How these pages look and speak on this device.

import { el, text } from "../../shared/dom.js";
import { look, lookLike, SIZES, THEMES } from "../../shared/look.js";
import { language, LANGUAGES, speakIn, words } from "../../shared/words.js";
import { sign } from "./drawing.js";
import { openDialog } from "./parts.js";

const button = document.querySelector("#settings");
let redraw = () => {};

/** `again` draws the page anew, once it speaks another language. */
export function dressSettings(again) {
  redraw = again;
  button.setAttribute("aria-label", words.settings.title);
  button.title = words.settings.title;
  button.replaceChildren(sign("dials"));
  button.onclick = open;
}

function open() {
  const body = el("div", { class: "settings" }, choices());
  openDialog("ask", words.settings.title, body);
}

function choices() {
  const now = look();
  const named = (wanted) => LANGUAGES[wanted];
  return [
    choice("language", words.settings.language, Object.keys(LANGUAGES), language, named, speak),
    choice("theme", words.settings.theme, THEMES, now.theme, (theme) => words.settings.themes[theme],
      (theme) => lookLike({ ...look(), theme })),
    choice("size", words.settings.size, SIZES, now.size, (size) => `${size}%`, (size) => lookLike({ ...look(), size })),
  ];
}

async function speak(wanted) {
  // Where its texts cannot be had, it goes on as it was.
  await speakIn(wanted).catch(() => {});
  redraw();
  const dialog = document.querySelector("dialog[open]");
  dialog.setAttribute("aria-label", words.settings.title);
  text(dialog.querySelector("h2"), words.settings.title);
  text(dialog.querySelector(".head button"), words.office.close);
  dialog.querySelector(".settings").replaceChildren(...choices());
  dialog.querySelector("[name=language]:checked").focus();
}

function choice(name, title, values, chosen, nameOf, change) {
  const option = (value) => el("label", { class: "chip" },
    el("input", { type: "radio", name, value, checked: value === chosen, onchange: () => change(value) }),
    el("span", { lang: name === "language" && value }, nameOf(value)));
  return el("fieldset", {}, el("legend", {}, title), el("div", { class: "chips" }, values.map(option)));
}
