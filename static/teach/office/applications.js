// Applications for a class that wait: for an approval by hand, or for a free seat.

import { patch } from "../../shared/api.js";
import { el, onSubmit, single } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { dayOf, timeOf } from "./dates.js";
import { announce, everyPage, openDialog } from "./widgets.js";

const REASON_MAX = 5_000;

/** Loads the applications for a class, the oldest first. */
export async function applicationsFor(api, one) {
  if (one.pending_count + one.waiting_count === 0) return [];
  const found = await everyPage(api, `/api/v1/enrollments?class_id=${one.class_id}&status=PENDING`, "enrollments", "size");
  return found.sort((a, b) => (a.waiting_number ?? 0) - (b.waiting_number ?? 0) || a.enrollment_id - b.enrollment_id);
}

/** Draws the applications. `changed` is called after a decision. */
export function applicationList({ api, fail }, applications, changed) {
  const decide = async (one, decision, said, body) => {
    try {
      fail(null);
      await api.call(patch, `/api/v1/enrollments/${one.enrollment_id}/${decision}`, body);
      announce(said(one.user_name));
      changed();
    } catch (error) {
      fail(error);
    }
  };
  const reject = (one) => askReason(one, (reason) => decide(one, "reject", words.applications.rejected, { rejection_reason: reason }));
  const admit = (one) => decide(one, one.is_waiting ? "approve-waiting" : "approve", words.applications.approved);
  return el("ul", { class: "requests applications" }, applications.map((one) => line(one, admit, reject)));
}

function line(one, admit, reject) {
  const { user_name: name, waiting_number: number, created_at: at } = one;
  const button = (kind, act, label, go) =>
    el("button", { type: "button", class: kind, "data-act": act, "aria-label": words.applications.of(name, label), onclick: single(() => go(one)) }, label);
  return el("li", { class: "card", "data-application": one.user_id },
    el("p", {}, el("b", {}, name), number && el("span", { class: "hint" }, ` ${words.applications.waits(number)}`)),
    el("div", { class: "row" },
      button("quiet good", "approve", one.is_waiting ? words.applications.seat : words.applications.approve, admit),
      button("quiet", "reject", words.applications.reject, reject),
      el("span", { class: "hint" }, `${dayOf(at)} ${timeOf(at)}`)));
}

/** Asks for a reason, which the applicant can read, and then calls `then` with it. */
function askReason({ user_name: name }, then) {
  const reason = el("textarea", { id: "why", rows: 3, maxlength: REASON_MAX, required: true });
  const form = el("form", {}, el("label", { for: "why" }, words.applications.why), reason,
    el("div", { class: "row" }, el("button", { class: "call", "data-act": "reject-now" }, words.applications.reject)));
  const dialog = openDialog("ask", words.applications.rejecting(name), form);
  form.addEventListener("submit", onSubmit(async () => {
    if (!reason.value.trim()) return reason.focus();
    dialog.close();
    return then(reason.value.trim());
  }));
  reason.focus();
}
