// The dialog about one person: rename, let in with another phone, merge, remove.

import { post } from "../../shared/api.js";
import { confirmed, dialog, el, onSubmit, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { mergeForm } from "./same.js";

/** `status`: how the person stands, in words. `others`: the other guests. `onCall`: shows their call for help. */
export function aboutPerson({ api, sessionId, person, others, status, fail, onCall }) {
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
  const participants = `/api/sessions/${sessionId}/participants`;
  const on = { api, path: `${participants}/${person.id}`, person, tried, close };
  const toCall = () => {
    close();
    onCall();
  };
  const node = dialog({ class: "ask", "aria-labelledby": "person-title", "data-about": person.id },
    el("div", {}, el("h2", { id: "person-title" }, person.label), el("p", { class: "hint" }, status)),
    person.help && el("button", { type: "button", class: "main", "data-act": "to-call", onclick: toCall }, words.person.call),
    person.guest && [renameForm(on), reentryButton(on), mergeForm({ ...on, path: participants, others })],
    el("div", { class: "row" }, removeButton(on),
      el("button", { type: "button", class: "main", autofocus: true, "data-act": "close", onclick: close }, words.person.close)));
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
