// What the phone does for the page: keeps it, and what was last known of each class, so that both open at once and without a
// network; can be given it as an app; and leaves the screen on.

import { read, sweep, write } from "../shared/device.js";
import { el } from "../shared/dom.js";

let offer = null;
let isOld = false;

/** Plain http, as in most classrooms: browsers allow neither an app nor a screen that stays on. */
export const isBare = !isSecureContext;
export const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
export const isApple = /iPhone|iPad|iPod/.test(navigator.userAgent);

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  dispatchEvent(new Event("installable"));
});
addEventListener("appinstalled", () => {
  offer = null;
});

export const canInstall = () => offer !== null;

export async function install() {
  await offer?.prompt();
  offer = null;
}

/** The server has a newer page than this one: what is fetched from now on is the newer one's. */
export const isOutdated = () => isOld;

/** Whether this page would open without a network. */
export const isKept = () => Boolean(navigator.serviceWorker?.controller);

/** Once the first screen stands: none of it is in its way. */
export function keepPage() {
  document.querySelector("link[rel=icon]").href = "/static/icon.svg";
  document.head.append(el("link", { rel: "manifest", href: "/manifest.webmanifest" }));
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const wasKept = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    isOld = wasKept;
  });
  serviceWorker.register("/sw.js").catch(() => {});
}

let isFirstVisit = null;

/** That the screen may go dark is said once on each phone. */
export function isToBeTold() {
  if (!isBare) return false;
  isFirstVisit ??= !read("told");
  write("told", true);
  return isFirstVisit;
}

let lock = null;
let wantsLight = false;

/** The screen stays on for as long as a class is on it, where the browser allows it. */
export function keepLight(wanted) {
  wantsLight = wanted;
  if (wanted) hold();
  else lock?.release().catch(() => {});
}

async function hold() {
  if (!wantsLight || document.visibilityState !== "visible" || (lock && !lock.released)) return;
  lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

// The browser lets go of it whenever the page is out of sight.
document.addEventListener("visibilitychange", hold);

// What was last known of each class.

const CLASSES_MAX = 8;
/** What is kept of a class and person beside the class itself. */
const OF_CLASS = ["outbox", "help", "review"];

/** `{session, user, state}` of the class with this code, or null. */
export const remembered = (code) => read(`class.${code}`);

/** The newest first. */
export const allRemembered = () => read("classes", []).map(remembered).filter(Boolean);

export function remember(memory) {
  const code = memory.session.session_code;
  const others = read("classes", []).filter((other) => other !== code);
  others.splice(CLASSES_MAX - 1).forEach(clear);
  write("classes", [code, ...others]);
  write(`class.${code}`, memory);
}

/** Whoever takes this phone next finds nobody's name in it. How it looks and sounds stays. */
export function forgetAll() {
  sweep("class", "record", ...OF_CLASS);
}

/** The instructor has joined two people who are one: what is not sent yet is sent as the one who they are now. */
export function handOn(session, from, into) {
  const [old, now] = [from, into].map((person) => `outbox.${session}.${person}`);
  const unsent = [...read(now, []), ...read(old, [])];
  write(now, unsent.length ? unsent : null);
  write(old, null);
}

/** Nothing is left of a class that was long ago. */
function clear(code) {
  const known = remembered(code);
  if (known) sweep(...OF_CLASS.map((what) => `${what}.${known.session.session_id}.`));
  write(`class.${code}`, null);
}

export function forget(code) {
  write("classes", read("classes", []).filter((other) => other !== code));
  write(`class.${code}`, null);
}
