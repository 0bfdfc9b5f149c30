// The page around the screens: which one is shown, what is said aloud to screen readers, how the connection is.

import { text } from "../shared/dom.js";
import { words } from "../shared/words.js";

const main = document.querySelector("#main");
const announcer = document.querySelector("#announce");
const status = document.querySelector("#link");
const settings = document.querySelector("#settings");
const more = document.querySelector("#more");
const TRAIL_LENGTH = 12;
/** So long a person waits without a word. */
const TELLS_AFTER_MS = 2_000;
/** A finger that taps twice would press what has come to lie under it. */
const SETTLES_MS = 800;
/** Screens whose guide may be long: its beginning has to be in sight. On other screens the whole text has to be. */
const STEP_SCREENS = ["step", "review", "answer"];
const LINES_IN_SIGHT = 2;

const root = document.documentElement;
const narrow = matchMedia("(max-width: 340px)");
let kind = null;
let make = null;
let given = {};
let current = null;
let linkIs = "";
let title = "";
let lies = "";
let settling = 0;

/** Shows the screen of this kind, made anew only when the kind changes, and gives it its state. */
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

/** What a screen is about comes first: where it does not fit above the buttons, everything else folds. `data-tight` says so to the style. */
function tighten() {
  root.removeAttribute("data-tight");
  root.toggleAttribute("data-tight", !fits());
}

function fits() {
  const isStep = STEP_SCREENS.includes(kind);
  const foot = main?.querySelector(".actions");
  const guide = main?.querySelector(isStep ? ".guide" : ".middle > .lines, .middle > .guide");
  if (!guide || !foot) return true;
  const { top, height } = guide.getBoundingClientRect();
  const above = main.offsetTop + top - main.firstChild.getBoundingClientRect().top;
  const lines = LINES_IN_SIGHT * parseFloat(getComputedStyle(guide).lineHeight);
  return above + (isStep ? Math.min(height, lines) : height) + foot.offsetHeight <= root.clientHeight;
}

for (const type of ["look", "resize"]) addEventListener(type, tighten);
narrow.addEventListener("change", () => status && link(linkIs));

/** The buttons at the foot are as high as their words are. What is brought before the eyes stays clear of them: `--foot` says so to the style. */
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

/** What has just changed cannot be pressed yet; `data-fresh` says so to the style. */
function settle() {
  const acts = [...main.querySelectorAll("[data-act]")].filter((button) => !button.closest("[hidden]")).map((button) => button.dataset.act);
  const now = [kind, heading()?.textContent, ...acts].join("\n");
  if (now === lies) return;
  fold();
  clearTimeout(settling);
  main.toggleAttribute("data-fresh", lies !== "");
  settling = setTimeout(() => main.removeAttribute("data-fresh"), SETTLES_MS);
  lies = now;
}

const heading = () => main.querySelector("h1");

/** Whoever stood on something that is no longer there stands at the heading. */
function keepingFocus(change) {
  const stood = document.activeElement;
  const wasInside = main.contains(stood);
  change();
  const isLost = !stood.isConnected || stood.closest("[hidden]") || stood.disabled;
  if (wasInside && isLost) heading()?.focus({ preventScroll: true });
}

/** In another language it is the same screen, with what was typed. */
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

/** Where little fits the step stands alone; all else is behind this button, until something else is wanted or comes. */
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

/** One tap away on every screen; `load` brings them when they are first wanted. */
export function offerSettings(load) {
  settings.addEventListener("click", async () => (await load()).open());
  text(settings.querySelector("span"), words.page.settings);
  settings.hidden = false;
  labelMore();
}

/** The name of the class, or nothing: then it is the house's. */
export function entitle(name) {
  title = name;
  document.title = name || words.page.title;
}

/** Brings what has just come before the eyes: below the title where its beginning fits there, else alone. */
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

export function announce(said) {
  text(announcer, said);
}

/** `connecting`, `open`, `waiting`, `offline`, or nothing. */
export function link(state) {
  linkIs = state;
  status.dataset.state = state;
  const [said] = status.children;
  text(said, state && words.link[state]);
  // There the dot says it; the word is for who does not see the dot.
  said.classList.toggle("unseen", state === "open" && narrow.matches);
  tighten();
}

/** The answer; `tell` is called if it has not come within two seconds. */
export async function waitIsTold(answered, tell) {
  const timer = setTimeout(tell, TELLS_AFTER_MS);
  try {
    return await answered;
  } finally {
    clearTimeout(timer);
  }
}

// What was done here lately: who calls for help is helped better by someone who knows it.

const trail = [];

export function did(what) {
  if (trail[trail.length - 1] !== what) trail.push(what);
  trail.splice(0, trail.length - TRAIL_LENGTH);
}

export function lately() {
  return { current_screen: kind, recent_actions: [...trail] };
}

document.addEventListener("visibilitychange", () => did(document.hidden ? "WENT_AWAY" : "CAME_BACK"));
