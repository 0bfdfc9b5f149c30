// The settings of the instructor's pages: language, colours and size, remembered on this device.

import { changeLook, look, SIZES, THEMES } from "../../shared/device.js";
import { el, shown } from "../../shared/dom.js";
import { changeLanguage, language, LANGUAGES, words } from "../../shared/words.js";
import { chips, openDialog } from "./widgets.js";

/** Opens the settings. `redraw` is called when the language has changed. */
export function openSettings(redraw) {
  const problem = el("p", { class: "notice", role: "alert", hidden: true }, words.settings.unchanged);
  const choose = (wanted) => chooseLanguage(wanted, { dialog, problem, redraw });
  const dialog = openDialog("ask", words.settings.title, el("div", { class: "settings" }, choices(choose), problem));
  return dialog;
}

function choices(choose) {
  const { language: title, theme, themes, size } = words.settings;
  const now = look();
  const change = (what) => (value) => changeLook({ ...look(), [what]: value });
  return [
    chips({ title, name: "language", values: Object.keys(LANGUAGES), chosen: language, choose,
      nameOf: (lang) => el("span", { lang }, LANGUAGES[lang]) }),
    chips({ title: theme, name: "theme", values: THEMES, chosen: now.theme, choose: change("theme"), nameOf: (one) => themes[one] }),
    chips({ title: size, name: "size", values: SIZES, chosen: now.size, choose: change("size"), nameOf: (one) => `${one}%` }),
  ];
}

/** Changes the language and draws page and settings anew. Settings that were closed meanwhile stay closed. */
async function chooseLanguage(wanted, { dialog, problem, redraw }) {
  try {
    if (!(await changeLanguage(wanted))) return false;
  } catch {
    // A press on the other language tries again.
    dialog.querySelector(`[value=${language}]`).checked = true;
    return shown(problem, true);
  }
  const isOpen = dialog.open;
  redraw();
  return isOpen && openSettings(redraw).querySelector(":checked").focus();
}
