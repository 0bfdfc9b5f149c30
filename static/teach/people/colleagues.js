// A form that finds colleagues by name.

import { el, onSubmit, text } from "../../shared/dom.js";
import { labelOf } from "../../shared/names.js";
import { words } from "../../shared/words.js";

/** `line` makes the line of a colleague from `{ user_id, label }`; `hint` tells how many were found, and `failed` hears of what went wrong. */
export function colleagueSearch({ api, hint, line, failed }) {
  const name = el("input", { id: "colleague", maxlength: 100, autocomplete: "off", enterkeyhint: "search" });
  const found = el("ul", { class: "staff found" });
  const find = async () => {
    try {
      const { colleagues } = await api.get(`/api/colleagues?search=${encodeURIComponent(name.value.trim())}`);
      const others = colleagues.filter(({ user_id: id }) => id !== api.user?.id);
      found.replaceChildren(...others.map((one) => line({ user_id: one.user_id, label: labelOf(one.name, one.namesake) })));
      text(hint, words.colleagues.found(others.length));
    } catch (error) {
      failed(error);
    }
  };
  return [el("form", { onsubmit: onSubmit(find) }, el("label", { for: "colleague" }, words.colleagues.name),
    el("div", { class: "row" }, name, el("button", { class: "quiet", "data-act": "find-colleague" }, words.colleagues.find))), found];
}
