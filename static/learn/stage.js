// The page around the learner's screens: shows one at a time, and tells the state of the connection.
// A screen is `{ node, update }`: `update` gets the state each time that it is shown.

import { el, text } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { forgetFinger } from "./press.js";

const main = document.querySelector("#main");
const announcer = document.querySelector("#announce");
const status = document.querySelector("#link");
const settings = document.querySelector("#settings");
const more = document.querySelector("#more");
const TRAIL_LENGTH = 12;
/** A wait is not mentioned before this time. */
const TELLS_AFTER_MS = 2_000;
/** New buttons cannot be pressed before this time: the second tap of a double tap may hit one. */
const SETTLES_MS = 800;
/** Screens whose guide may be long: its beginning must be visible. On other screens the whole text must be. */
const STEP_SCREENS = ["step", "review", "answer"];
const LINES_IN_SIGHT = 2;
/** A part of the next line shows that the text goes on. */
const LINES_WITH_SPARE_ROOM = 2.6;

const root = document.documentElement;
const narrow = matchMedia("(max-width: 340px)");
let kind = null;
let make = null;
let given = {};
let current = null;
let linkIs = "";
let isPaused = false;
let title = "";
/** The buttons that lie on the screen, as one text. */
let lying = "";
const settling = new WeakMap();

/** Shows the screen of this kind in this state. The screen is made only when the kind changes. */
export function show(wanted, maker, state = {}) {
  const isNew = kind !== wanted;
  [kind, make, given] = [wanted, maker, state];
  keepingFocus(() => (isNew ? raise() : current.update(given)));
  settle();
  tighten();
  if (!isNew) return;
  scrollTo(0, 0);
  const field = main.querySelector("input[autofocus]");
  if (field) field.focus({ preventScroll: true });
  else if (!main.contains(document.activeElement)) announce(heading().textContent);
}

function raise() {
  main.dataset.screen = kind;
  current = make();
  main.replaceChildren(current.node);
  current.update(given);
  watchFoot();
}

/**
 * Where the main text of a screen does not fit above the buttons, gives the picture only the room that is left, by `data-snug` and `--spare`; if it is too
 * little for any picture, hides everything but the text, by `data-tight`. If even then the text does not fit, the picture follows it, by `data-last`.
 */
function tighten() {
  for (const name of ["data-snug", "data-tight", "data-last"]) root.removeAttribute(name);
  root.style.removeProperty("--spare");
  const isSnug = root.toggleAttribute("data-snug", spareRoom(LINES_WITH_SPARE_ROOM) < 0);
  for (const name of ["data-tight", "data-last"]) root.toggleAttribute(name, spareRoom() < 0);
  if (isSnug) root.style.setProperty("--spare", `${Math.max(0, spareRoom(LINES_WITH_SPARE_ROOM))}px`);
}

/** The height that is left above the buttons below the main text of a screen; less than nothing if it does not fit. */
function spareRoom(linesInSight = LINES_IN_SIGHT) {
  const isStep = STEP_SCREENS.includes(kind);
  const foot = main?.querySelector(".actions");
  const guide = main?.querySelector(isStep ? ".guide" : ".middle > .lines, .middle > .guide");
  if (!guide || !foot) return 0;
  const { top, height } = guide.getBoundingClientRect();
  const above = main.offsetTop + top - main.firstChild.getBoundingClientRect().top;
  const lines = linesInSight * parseFloat(getComputedStyle(guide).lineHeight);
  return root.clientHeight - above - (isStep ? Math.min(height, lines) : height) - foot.offsetHeight;
}

/** Fits the screen anew after something beside it has come or gone. */
export function refit() {
  if (current) tighten();
}

for (const type of ["look", "resize"]) addEventListener(type, tighten);
narrow.addEventListener("change", () => status && link(linkIs));

/** The height of the buttons at the foot, given to the style as `--foot`: what is scrolled into view must not lie below them. */
const footWatch = new ResizeObserver(measureFoot);
for (const type of ["look", "resize"]) addEventListener(type, measureFoot);

function watchFoot() {
  footWatch.disconnect();
  const foot = main.querySelector(".actions");
  if (foot) footWatch.observe(foot);
  measureFoot();
}

function measureFoot() {
  const foot = main?.querySelector(".actions");
  const covers = foot && getComputedStyle(foot).position === "sticky";
  root.style.setProperty("--foot", `${covers ? foot.offsetHeight : 0}px`);
}

function settle() {
  const acts = [...main.querySelectorAll("[data-act]")].filter((button) => !button.closest("[hidden]")).map((button) => button.dataset.act);
  const now = [kind, current.node.dataset.step, heading()?.textContent, ...acts].join("\n");
  if (now === lying) return;
  fold();
  if (lying !== "") freshen();
  lying = now;
}

