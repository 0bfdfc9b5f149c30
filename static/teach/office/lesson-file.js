// Lectures that travel: a copy in this school, a file for another one, and a lecture made of such a file.

import { post, Refused, Unreachable } from "../../shared/api.js";
import { el, shown, single, text } from "../../shared/dom.js";
import { language, words } from "../../shared/words.js";
import { MessageError, messageOf } from "./errors.js";
import { dropZone, fileButton } from "./files.js";
import { announce } from "./widgets.js";

const MAX_BYTES = 200 * 1024 * 1024;
const IMPORT = "/api/lectures/import";

/** Tools for a lecture as a whole, folded up. */
export function travelTools({ api, fail, go }, { id, title }) {
  const tool = (name, label, doing, work) => {
    const button = el("button", { type: "button", class: "quiet", "data-act": name, onclick: single(async () => {
      fail(null);
      text(button, doing);
      await work().catch(fail);
      text(button, label);
    }) }, label);
    return button;
  };
  const { copy, copying, save, saving } = words.lessonFile;
  return el("details", { class: "more travel" }, el("summary", {}, words.lessonFile.both), el("div", { class: "row" },
    tool("copy-lecture", copy, copying, async () => go(`/teach/lecture/${(await api.call(post, `/api/lectures/${id}/copy`, {})).id}`)),
    tool("export", save, saving, () => api.download(`/api/lectures/${id}/file`, `${title}.zip`))),
    el("p", { class: "hint" }, words.lessonFile.hint));
}

/** A place for a file of a lecture, and the button that opens it. */
export function importer({ api, go }) {
  const problem = el("p", { class: "notice", role: "alert", hidden: true });
  const state = el("p", { class: "hint" });
  const bar = el("progress", { max: 1, "aria-label": words.lessonFile.open });
  const going = el("div", { class: "pile", hidden: true }, state, bar);
  const take = single(async (file) => {
    shown(problem, false);
    shown(going, true);
    choose.disabled = true;
    try {
      if (file.size > MAX_BYTES) throw new MessageError(words.lessonFile.tooLarge);
      go(`/teach/lecture/${(await sent(api, file, tell)).id}`);
    } catch (error) {
      text(problem, reasonOf(error));
      shown(problem, true);
    } finally {
      shown(going, false);
      choose.disabled = false;
    }
  });
  const tell = (share) => {
    const isAll = share >= 1;
    if (isAll) bar.removeAttribute("value");
    else bar.value = share;
    const now = isAll ? words.lessonFile.checking : words.lessonFile.sending;
    if (state.textContent !== now) announce(now);
    text(state, now);
  };
  const choose = el("button", { type: "button", class: "main", "data-act": "choose-lesson" }, words.lessonFile.choose);
  const takeFirst = ([file]) => file && take(file);
  const node = dropZone(el("section", { class: "card importer", hidden: true, "aria-label": words.lessonFile.open }, el("h2", {}, words.lessonFile.open),
    el("p", {}, words.lessonFile.openHint), el("div", { class: "row" }, fileButton(choose, ".zip,application/zip", takeFirst)), problem, going), takeFirst);
  const button = el("button", { type: "button", class: "quiet", "data-act": "import", "aria-expanded": "false", onclick: () => {
    shown(node, node.hidden);
    button.setAttribute("aria-expanded", String(!node.hidden));
    if (!node.hidden) choose.focus();
  } }, words.lessonFile.open);
  return { button, node };
}

/** The reason why a file was not taken. Refusals name the place in the file. */
function reasonOf(error) {
  if (error.status === 413) return words.lessonFile.tooLarge;
  return error.status === 400 ? error.message : messageOf(error);
}

/** Sends a file, and tells how much of it has gone: `fetch` cannot. A token that has expired is renewed once. */
async function sent(api, file, tell, isRenewed = false) {
  const { status, body, retryAfterS } = await exchanged(await api.token(), file, tell);
  if (status === 401 && !isRenewed) {
    await api.renew();
    return sent(api, file, tell, true);
  }
  if (status >= 200 && status < 300) return body;
  throw new Refused(status, body, retryAfterS);
}

function exchanged(token, file, tell) {
  const request = new XMLHttpRequest();
  request.open(post, IMPORT);
  request.responseType = "json";
  const headers = { Accept: "application/json", "Accept-Language": language, "Content-Type": "application/zip", Authorization: `Bearer ${token}` };
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  tell(0);
  request.upload.addEventListener("progress", ({ loaded, total }) => tell(loaded / total));
  request.upload.addEventListener("load", () => tell(1));
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () =>
      resolve({ status: request.status, body: request.response, retryAfterS: Number(request.getResponseHeader("retry-after")) || 0 }));
    request.addEventListener("error", () => reject(new Unreachable("the file was not sent")));
    request.send(file);
  });
}
