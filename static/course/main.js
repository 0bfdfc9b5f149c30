// The entry point of the pages of a course that one takes by oneself: buying it, its videos, and one of them.

import { Api } from "../shared/api.js";
import { handledLater, linkFile, loaded } from "../shared/loading.js";
import { bookPath, openBooks } from "../shared/words.js";

/** The pages, each with the pattern of its address and the part that it is. */
const ROUTES = [
  { address: /^\/buy\/([^/]+)/, part: "checkout" },
  { address: /^\/watch\/([^/]+)\/([^/]+)/, part: "player" },
  { address: /^\/watch\/([^/]+)/, part: "outline" },
];
/** The parts that are loaded later, each with its module, the books of texts that it needs, and the imports that are asked for at the same time. */
const PARTS = {
  checkout: { module: "./checkout.js", books: ["course/buy"], imports: ["./paying.js", "./standing.js", "../shared/days.js", "../learn/phone.js"] },
  outline: { module: "./outline.js", books: ["course/watch"], imports: ["./standing.js", "../shared/days.js", "./watched.js"] },
  player: { module: "./player.js", books: ["course/watch"], imports: ["./standing.js", "../shared/days.js", "./watched.js", "./address.js", "./controls.js"] },
  portone: { module: "./portone.js", books: [] },
  entering: { module: "./entering.js", books: ["course/entering"] },
  settings: { module: "../learn/settings.js", books: ["learn/settings"] },
};

begin();

async function begin() {
  const { address, part } = ROUTES.find((route) => route.address.test(location.pathname));
  const [course, video] = location.pathname.match(address).slice(1).map(number);
  const api = new Api("learn");
  // Asks for the sign-in anew when the login was ended elsewhere.
  api.onSignedOut = () => location.reload();
  const resumed = handledLater(api.resume());
  const texts = openBooks("learn/shared", ...PARTS[part].books);
  preload(part);
  await parsed();
  const [stage, page] = await Promise.all([import("../learn/stage.js"), load(part), texts]);
  stage.entitle("");
  stage.offerSettings(() => load("settings"));
  await page.begin({ api, load, resumed, course, video });
}

/** A number of the address. Nothing has the number 0, which stands for all that is none. */
function number(written) {
  return /^\d+$/.test(written) ? written : "0";
}

/** Loads a part with its texts, and resolves to its module. Throws `Unreachable` if any of them does not come. */
function load(part) {
  const { module, books } = PARTS[part];
  return loaded(part, async () => (await Promise.all([import(module), openBooks(...books)]))[0]);
}

/** Starts to load the files of a part. */
function preload(part) {
  const { module, books, imports } = PARTS[part];
  for (const path of [module, ...imports, ...books.map((book) => `../texts/${bookPath(book)}`)]) {
    linkFile("modulepreload", new URL(path, import.meta.url));
  }
}

function parsed() {
  if (document.readyState !== "loading") return null;
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}
