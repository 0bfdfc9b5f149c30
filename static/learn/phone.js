// Services of the phone for the page: stores it and the last state of each session, so that both open without a network; and installs
// it as an app.

import { read, removeAll, write } from "../shared/device.js";
import { el } from "../shared/dom.js";

let installPrompt = null;
let isOld = false;

/** True over plain http, as in most classrooms: browsers allow neither an app nor a screen that stays on. */
export const isBare = !isSecureContext;
export const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
export const isApple = /iPhone|iPad|iPod/.test(navigator.userAgent);

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installPrompt = event;
  dispatchEvent(new Event("installable"));
});
addEventListener("appinstalled", () => {
  installPrompt = null;
});

export const canInstall = () => installPrompt !== null;

export async function install() {
  await installPrompt?.prompt();
  installPrompt = null;
}

/** Tells whether the server has a newer version of the page. Files that are loaded from now on are of that version. */
export const isOutdated = () => isOld;

/** Tells whether this page would open without a network. */
export const isStored = () => Boolean(navigator.serviceWorker?.controller);

/** Stores the page on the phone. Called when the first screen is shown. */
export function storePage() {
  document.querySelector("link[rel=icon]").href = "/static/icon.svg";
  document.head.append(el("link", { rel: "manifest", href: "/manifest.webmanifest" }));
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const wasStored = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    isOld = wasStored;
  });
  serviceWorker.register("/sw.js").catch(() => {});
}

let isFirstVisit = null;

/** Tells whether to mention that the screen may go dark: at the first visit of a phone over plain http. */
export function mustTellOfScreen() {
  if (!isBare) return false;
  isFirstVisit ??= !read("told");
  write("told", true);
  return isFirstVisit;
}

// The last state of each session.

const SESSIONS_MAX = 8;
/** The beginnings of the names under which other values of a session are stored. */
const OF_SESSION = ["outbox", "help", "review", "card"];

/** Returns `{ session, user, state }` of the session with this code, or null. */
export const remembered = (code) => read(`session.${code}`);

/** Returns all of them, the newest first. */
export const allRemembered = () => read("sessions", []).map(remembered).filter(Boolean);

export function remember(memory) {
  const code = memory.session.session_code;
  const others = read("sessions", []).filter((other) => other !== code);
  others.splice(SESSIONS_MAX - 1).forEach(clear);
  write("sessions", [code, ...others]);
  write(`session.${code}`, memory);
}

/** Removes everything about the learner from this phone. The settings stay. */
export function forgetAll() {
  removeAll("session", "record", "watched", ...OF_SESSION);
}

/** Gives unsent messages to another person, since the instructor has merged two participants. */
export function passOn(session, from, into) {
  const [old, now] = [from, into].map((person) => `outbox.${session}.${person}`);
  const unsent = [...read(now, []), ...read(old, [])];
  write(now, unsent.length ? unsent : null);
  write(old, null);
}

/** Removes all values of an old session. */
function clear(code) {
  const known = remembered(code);
  if (known) removeAll(...OF_SESSION.map((what) => `${what}.${known.session.session_id}.`));
  write(`session.${code}`, null);
}

export function forget(code) {
  write("sessions", read("sessions", []).filter((other) => other !== code));
  write(`session.${code}`, null);
}
