// The button that opens a session.

import { spaced } from "../../shared/code.js";
import { confirmed, el, single } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { everyPage, openDialog } from "./widgets.js";

export const isOver = (session) => session.status === "REVIEW_MODE";

/** Loads the classes of a lecture: each is a run of it. */
export const classesOf = (api, lecture) => everyPage(api, `/api/v1/courses/${lecture}/classes`, "classes", "size");

export const className = (one) => (one.is_default ? words.opening.defaultClass : one.class_name);

/** Opens a session and leads to its board. If the lecture has several classes, it asks which one comes. */
async function openSession({ api, go, fail }, lecture) {
  try {
    fail(null);
    const open = await findOpenSession(api, lecture.id);
    if (open && !(await confirmed(words.opening.openAlready(spaced(open.session_code)), words.opening.open, words.opening.goThere)))
      return go(`/teach/session/${open.session_id}`);
    const classes = await classesOf(api, lecture.id);
    const wanted = classes.length > 1 ? await choose(classes) : classes[0];
    if (!wanted) return;
    const made = await api.once(`/api/lectures/${lecture.id}/sessions`, { class_id: wanted.class_id });
    go(`/teach/session/${made.session_id}`);
  } catch (error) {
    fail(error);
  }
}

const NEWEST = 20;

async function findOpenSession(api, lecture) {
  const { results } = await api.get(`/api/lectures/${lecture}/sessions?page_size=${NEWEST}`);
  return results.find((session) => !isOver(session));
}

/** The number of people in a class, and of those who have applied and wait. */
function peopleIn({ enrolled_count: enrolled, pending_count: pending, waiting_count: waiting }) {
  const applied = pending + waiting;
  return [words.lecture.people(enrolled - pending), applied > 0 && words.opening.applied(applied)].filter(Boolean).join(" · ");
}

function choose(classes) {
  return new Promise((resolve) => {
    const pick = (one) => {
      resolve(one);
      dialog.close();
    };
    const options = classes.map((one) => el("button", { type: "button", class: "quiet option", onclick: () => pick(one) },
      className(one), el("span", { class: "hint" }, peopleIn(one))));
    const dialog = openDialog("ask", words.opening.whichClass, el("div", { class: "pile" }, options));
    dialog.addEventListener("close", () => resolve(null));
  });
}

export function openButton(on, lecture) {
  return el("button", { type: "button", class: "main", "data-act": "begin", onclick: single(() => openSession(on, lecture)) },
    words.opening.open);
}
