// Loads the instructor's pages and shows one at a time. What a page is, stands in ARCHITECTURE.md («A page»).
// The server writes `IMPORTS` above this: for each module that main.js loads later, the paths of all that it imports. So all
// files of a page are asked for at once; a browser finds an import only after it has loaded the file that contains it.

import { linkFile, loaded } from "../shared/loading.js";
import { bookPath, openBooks } from "../shared/words.js";

const STYLES = ["live/board.css", "live/screen.css", "office/office.css"];

const preloaded = new Set();
let styles = null;

/** Loads a module with its books and the styles, and resolves to the module. Throws `Unreachable` if any of them does not come. */
export function load({ module, books = [] }) {
  preload({ module, books });
  return loaded(module, async () => (await Promise.all([import(module), openBooks(...books), loadStyles()]))[0]);
}

/** Starts to load all files that `load` will wait for. */
export function preload({ module, books = [] }) {
  loadStyles().catch(() => {});
  for (const file of [...books.map((book) => `../texts/${bookPath(book)}`), ...(IMPORTS[module] ?? [])]) {
    if (preloaded.has(file)) continue;
    preloaded.add(file);
    linkFile("modulepreload", new URL(file, import.meta.url));
  }
}

/** Loads the styles of all pages, so that none is shown without its style. A call after a failure tries again. */
function loadStyles() {
  styles ??= Promise.all(STYLES.map(loadStyle)).catch((error) => {
    styles = null;
    throw error;
  });
  return styles;
}

function loadStyle(path) {
  return new Promise((resolve, reject) => {
    const node = linkFile("stylesheet", new URL(path, import.meta.url));
    node.onload = resolve;
    node.onerror = () => {
      node.remove();
      reject(new Error(path));
    };
  });
}

export class Pages {
  #main;
  #school;
  #page = null;
  #turn = 0;

  /** `main` is the element that holds the page, `school` returns the name that follows every title. */
  constructor(main, school) {
    this.#main = main;
    this.#school = school;
  }

  /** Loads the page of a route and shows it in the place of the page before. `given`: what the page may use, with `go` and `fail`.
   *  A page that was left can neither lead elsewhere nor change the message: it can only report what was not saved. Resolves to false if it was left before it was shown. */
  async open({ name, module, books }, ids, given) {
    const turn = this.leave();
    const isHere = () => turn === this.#turn;
    const on = {
      ...given, isHere, go: (path) => isHere() && given.go(path), fail: (error) => isHere() && given.fail(error), report: given.fail,
      entitle: (title) => isHere() && entitle(title),
    };
    this.#main.setAttribute("aria-busy", "true");
    try {
      const { open } = await load({ module, books });
      const page = await open(on, ...ids);
      if (!isHere()) {
        page.close?.();
        return false;
      }
      this.#mount(name, page);
      return true;
    } catch (error) {
      if (isHere()) throw error;
      return false;
    } finally {
      if (isHere()) this.#main.removeAttribute("aria-busy");
    }
  }

  /** Shows a page that is there already. */
  show(name, page) {
    this.leave();
    this.#mount(name, page);
  }

  #mount(name, page) {
    this.#page = page;
    this.#main.dataset.page = name;
    this.#main.removeAttribute("aria-busy");
    entitle([page.title, this.#school()].filter(Boolean).join(" · "));
    this.#main.replaceChildren(page.node);
    this.#main.focus();
    scrollTo(0, 0);
  }

  /** Closes the page that is open. Its node stays in sight until the next page is shown. */
  leave() {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    this.#page?.close?.();
    this.#page = null;
    this.#turn += 1;
    return this.#turn;
  }
}

function entitle(title) {
  if (document.title !== title) document.title = title;
}
