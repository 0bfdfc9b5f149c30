// The dialog about one person: say something to them alone, mark the step done for them, rename, let in with another phone, merge, remove.

import { post } from "../../shared/api.js";
import { confirmed, dialog, el, onSubmit, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { mergeForm } from "./same.js";

/** `status`: how the person stands, in words. `others`: the other guests. `onCall`: shows their call for help. A helper changes nobody's name, phone or place. */
export function aboutPerson({ api, session, person, others, status, isHelper = false, fail, onCall }) {
  const close = () => node.close();
  /** Does something. A failure closes the dialog, since it is shown on the page behind. */
  const tried = async (work) => {
    try {
      fail(null);
      await work();
    } catch (error) {
      close();
      fail(error);
    }
  };
  const participants = `/api/sessions/${session.id}/participants`;
  const on = { api, path: `${participants}/${person.id}`, person, tried, close };
  const toCall = () => {
    close();
    onCall();
  };
  const node = dialog({ class: "ask", "aria-labelledby": "person-title", "data-about": person.id },
    el("div", {}, el("h2", { id: "person-title" }, person.label), el("p", { class: "hint" }, status)),
    person.help && el("button", { type: "button", class: "main", "data-act": "to-call", onclick: toCall }, words.person.call),
    doneButton({ ...on, session }), session.roster.status !== "REVIEW_MODE" && praiseButton({ ...on, session }), session.roster.status !== "REVIEW_MODE" && messageForm(on),
    person.guest && !isHelper && [renameForm(on), reentryButton(on), mergeForm({ ...on, path: participants, others })],
    el("div", { class: "row" }, !isHelper && removeButton(on),
      el("button", { type: "button", class: "main", autofocus: true, "data-act": "close", onclick: close }, words.person.close)));
}

/** A button that marks the current step done for the person, or nothing if they have finished it. */
function doneButton({ api, path, person, session, tried, close }) {
  const { status, step } = session.roster;
  if (status !== "IN_PROGRESS" || !step || person.status === "COMPLETED") return null;
  const mark = () => tried(async () => {
    await api.call(post, `${path}/done`, { subtask_id: step.id });
    close();
  });
  return el("button", { type: "button", class: "quiet", "data-act": "mark-done", onclick: single(mark) }, words.person.done);
}

/** A button that praises this person. The others do not hear of it. */
function praiseButton({ api, person, session, tried }) {
  const told = el("span", { class: "hint", role: "status" });
  const praise = () => tried(async () => {
    await api.once(`/api/sessions/${session.id}/praise`, { user_id: person.id });
    text(told, words.person.praised);
  });
  return el("div", { class: "row praising" }, el("button", { type: "button", class: "quiet", "data-act": "praise-one", onclick: single(praise) }, words.person.praise), told);
}

/** A message that this person alone gets. */
function messageForm({ api, path, tried }) {
  const message = el("input", { id: "to-one", maxlength: 500, autocomplete: "off", enterkeyhint: "send" });
  const told = el("p", { class: "hint", role: "status" }, words.person.messageHint);
  const send = () => tried(async () => {
    const written = message.value.trim();
    if (!written) return message.focus();
    await api.once(`${path}/message`, { message: written });
    if (message.value.trim() === written) message.value = "";
    return text(told, words.person.messageTold(written));
  });
  return el("form", { onsubmit: onSubmit(send) }, el("label", { for: "to-one" }, words.person.message),
    el("div", { class: "row" }, message, el("button", { class: "quiet", "data-act": "tell-one" }, words.person.messageSend)), told);
}

function renameForm({ api, path, person, tried, close }) {
  const name = el("input", { id: "new-name", value: person.name, maxlength: 200, required: true, autocomplete: "off" });
  const rename = () => tried(async () => {
    await api.call(post, `${path}/rename`, { name: name.value.trim() });
    close();
  });
  return el("form", { onsubmit: onSubmit(rename) }, el("label", { for: "new-name" }, words.person.rename),
    el("div", { class: "row" }, name, el("button", { class: "quiet", "data-act": "rename" }, words.person.renameDo)));
}

/** A button that shows a QR, for a new phone or one that has forgotten the person. */
function reentryButton({ api, path, tried }) {
  const image = el("img", { class: "qr", alt: words.person.reentryQr });
  const hint = el("p", { class: "hint", role: "status" });
  const place = el("div", { class: "reentry", hidden: true }, image);
  const ask = () => tried(async () => {
    const { qr_svg: svg, expires_in_seconds: seconds } = await api.call(post, `${path}/reentry`, {});
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    shown(place, true);
    text(hint, words.person.reentryHint(Math.round(seconds / 60)));
  });
  const button = el("button", { type: "button", class: "quiet", "data-act": "reentry", onclick: ask }, words.person.reentry);
  return el("div", { class: "open" }, button, place, hint);
}

function removeButton({ api, path, person, tried, close }) {
  const ask = async () => {
    close();
    const isMeant = await confirmed(words.person.removeAsk(person.label), words.person.remove, words.office.no);
    if (isMeant) await tried(() => api.call(post, `${path}/remove`, {}));
  };
  return el("button", { type: "button", class: "call", "data-act": "remove", onclick: ask }, words.person.remove);
}
