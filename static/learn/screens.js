// The parts of the learner's screens, and the plainest screen. A screen is made once and then only updated, so that
// the focus stays where it is.

import { Unreachable } from "../shared/api.js";
import { el, shown, single, text } from "../shared/dom.js";
import { languageOf, words } from "../shared/words.js";
import { picture } from "./pictures.js";
import { announce, waitIsTold } from "./stage.js";

export function button(kind, act, label, icon, onclick) {
  return el("button", { type: "button", class: `button ${kind}`, "data-act": act, onclick }, icon && picture(icon), el("span", {}, label));
}

/** Sets the label of a button. */
export const relabel = (pressed, label) => text(pressed.lastChild, label);
export const heading = (label = "") => el("h1", { tabindex: "-1" }, label);
export const note = (kind = "") => el("p", { class: `note ${kind}`, hidden: true });
export const emblem = (icon) => el("p", { class: "emblem" }, picture(icon, "large"));

export function screen(content, actions = [], kind = "") {
  return el("section", { class: "screen arrive" }, content, actions.length > 0 && el("div", { class: `actions ${kind}` }, actions));
}

/** Shows what a person wrote, in its own language. A date in it stays on one line. */
export function quote(node, written) {
  text(node, written?.replaceAll(/(\d)-(?=\d)/g, "$1\u2011"));
  if (written) node.lang = languageOf(written);
}

/** Shows a text in a note, or hides the note. */
export function remark(node, sentence) {
  text(node, sentence || "");
  shown(node, sentence);
}

/** Shows a text in a note as `remark` does, and announces it to screen readers. */
export function tell(node, sentence) {
  if (sentence && node.textContent !== sentence) announce(sentence);
  remark(node, sentence);
}

/** A screen with one picture, one sentence, and at most one main button. `acts` are `{ act, label, icon, go, waiting }`, the main one first. */
export function plain({ icon, title, lines = [], acts = [] }) {
  const shownLines = el("div", { class: "lines" });
  const update = ({ linesNow = () => lines }) => {
    const wanted = linesNow().filter(Boolean);
    if (shownLines.dataset.said === wanted.join("\n")) return;
    shownLines.dataset.said = wanted.join("\n");
    shownLines.replaceChildren(...wanted.map((line) => el("p", { class: "guide", lang: languageOf(line) }, line)));
  };
  const problem = el("p", { class: "note call", role: "alert", hidden: true });
  const run = oneAtATime(problem);
  const buttons = acts.map(({ act, label, icon: mark, go, waiting }, at) =>
    button(at === 0 ? "main" : "plain", act, label, mark, ({ currentTarget }) => run(currentTarget, go, label, waiting)));
  return { node: screen(el("div", { class: "content middle" }, emblem(icon), heading(title), shownLines, problem), buttons), update };
}

/** While one button of a screen works, no other does. A long wait is shown on the button, and a failure as the `problem`. */
function oneAtATime(problem) {
  return single(async (pressed, go, label, waiting = words.page.sending) => {
    remark(problem, "");
    try {
      await waitIsTold(go(), () => relabel(pressed, waiting));
    } catch (error) {
      remark(problem, reasonOf(error));
    }
    relabel(pressed, label);
  });
}

/** Tells why something that was tried did not work. */
export function reasonOf(error) {
  if (error instanceof Unreachable) return words.tried.offline;
  if (error.status === 429) return words.tried.often(Math.ceil(error.retryAfterS / 60) || 1);
  return words.tried.failed;
}