/** Keeps what has just come into a place from being pressed for a moment, by `data-fresh`. */
export function freshen(place = main) {
  forgetFinger();
  clearTimeout(settling.get(place));
  place.setAttribute("data-fresh", "");
  settling.set(place, setTimeout(() => place.removeAttribute("data-fresh"), SETTLES_MS));
}

const heading = () => main.querySelector("h1");

/** Makes a change. If what had the focus is gone then, the heading gets it. */
function keepingFocus(change) {
  const focused = document.activeElement;
  const wasInside = main.contains(focused);
  change();
  const isLost = !focused.isConnected || focused.closest("[hidden]") || focused.disabled;
  if (wasInside && isLost) heading()?.focus({ preventScroll: true });
}

/** Draws the same screen in the new language, with what was typed. */
addEventListener("language", () => {
  entitle(title);
  link(linkIs);
  text(settings.querySelector("span"), words.page.settings);
  labelMore();
  if (!current) return;
  const fields = () => [...main.querySelectorAll("input")];
  const typed = fields().map((field) => field.value);
  keepingFocus(raise);
  tighten();
  for (const [at, field] of fields().entries()) field.value = typed[at] || field.value;
});

/** The button that shows everything but the step where little fits, until another screen or button is used. */
more?.addEventListener("click", () => {
  root.toggleAttribute("data-more");
  labelMore();
  scrollTo(0, 0);
});
main?.addEventListener("click", ({ target }) => target.closest(".actions") && fold());

function fold() {
  root.removeAttribute("data-more");
  labelMore();
}

function labelMore() {
  if (!more) return;
  const isOpen = root.hasAttribute("data-more");
  more.setAttribute("aria-expanded", isOpen);
  text(more, isOpen ? words.page.less : words.page.more);
}

const problem = el("p", { class: "note call", role: "alert" });

/** Waits for a part of the page and opens it, or tells that it does not come. */
export async function openPart(loading, use) {
  const module = await loading.catch(() => null);
  problem.remove();
  if (module) return use(module);
  text(problem, words.tried.offline);
  return main.querySelector(".content")?.prepend(problem);
}

/** Shows the button of the settings. `load` resolves to their module. */
export function offerSettings(load) {
  settings.addEventListener("click", () => openPart(load(), (module) => module.openSettings()));
  text(settings.querySelector("span"), words.page.settings);
  settings.hidden = false;
  labelMore();
}

/** Sets the title of the page to the name of the lecture, or to the usual one. */
export function entitle(name) {
  title = name;
  document.title = name || words.page.title;
}

/** Scrolls to something that has just been added: below the title if its beginning fits there, else alone. */
export function uncover(css) {
  requestAnimationFrame(() => {
    const node = document.querySelector(css);
    if (!node) return;
    measureFoot();
    scrollTo(0, 0);
    const { top, height } = node.getBoundingClientRect();
    const lines = LINES_IN_SIGHT * parseFloat(getComputedStyle(node).lineHeight);
    const foot = main.querySelector(".actions")?.offsetHeight ?? 0;
    if (top + Math.min(height, lines) > innerHeight - foot) node.scrollIntoView({ block: "nearest" });
  });
}

/** Says something to screen readers, also if it is what was said last. */
export function announce(sentence) {
  announcer.replaceChildren(sentence ?? "");
}

/** Shows the state of the connection: `connecting`, `open`, `waiting`, `offline`, `paused` while nothing can be saved, or nothing. */
export function link(state) {
  linkIs = state;
  const shown = state === "open" && isPaused ? "paused" : state;
  status.dataset.state = shown;
  const [word] = status.children;
  text(word, shown && words.link[shown]);
  // On a narrow screen the dot is enough; the word is for screen readers.
  word.classList.toggle("unseen", shown === "open" && narrow.matches);
  tighten();
}

/** Shows for as long as `is` holds that the server cannot save. What is not saved yet is sent again by itself. */
export function savingIsPaused(is) {
  isPaused = is;
  link(linkIs);
}

/** Resolves to the answer. `tell` is called if it has not come within two seconds. */
export async function waitIsTold(answered, tell) {
  const timer = setTimeout(tell, TELLS_AFTER_MS);
  try {
    return await answered;
  } finally {
    clearTimeout(timer);
  }
}

// The last things that the learner did. A call for help carries them to the instructor.

const trail = [];

export function recordAction(what) {
  if (trail[trail.length - 1] !== what) trail.push(what);
  trail.splice(0, trail.length - TRAIL_LENGTH);
}

export function recentActions() {
  return { current_screen: kind, recent_actions: [...trail] };
}

document.addEventListener("visibilitychange", () => recordAction(document.hidden ? "WENT_AWAY" : "CAME_BACK"));
