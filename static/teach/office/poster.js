// The poster for the wall of the classroom. Its QR leads to the session of the moment, until its address is renewed.

import { post } from "../../shared/api.js";
import { confirmed, el, single, text } from "../../shared/dom.js";
import { schoolSign } from "../../shared/school.js";
import { words } from "../../shared/words.js";
import { nextClassForm } from "./next-class.js";

export async function open({ api, fail }, id) {
  const [lecture, planned] = await Promise.all([api.get(`/api/lectures/${id}`), api.get(`/api/lectures/${id}/next-class`)]);
  const sheet = el("section", { class: "poster", "aria-label": words.poster.sheet });
  const row = el("div", { class: "row" });
  const notice = el("p", { class: "notice good", role: "status", hidden: true }, words.poster.renewed);
  const draw = (now) => {
    sheet.replaceChildren(...onSheet(now));
    row.replaceChildren(...tools(now, renew));
  };
  const renew = single(async () => {
    if (!(await confirmed(words.poster.renewQuestion, words.poster.renew, words.office.no))) return;
    try {
      fail(null);
      draw(await api.call(post, `/api/lectures/${id}/poster-code`, {}));
      notice.hidden = false;
    } catch (error) {
      fail(error);
    }
  });
  draw(lecture);
  const node = el("div", { class: "page broad" },
    el("div", { class: "pile unprinted" }, el("p", {}, el("a", { href: "/teach" }, words.office.back)),
      el("p", { class: "hint" }, words.poster.hint), row, notice),
    nextClassForm({ api, fail }, id, planned), sheet);
  return { node, title: [words.lecture.poster, lecture.title].join(" · ") };
}

/** The address is shown in groups of four letters, which are easier to type. */
function onSheet(lecture) {
  const { host } = new URL(lecture.join_url);
  const code = lecture.poster_code.match(/.{1,4}/g).join("-");
  return [
    schoolSign(), el("h1", {}, lecture.title), el("p", {}, words.lecture.teacher(lecture.instructor.name)),
    el("img", { class: "qr", src: `/qr/l/${lecture.poster_code}.svg`, alt: words.poster.qr }),
    el("p", { class: "how" }, words.poster.how), el("p", {}, words.poster.byHand), el("b", { class: "address" }, host, el("wbr"), `/l/${code}`),
  ];
}

function tools(lecture, onRenew) {
  const print = el("button", { type: "button", class: "main", "data-act": "print", onclick: () => window.print() }, words.poster.print);
  // Browsers offer it only over https and on the server's own machine.
  const copy = navigator.clipboard && el("button", { type: "button", class: "quiet", onclick: async () => {
    await navigator.clipboard.writeText(lecture.join_url);
    text(copy, words.poster.copied);
  } }, words.poster.copy);
  const renew = el("button", { type: "button", class: "quiet", "data-act": "renew", onclick: onRenew }, words.poster.renew);
  // A new code makes posters on walls useless, so it is for the owner of the lecture.
  return [print, copy, lecture.my_role === "OWNER" && renew].filter(Boolean);
}
