// How these pages look and speak on this device.

import { look, lookLike, SIZES, THEMES } from "../../shared/device.js";
import { el, shown } from "../../shared/dom.js";
import { language, LANGUAGES, speakIn, words } from "../../shared/words.js";
import { chips, openDialog } from "./parts.js";

/** `redraw` draws the page anew, once it speaks another language. */
export function openSettings(redraw) {
  const problem = el("p", { class: "notice", role: "alert", hidden: true }, words.settings.unchanged);
  const speakNow = (wanted) => speak(wanted, { dialog, problem, redraw });
  const dialog = openDialog("ask", words.settings.title, el("div", { class: "settings" }, choices(speakNow), problem));
  return dialog;
}

function choices(speakNow) {
  const { language: title, theme, themes, size } = words.settings;
  const now = look();
  const change = (what) => (value) => lookLike({ ...look(), [what]: value });
  return [
    chips({ title, name: "language", values: Object.keys(LANGUAGES), chosen: language, choose: speakNow,
      nameOf: (lang) => el("span", { lang }, LANGUAGES[lang]) }),
    chips({ title: theme, name: "theme", values: THEMES, chosen: now.theme, choose: change("theme"), nameOf: (one) => themes[one] }),
    chips({ title: size, name: "size", values: SIZES, chosen: now.size, choose: change("size"), nameOf: (one) => `${one}%` }),
  ];
}

/** The page is drawn anew, and this over it; unless it was closed meanwhile. */
async function speak(wanted, { dialog, problem, redraw }) {
  try {
    await speakIn(wanted);
  } catch {
    // Pressed again, it is tried again.
    dialog.querySelector(`[value=${language}]`).checked = true;
    return shown(problem, true);
  }
  const isOpen = dialog.open;
  redraw();
  return isOpen && openSettings(redraw).querySelector(":checked").focus();
}
