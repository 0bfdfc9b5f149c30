// A screen with a form.

import { el, onSubmit, text } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { button, heading, reasonOf, remark, screen } from "./screens.js";
import { waitIsTold } from "./stage.js";

/** A form of big fields, mostly of one. `submit` resolves to a sentence that tells what is wrong, or to `{ text, at }` with the number of the field. */
export function question({ above = null, title, hint, because, fields, go, submit, more = [] }) {
  const problem = el("p", { class: "note call", role: "alert", id: "problem", hidden: true });
  const inputs = fields.map(entry);
  const press = el("button", { class: "button main", "data-act": "enter" }, el("span", {}, go));
  const ask = onSubmit(async () => {
    const answered = submit(...inputs.map((input) => input.value.trim())).catch(reasonOf);
    const wrong = await waitIsTold(answered, () => text(press.firstChild, words.page.sending));
    text(press.firstChild, go);
    showProblem(problem, inputs, wrong?.text ?? wrong, wrong?.at ?? 0);
  });
  const rows = inputs.map((input, at) => el("div", { class: "entry" }, el("label", { for: input.id }, fields[at].label),
    fields[at].hint && el("p", { class: "room", id: hintOf(input) }, fields[at].hint), input));
  const content = el("div", { class: "content" }, el("div", { class: "greeting" }, above, heading(title), hint && el("p", { class: "guide" }, hint)),
    because && el("p", { class: "note" }, because), el("form", { novalidate: true, onsubmit: ask }, rows, problem, press));
  const others = more.map(({ act, label, icon, go: follow }) => button("plain small", act, label, icon, follow));
  return { node: screen(content, others, fields.length > 1 ? "still" : ""), update() {} };
}

const hintOf = ({ id }) => `${id}-hint`;

function entry({ label, hint, tidy, ...field }, at, all) {
  const input = el("input", { id: at === 0 ? "answer" : `answer-${at}`, class: "field", required: true, autofocus: all.length === 1, ...field });
  if (hint) input.setAttribute("aria-describedby", hintOf(input));
  if (tidy) input.addEventListener("input", (event) => event.isComposing || tidy(input));
  return input;
}

/** Shows a problem below the field that it is about. */
function showProblem(problem, inputs, sentence, at) {
  const wrong = sentence ? inputs[at] : null;
  for (const input of inputs) {
    input.setAttribute("aria-invalid", input === wrong);
    input.setAttribute("aria-describedby", [input === wrong && problem.id, input.previousElementSibling.id].filter(Boolean).join(" "));
  }
  wrong?.after(problem);
  remark(problem, sentence);
  wrong?.focus();
}
