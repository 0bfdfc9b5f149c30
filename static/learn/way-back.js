// The card that tells how one comes back from another app to the class, for each way in which phones do it.

import { dialog, el } from "../shared/dom.js";
import { circle, svg } from "../shared/mark-shapes.js";
import { words } from "../shared/words.js";
import { systemNow } from "./kinds.js";
import { button } from "./screens.js";
import { freshen, recordAction } from "./stage.js";

/** iPhones with a home button have screens of this shape; all later ones are longer. */
const LONG_FROM = 2;
const SYSTEMS = { ANDROID: ["buttons", "gestures"], IPHONE: ["bar", "button"] };

/** Opens the card. `understood` is called when it is closed. */
export function openCard(understood = () => {}) {
  recordAction("WAY_BACK");
  const system = systemNow();
  const others = Object.keys(SYSTEMS).filter((other) => other !== system).flatMap((other) => SYSTEMS[other]);
  const card = dialog({ class: "settings way-back", "aria-labelledby": "way-back-title" },
    el("h2", { id: "way-back-title", tabindex: "-1", autofocus: true }, words.wayBack.title),
    el("p", {}, words.wayBack.line), ...inOrder(system).map(way), way("screens"),
    el("p", { class: "room" }, words.wayBack.lost[system]),
    el("details", {}, el("summary", {}, words.wayBack.others), ...others.map(way)),
    el("div", { class: "actions" }, button("main", "understood", words.wayBack.done, "check", () => card.close())));
  document.documentElement.classList.add("covered");
  freshen(card);
  card.addEventListener("close", () => {
    document.documentElement.classList.remove("covered");
    freshen();
    understood();
  });
}

/** The likelier way first. */
function inOrder(system) {
  const { width, height } = screen;
  const hasButton = system === "IPHONE" && Math.max(width, height) / Math.min(width, height) < LONG_FROM;
  return hasButton ? [...SYSTEMS[system]].reverse() : SYSTEMS[system];
}

function way(name) {
  const { title, line } = words.wayBack.ways[name];
  return el("section", { class: "way" }, drawing(name), el("div", {}, el("h3", {}, title), el("p", {}, line)));
}

// The drawings: the lower end of a phone with what the finger does, and the small screens that come then.

const LINE = { fill: "none", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round", "stroke-linejoin": "round" };
const path = (d, more = {}) => svg("path", { d, ...LINE, ...more });
const BODY = "M6 2v68a12 12 0 0 0 12 12h64a12 12 0 0 0 12-12V2";
const UP = "M50 64V22M38 34l12-12 12 12";
const HERE = { class: "here" };

const DRAWN = {
  buttons: () => [path(BODY), path("M6 50h88M20 61v10M25 61v10M30 61v10"), path(circle(52, 66, 5)), path("M79 61l-6 5 6 5"), path(circle(25, 66, 12.5), HERE)],
  gestures: () => [path(BODY), path("M36 74h28"), path(UP, HERE)],
  bar: () => [path(BODY), path("M30 74h40", { "stroke-width": 5 }), path(UP, HERE)],
  button: () => [path(BODY), path("M6 44h88"), path(circle(50, 63, 7)), path(circle(50, 63, 13), HERE), path("M69 53a22 22 0 0 1 0 20M31 53a22 22 0 0 0 0 20", HERE)],
  screens: () => [path("M14 18h22M14 18a4 4 0 0 0-4 4v42a4 4 0 0 0 4 4h22M86 18H64M86 18a4 4 0 0 1 4 4v42a4 4 0 0 1-4 4H64"), path("M34 8h32a4 4 0 0 1 4 4v62a4 4 0 0 1-4 4H34a4 4 0 0 1-4-4V12a4 4 0 0 1 4-4z", HERE)],
};

function drawing(name) {
  return svg("svg", { viewBox: "0 0 100 86", class: "way-drawing", "aria-hidden": "true" }, ...DRAWN[name]());
}
