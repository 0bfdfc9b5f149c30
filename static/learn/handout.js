// The handout of the lecture, for home: a file in large letters, which the learner keeps or prints.

import { Unreachable, withRetries } from "../shared/api.js";
import { el, single } from "../shared/dom.js";
import { language, words } from "../shared/words.js";
import { kindsNow } from "./kinds.js";
import { button, note, reasonOf, relabel, remark, tell } from "./screens.js";
import { uncover, waitIsTold } from "./stage.js";

/** Has the browser keep the handout of a lecture, with the pictures for this phone. */
export async function saveHandout(api, { id, title }) {
  if (navigator.onLine === false) throw new Unreachable();
  const [phone, system] = kindsNow();
  const query = new URLSearchParams({ phone, ...(system && { system }), language });
  await api.token();
  const name = `${title} ${words.handout.name}.pdf`;
  await withRetries(() => api.download(`/api/lectures/${id}/handout?${query}`, name));
}

/** Makes the part of a screen that offers the handout. `save` fetches it. */
export function handoutPart(save) {
  const problem = note("call");
  problem.setAttribute("role", "alert");
  const kept = note("good");
  const pressed = button("plain", "handout", words.handout.get, "paper", single(async () => {
    remark(problem, "");
    remark(kept, "");
    try {
      await waitIsTold(save(), () => relabel(pressed, words.handout.making));
      tell(kept, words.handout.kept);
    } catch (error) {
      remark(problem, whyNot(error));
    }
    relabel(pressed, words.handout.get);
    uncover(".handout .note:not([hidden])");
  }));
  return el("section", { class: "handout" }, el("p", { class: "guide" }, words.handout.line), kept, problem, pressed);
}

function whyNot(error) {
  if (error instanceof Unreachable) return words.handout.offline;
  return error.status === 503 ? words.handout.busy : reasonOf(error);
}
