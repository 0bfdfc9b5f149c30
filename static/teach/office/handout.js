// The handout of a lecture: a file in large letters, for printing and giving away.

import { el, single, text } from "../../shared/dom.js";
import { language, words } from "../../shared/words.js";

/** A button that fetches the handout. The pictures in it are those for all phones. */
export function handoutButton({ api, fail }, { id, title }) {
  const button = el("button", { type: "button", class: "quiet", "data-act": "handout", onclick: single(async () => {
    fail(null);
    text(button, words.lecture.handoutMaking);
    await api.download(`/api/lectures/${id}/handout?language=${language}`, `${title} ${words.lecture.handoutName}.pdf`).catch(fail);
    text(button, words.lecture.handout);
  }) }, words.lecture.handout);
  return button;
}
