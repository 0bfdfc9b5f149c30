// The way into a class: one click here, and one on the board.

import { spaced } from "../../shared/code.js";
import { confirmed, el, single } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { openDialog } from "./parts.js";

export const isOver = (session) => session.status === "REVIEW_MODE";

export const classesOf = (api, lecture) => api.get(`/api/v1/courses/${lecture}/classes?size=100`).then(({ classes }) => classes);

export const className = (one) => (one.is_default ? words.lectures.defaultClass : one.class_name);

/** Where a lecture has several classes it asks which one comes. */
async function begin({ api, go, fail }, lecture) {
  try {
    fail(null);
    const open = await openSession(api, lecture.id);
    if (open && !(await confirmed(words.lectures.openAlready(spaced(open.session_code)), words.lectures.begin, words.lectures.goThere)))
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

async function openSession(api, lecture) {
  const { results } = await api.get(`/api/lectures/${lecture}/sessions?page_size=${NEWEST}`);
  return results.find((session) => !isOver(session));
}

function choose(classes) {
  return new Promise((resolve) => {
    const pick = (one) => {
      resolve(one);
      dialog.close();
    };
    const options = classes.map((one) => el("button", { type: "button", class: "quiet option", onclick: () => pick(one) },
      className(one), el("span", { class: "hint" }, words.lectures.people(one.enrolled_count))));
    const dialog = openDialog("ask", words.lectures.whichClass, el("div", { class: "pile" }, options));
    dialog.addEventListener("close", () => resolve(null));
  });
}

export function beginButton(on, lecture) {
  return el("button", { type: "button", class: "main", "data-act": "begin", onclick: single(() => begin(on, lecture)) },
    words.lectures.begin);
}
