// What the pages are made of, asked for all at once: none of it waits until another part has named it.
// The server writes `PARTS` above: for each module that main.js takes in only later, all that it imports.

import { language } from "../shared/words.js";

const STYLES = ["live/board.css", "live/screen.css", "office/office.css"];
const BOOKS = ["office", "board"];

const asked = new Set();
let style = null;

/** Fetches the parts of a page, and what all pages need. */
export function fetchEarly(page) {
  styled().catch(() => {});
  const books = BOOKS.map((book) => `../texts/${book}.${language}.js`);
  for (const part of [...books, ...(PARTS[page] ?? [])]) {
    if (asked.has(part)) continue;
    asked.add(part);
    link("modulepreload", part);
  }
}

/** Resolves once the pages can be shown as they are meant to be. Asked again, it tries again what did not come. */
export function styled() {
  style ??= Promise.all(STYLES.map(arrives)).catch((error) => {
    style = null;
    throw error;
  });
  return style;
}

function arrives(path) {
  return new Promise((resolve, reject) => {
    const node = link("stylesheet", path);
    node.onload = resolve;
    node.onerror = () => {
      node.remove();
      reject(new Error(path));
    };
  });
}

function link(rel, path) {
  const node = document.createElement("link");
  node.rel = rel;
  node.href = new URL(path, import.meta.url).href;
  document.head.append(node);
  return node;
}
