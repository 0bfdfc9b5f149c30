// Praise of the teacher: a short warm card over any screen, which goes by itself. It takes no press away from what lies below it.

import { el } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { picture } from "./pictures.js";
import { readOut } from "./sound.js";
import { announce } from "./stage.js";

const STAYS_MS = 8_000;

let card = null;
let timer = 0;

/** `to`: `ME`, or `ALL`. */
export function praised({ to, from_name: from }) {
  endPraise();
  const sentence = to === "ME" ? words.praised.me : words.praised.all;
  card = el("div", { class: "praise", "data-to": to }, picture("star", "large"), el("p", {}, el("b", {}, sentence), el("span", {}, words.praised.from(from))));
  document.querySelector(".top").append(card);
  announce(`${sentence} ${words.praised.from(from)}`);
  readOut(sentence);
  timer = setTimeout(endPraise, STAYS_MS);
}

export function endPraise() {
  clearTimeout(timer);
  card?.remove();
  card = null;
}
