// The learner's request to count as present: why, with one tap, and then the teacher decides.

import { post, Refused } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { question } from "./question.js";
import { button, heading, note, plain, reasonOf, remark, screen } from "./screens.js";
import { show, waitIsTold } from "./stage.js";

const REASON_MAX = 200;

/** `number`: of the meeting. `back` leads back to where the learner came from. */
export function askPresence({ api, lecture, number, back }) {
  const send = async (reason) => {
    try {
      await api.call(post, `/api/lectures/${lecture}/my-attendance`, { session_number: number, reason });
    } catch (error) {
      // Asked already, or counted by now: what became of it is shown where the learner came from.
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      return back();
    }
    return sent(back);
  };
  show("ask-presence", () => ({ node: reasons(send, () => write(send, again), back), update() {} }));
  const again = () => askPresence({ api, lecture, number, back });
}

function reasons(send, toWrite, back) {
  const problem = note("call");
  problem.setAttribute("role", "alert");
  let isBusy = false;
  const choose = async (reason, pressed) => {
    if (isBusy) return;
    isBusy = true;
    remark(problem, "");
    const label = pressed.textContent;
    try {
      await waitIsTold(send(reason), () => { pressed.lastChild.textContent = words.page.sending; });
    } catch (error) {
      remark(problem, reasonOf(error));
      pressed.lastChild.textContent = label;
    }
    isBusy = false;
  };
  const buttons = words.presence.reasons.map((reason, at) =>
    button("plain", `reason-${at}`, reason, null, ({ currentTarget }) => choose(reason, currentTarget)));
  return screen(el("div", { class: "content" }, heading(words.presence.title), el("p", { class: "guide" }, words.presence.line), problem,
    el("div", { class: "choices" }, buttons, button("plain", "own-reason", words.presence.own, null, toWrite))), [button("plain small", "back", words.presence.back, "back", back)], "still");
}

function write(send, back) {
  show("write-reason", () => question({
    title: words.presence.ownTitle, go: words.presence.send, fields: [{ label: words.presence.ownLabel, maxlength: REASON_MAX, autocomplete: "off", enterkeyhint: "send" }],
    submit: async (reason) => {
      if (!reason) return words.presence.missing;
      await send(reason);
      return "";
    },
    more: [{ act: "back", label: words.presence.back, icon: "back", go: back }],
  }));
}

function sent(back) {
  show("presence-sent", () => plain({ icon: "check", title: words.presence.sent, lines: [words.presence.sentLine], acts: [{ act: "back", label: words.presence.done, go: async () => back() }] }));
}
