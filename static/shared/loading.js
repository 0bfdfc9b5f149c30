// Loads what a page needs later. A page that was opened before an upgrade of the server may not fit the files of the new version.

import { send, Unreachable } from "./api.js";

/**
 * Resolves to the result of `load`, which loads the files of a part. If it fails although the server answers, it is tried once
 * more, and then the page is loaded anew: all its files are of one version then. Throws `Unreachable` if that would not help.
 */
export async function loaded(part, load) {
  const result = await load().catch(() => loadedAgain(part, load));
  mark(part, false);
  return result;
}

async function loadedAgain(part, load) {
  try {
    await send("GET", "/healthz");
    return await load().catch(() => reload(part));
  } catch {
    throw new Unreachable();
  }
}

/** Loads the page anew. Throws if it was loaded anew for this part already, or if that cannot be remembered: it must not go on for ever. */
function reload(part) {
  if (!mark(part, true)) throw new Unreachable();
  location.reload();
  // The page goes away.
  return new Promise(() => {});
}

/** Marks a part for which this tab has been loaded anew, or removes the mark. Returns whether that changed it. */
function mark(part, isMarked) {
  try {
    const name = `gyosil.reloaded.${part}`;
    const wasMarked = sessionStorage.getItem(name) !== null;
    if (isMarked) sessionStorage.setItem(name, "");
    else sessionStorage.removeItem(name);
    return wasMarked !== isMarked;
  } catch {
    return false;
  }
}

/** Starts to load a file by a link in the head of the page, and returns the link. */
export function linkFile(rel, url) {
  const node = document.createElement("link");
  node.rel = rel;
  node.href = url.href;
  document.head.append(node);
  return node;
}

/** Keeps the browser from reporting a failure that is handled when the promise is awaited. */
export function handledLater(promise) {
  promise.catch(() => {});
  return promise;
}
