// The step as the phone shows it: a page of its own in a frame, with the very style of the learner's page.

import { el, text } from "../shared/dom.js";
import { language, words } from "../shared/words.js";

const STYLES = ["/static/shared/base.css", "/static/learn/learn.css"];

export class Phone {
  node;
  #frame;
  #step = { title: "", guide: "", place: [1, 1] };
  #parts = null;

  constructor() {
    this.#frame = el("iframe", { title: words.phone.title, tabindex: "-1" });
    // It is empty again whenever it is put into the page.
    this.#frame.addEventListener("load", () => this.#build());
    this.node = el("figure", { class: "phone" }, this.#frame, el("figcaption", { class: "hint" }, words.phone.caption));
  }

  show(step) {
    this.#step = step;
    this.#update();
  }

  #build() {
    const page = this.#frame.contentDocument;
    const root = page.documentElement;
    Object.assign(root.dataset, { theme: document.documentElement.dataset.theme });
    root.lang = language;
    page.head.append(el("title", {}, words.phone.title), ...STYLES.map((href) => el("link", { rel: "stylesheet", href })));
    this.#parts = { where: el("p", { class: "where" }), title: el("h1", {}), guide: el("p", { class: "guide" }) };
    page.body.replaceChildren(...screen(this.#parts));
    // It is to be looked at: nothing in it can be pressed.
    page.body.inert = true;
    this.#update();
  }

  #update() {
    if (!this.#parts) return;
    const { title, guide, place } = this.#step;
    text(this.#parts.where, place.join(" / "));
    text(this.#parts.title, title || words.phone.noTitle);
    text(this.#parts.guide, guide || words.phone.noGuide);
  }
}

function screen({ where, title, guide }) {
  const button = (kind, said) => el("button", { type: "button", class: `button ${kind}` }, said);
  return [
    el("header", { class: "top" }, el("p", { class: "link", "data-state": "open" }, words.phone.open)),
    el("main", {}, el("section", { class: "screen" },
      el("div", { class: "content" }, where, title, guide, button("plain small", words.phone.listen)),
      el("div", { class: "actions" }, button("main", words.phone.done), button("call", words.phone.help)))),
  ];
}
