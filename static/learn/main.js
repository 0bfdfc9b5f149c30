// The entry point of the learner's phone: asks for everything that is needed next at once, while the rest of the page is
// still on its way.

import { Api, send, takeKey, takeTicket } from "../shared/api.js";
import { digitsOf } from "../shared/code.js";
import { read } from "../shared/device.js";
import { handledLater, loaded, linkFile } from "../shared/loading.js";
import { bookPath, openBooks } from "../shared/words.js";

/** The pages, each with the pattern of its address and the part that it is. The first that matches is opened. */
const ROUTES = [
  { address: /^\/me$/, part: "record" },
  // The letter «l» of a poster's address is easily read as one of the others.
  { address: /^\/[lLI1]\/./, part: "lobby" },
  { address: /^\//, part: "arrival" },
];
/** The parts that are loaded later, each with its module, the books of texts that it needs, and the imports that are asked for at the same time. */
const PARTS = {
  arrival: { module: "./arrival.js", books: ["learn/arrival"] },
  record: { module: "./record.js", books: ["learn/record"], imports: ["./account.js", "./question.js", "../shared/days.js", "../shared/school.js"] },
  lobby: { module: "./lobby.js", books: ["learn/lobby", "learn/when"], imports: ["./when.js", "../shared/school.js"] },
  question: { module: "./question.js", books: [] },
  lesson: {
    module: "./lesson.js", books: ["learn/lesson", "learn/when", "in-class"],
    imports: ["./timer-and-praise.js", "./ending.js", "./when.js", "./praise.js", "../shared/countdown.js", "../shared/timer-line.js", "./lesson-screens.js", "./lesson-pictures.js", "./step-picture.js", "./kinds.js", "../shared/ahead.js", "../shared/marks.js", "../shared/mark-shapes.js", "./done.js", "./answers.js", "./step-question.js", "../shared/results.js", "./help.js", "./screen-picture.js", "./screen-picture-card.js", "../shared/private-picture.js", "./message.js", "./review.js", "./review-list.js", "./handout.js", "./sound.js", "../shared/awake.js", "../shared/socket.js", "../shared/outbox.js", "../shared/speech.js"],
  },
  "way-back": { module: "./way-back.js", books: ["learn/way-back"] },
  presence: { module: "./presence.js", books: ["learn/presence"], imports: ["./question.js"] },
  "class-questions": { module: "./class-questions.js", books: ["learn/class-questions"] },
  paper: { module: "./paper.js", books: ["learn/record"] },
  settings: { module: "./settings.js", books: ["learn/settings"] },
};
/** The phone stores the page only when the first screen is shown, so that it does not slow it down. */
const STORES_AFTER_MS = 1_000;

begin();

async function begin() {
  const code = codeOf(location.pathname);
  const scanned = takeKey(code);
  const ticket = takeTicket();
  const api = new Api("learn");
  const route = ROUTES.find(({ address }) => address.test(location.pathname));
  // Nothing waits for anything else. A new learner is asked for a name first; one who was here before is in the session at once.
  const isKnown = code && read(`session.${code}`);
  const texts = openBooks("learn/shared", ...PARTS[route.part].books);
  preload(route.part);
  if (route.part === "arrival") preload(isKnown ? "lesson" : "question");
  const found = code && !isKnown ? handledLater(send("GET", `/api/sessions/${code}${scanned}`)) : null;
  const resumed = ticket ? null : handledLater(api.resume());
  if (found) preload("lesson");
  await parsed();
  const [stage, phone, page] = await Promise.all([import("./stage.js"), import("./phone.js"), load(route.part), texts]);
  stage.entitle("");
  stage.offerSettings(() => load("settings"));
  await page.begin({ api, load, code, scanned, ticket, resumed, found });
  setTimeout(() => {
    phone.storePage();
    // If they cannot be loaded now, the tap on their button tries again. No page is loaded anew under the hands of someone who types.
    handledLater(loadOnce("settings"));
  }, STORES_AFTER_MS);
}

function codeOf(path) {
  try {
    return digitsOf(decodeURIComponent(path.match(/^\/j\/([^/]+)/)?.[1] ?? ""));
  } catch {
    return "";
  }
}

/** Loads a part with its texts, and resolves to its module. Throws `Unreachable` if any of them does not come. */
function load(part) {
  return loaded(part, () => loadOnce(part));
}

async function loadOnce(part) {
  const { module, books } = PARTS[part];
  const [loadedModule] = await Promise.all([import(module), openBooks(...books)]);
  return loadedModule;
}

/** Starts to load the files of a part. */
function preload(part) {
  const { module, books, imports = [] } = PARTS[part];
  for (const path of [module, ...imports, ...books.map((book) => `../texts/${bookPath(book)}`)]) {
    linkFile("modulepreload", new URL(path, import.meta.url));
  }
}

function parsed() {
  if (document.readyState !== "loading") return null;
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}
