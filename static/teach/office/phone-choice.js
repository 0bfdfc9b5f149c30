// For which phones a picture is: all, one of the two systems, or a make.

import { el, shown } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { chips } from "./widgets.js";

export const ALL_PHONES = "ALL";
const SYSTEMS = [ALL_PHONES, "ANDROID", "IPHONE"];
/** Stands for a make that is not in the list yet. */
const OTHER = "";
const MAKE_MAX = 30;

export const phoneName = (shownOn) => words.pictures.phones[shownOn] ?? shownOn;

/** The makes that pictures are for. */
export function makesOf(pictures) {
  return [...new Set(pictures.map(({ shown_on: shownOn }) => shownOn))].filter((shownOn) => !SYSTEMS.includes(shownOn));
}

/** `makes` are those that are offered beside the two systems. `choose(value)` hears of each choice. */
export function phoneChoice({ chosen, makes, choose }) {
  const make = el("input", { id: "make", maxlength: MAKE_MAX, placeholder: words.pictures.makeExample, "aria-label": words.pictures.make, hidden: true });
  // Nothing is for no phone: an empty field means all of them.
  make.addEventListener("input", () => choose(make.value.trim() || ALL_PHONES));
  return el("div", { class: "pile phones" }, chips({
    title: words.pictures.whichPhone, name: "shown-on", values: [...SYSTEMS, ...makes, OTHER], chosen,
    nameOf: (value) => (value === OTHER ? words.pictures.otherMake : phoneName(value)),
    choose(value) {
      shown(make, value === OTHER);
      if (value === OTHER) make.focus();
      choose(value || make.value.trim() || ALL_PHONES);
    },
  }), make);
}
