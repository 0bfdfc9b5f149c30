// What can be done about one person.

import { post } from "../../shared/api.js";
import { confirmed, dialog, el, shown, submits, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { joining } from "./same.js";

/** `says`: how the person is, in words. `others`: the other guests. `onCall`: shows their call for help. */
export function aboutPerson({ api, session, person, others, says, fail, onCall }) {
  const close = () => node.close();
  /** What went wrong is said on the page, which lies behind. */
  const tried = async (work) => {
    try {
      fail(null);
      await work();
    } catch (error) {
      close();
      fail(error);
    }
  };
  const on = { api, at: `/api/sessions/${session}/participants/${person.id}`, person, tried, close };
  const toCall = () => {
    close();
    onCall();
  };
  const node = dialog({ class: "ask", "aria-labelledby": "person-title", "data-about": person.id },
    el("div", {}, el("h2", { id: "person-title" }, person.label), el("p", { class: "hint" }, says)),
    person.help && el("button", { type: "button", class: "main", "data-act": "to-call", onclick: toCall }, words.person.call),
    person.guest && [renaming(on), returning(on), joining({ ...on, at: `/api/sessions/${session}/participants`, others })],
    el("div", { class: "row" }, removing(on),
      el("button", { type: "button", class: "main", autofocus: true, "data-act": "close", onclick: close }, words.person.close)));
}

function renaming({ api, at, person, tried, close }) {
  const name = el("input", { id: "new-name", value: person.name, maxlength: 200, required: true, autocomplete: "off" });
  const rename = () => tried(async () => {
    await api.call(post, `${at}/rename`, { name: name.value.trim() });
    close();
  });
  return el("form", { onsubmit: submits(rename) }, el("label", { for: "new-name" }, words.person.rename),
    el("div", { class: "row" }, name, el("button", { class: "quiet", "data-act": "rename" }, words.person.renameDo)));
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

function removing({ api, at, person, tried, close }) {
  const ask = async () => {
    close();
    const isMeant = await confirmed(words.person.removeAsk(person.label), words.person.remove, words.office.no);
    if (isMeant) await tried(() => api.call(post, `${at}/remove`, {}));
  };
  return el("button", { type: "button", class: "call", "data-act": "remove", onclick: ask }, words.person.remove);
}
