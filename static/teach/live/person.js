// What can be done about one person.

import { post } from "../../shared/api.js";
import { confirmed, el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

/** `says`: how the person is, in words. `onCall`: shows their call for help. */
export function aboutPerson({ api, session, person, says, fail, onCall }) {
  const at = `/api/sessions/${session}/participants/${person.id}`;
  const dialog = el("dialog", { class: "ask", "aria-labelledby": "person-title", "data-about": person.id });
  /** What went wrong is said on the page, which lies behind. */
  const tried = async (work) => {
    try {
      fail(null);
      await work();
    } catch (error) {
      dialog.close();
      fail(error);
    }
  };
  dialog.append(el("div", {}, el("h2", { id: "person-title" }, person.label), el("p", { class: "hint" }, says)),
    ...(person.help ? [toCall(dialog, onCall)] : []),
    ...(person.guest ? [renaming({ api, at, person, dialog, tried }), returning({ api, at, tried })] : []),
    el("div", { class: "row" }, removing({ api, at, person, dialog, tried }),
      el("button", { type: "button", class: "main", autofocus: true, "data-act": "close", onclick: () => dialog.close() }, words.person.close)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function toCall(dialog, onCall) {
  const show = () => {
    dialog.close();
    onCall();
  };
  return el("button", { type: "button", class: "main", "data-act": "to-call", onclick: show }, words.person.call);
}

function renaming({ api, at, person, dialog, tried }) {
  const name = el("input", { id: "new-name", value: person.name, maxlength: 200, required: true, autocomplete: "off" });
  const form = el("form", {}, el("label", { for: "new-name" }, words.person.rename),
    el("div", { class: "row" }, name, el("button", { class: "quiet", "data-act": "rename" }, words.person.renameDo)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tried(async () => {
      await api.call(post, `${at}/rename`, { name: name.value.trim() });
      dialog.close();
    });
  });
  return form;
}

/** A new phone, or one that has forgotten who it was. */
function returning({ api, at, tried }) {
  const image = el("img", { class: "qr", alt: words.person.reentryQr });
  const hint = el("p", { class: "hint", role: "status" });
  const place = el("div", { class: "reentry", hidden: true }, image);
  const ask = () => tried(async () => {
    const { qr_svg: svg, expires_in_seconds: seconds } = await api.call(post, `${at}/reentry`, {});
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    shown(place, true);
    text(hint, words.person.reentryHint(Math.round(seconds / 60)));
  });
  const button = el("button", { type: "button", class: "quiet", "data-act": "reentry", onclick: ask }, words.person.reentry);
  return el("div", { class: "open" }, button, place, hint);
}

function removing({ api, at, person, dialog, tried }) {
  const ask = async () => {
    dialog.close();
    if (await confirmed(words.person.removeAsk(person.label), words.person.remove)) await tried(() => api.call(post, `${at}/remove`, {}));
  };
  return el("button", { type: "button", class: "call", "data-act": "remove", onclick: ask }, words.person.remove);
}
