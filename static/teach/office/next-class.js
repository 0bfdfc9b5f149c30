// When the next class is: set by the instructor, and shown to those who look at the poster before it.

import { put } from "../../shared/api.js";
import { el, onSubmit, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

/** `planned`: what the server knows, as `{ planned }`. */
export function nextClassForm({ api, fail }, lecture, planned) {
  const path = `/api/lectures/${lecture}/next-class`;
  const date = el("input", { id: "next-date", type: "date", required: true });
  const time = el("input", { id: "next-time", type: "time", required: true });
  const told = el("p", { class: "hint", role: "status" });
  const clear = el("button", { type: "button", class: "quiet", "data-act": "unplan", onclick: () => save({}, words.nextClass.cleared) }, words.nextClass.clear);
  const draw = ({ planned: next }) => {
    date.value = next?.date ?? "";
    time.value = next?.time ?? "";
    shown(clear, next);
  };
  const save = async (plan, word) => {
    try {
      fail(null);
      draw(await api.call(put, path, plan));
      text(told, word);
    } catch (error) {
      fail(error);
    }
  };
  draw(planned);
  return el("form", { class: "card unprinted", "aria-labelledby": "next-title", onsubmit: onSubmit(() => save({ date: date.value, time: time.value }, words.nextClass.saved)) },
    el("h2", { id: "next-title" }, words.nextClass.title), el("p", { class: "hint" }, words.nextClass.hint),
    el("div", { class: "row" }, el("label", { for: "next-date" }, words.nextClass.date), date, el("label", { for: "next-time" }, words.nextClass.time), time,
      el("button", { class: "quiet", "data-act": "plan" }, words.nextClass.save), clear), told);
}
