// A sheet for the wall of the classroom: who scans it comes into the class of the moment. What stands on it never changes.

import { el, text } from "../../shared/dom.js";
import { schoolSign } from "../../shared/school.js";
import { words } from "../../shared/words.js";

export async function poster({ api }, id) {
  const lecture = await api.get(`/api/lectures/${id}`);
  // What a scanner reads and what a hand types are the same.
  const { host, pathname } = new URL(lecture.join_url);
  const sheet = el("section", { class: "poster", "aria-label": words.poster.sheet },
    schoolSign(), el("h1", {}, lecture.title), el("p", {}, words.poster.teacher(lecture.instructor.name)),
    el("img", { class: "qr", src: `/qr/l/${lecture.code}.svg`, alt: words.poster.qr }),
    el("p", { class: "how" }, words.poster.how), el("p", {}, words.poster.byHand), el("b", { class: "address" }, host, el("wbr"), pathname));
  const node = el("div", { class: "page broad" },
    el("div", { class: "pile unprinted" }, el("p", {}, el("a", { href: "/teach" }, words.office.back)),
      el("p", { class: "hint" }, words.poster.hint), tools(lecture)), sheet);
  return { node, title: [words.poster.title, lecture.title].join(" · ") };
}

function tools(lecture) {
  const print = el("button", { type: "button", class: "main", "data-act": "print", onclick: () => window.print() }, words.poster.print);
  // Only there where the page came over https, or from this very machine.
  const copy = navigator.clipboard && el("button", { type: "button", class: "quiet", onclick: async () => {
    await navigator.clipboard.writeText(lecture.join_url);
    text(copy, words.poster.copied);
  } }, words.poster.copy);
  return el("div", { class: "row" }, print, copy);
}
