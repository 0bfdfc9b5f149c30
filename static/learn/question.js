// A screen that asks for something to be written.

import { Unreachable } from "../shared/api.js";
import { el, submits, text } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { button, heading, remark, screen } from "./screens.js";
import { waitIsTold } from "./stage.js";

/** A form of big fields, mostly of one. `submit` gives a sentence to show when it cannot be done, or `{said, at}`: at which field. */
export function question({ above = null, title, hint, because, fields, go, submit, more = [] }) {
  const problem = el("p", { class: "note call", role: "alert", id: "problem", hidden: true });
  const inputs = fields.map(entry);
  const press = el("button", { class: "button main", "data-act": "enter" }, el("span", {}, go));
  const ask = submits(async () => {
    const answered = submit(...inputs.map((input) => input.value.trim())).catch(excuse);
    const wrong = await waitIsTold(answered, () => text(press.firstChild, words.step.sending));
    text(press.firstChild, go);
    complain(problem, inputs, wrong?.said ?? wrong, wrong?.at ?? 0);
  });
  const rows = inputs.map((input, at) => el("div", { class: "entry" }, el("label", { for: input.id }, fields[at].label),
    fields[at].hint && el("p", { class: "room", id: hintOf(input) }, fields[at].hint), input));
  const content = el("div", { class: "content" }, el("div", { class: "greeting" }, above, heading(title), hint && el("p", { class: "guide" }, hint)),
    because && el("p", { class: "note" }, because), el("form", { novalidate: true, onsubmit: ask }, rows, problem, press));
  const others = more.map(({ act, label: said, icon, go: follow }) => button("plain small", act, said, icon, follow));
  return { node: screen(content, others, fields.length > 1 ? "still" : ""), update() {} };
}

const hintOf = ({ id }) => `${id}-hint`;

function entry({ label, hint, tidy, ...field }, at, all) {
  const input = el("input", { id: at === 0 ? "answer" : `answer-${at}`, class: "field", required: true, autofocus: all.length === 1, ...field });
  if (hint) input.setAttribute("aria-describedby", hintOf(input));
  if (tidy) input.addEventListener("input", (event) => event.isComposing || tidy(input));
  return input;
}

/** Beside the field that it is about. */
function complain(problem, inputs, said, at) {
  const wrong = said ? inputs[at] : null;
  for (const input of inputs) {
    input.setAttribute("aria-invalid", input === wrong);
    input.setAttribute("aria-describedby", [input === wrong && problem.id, input.previousElementSibling.id].filter(Boolean).join(" "));
  }
  wrong?.after(problem);
  remark(problem, said);
  wrong?.focus();
}

/** What to say to an answer that did not come. */
function excuse(error) {
  if (error instanceof Unreachable) return words.tried.offline;
  if (error.status === 429) return words.tried.often(Math.ceil(error.retryAfterS / 60) || 1);
  return words.tried.failed;
}
