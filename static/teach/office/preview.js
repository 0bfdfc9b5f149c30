// A preview of a step: the learner's own screen, drawn in a frame.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

const STYLES = ["/static/shared/base.css", "/static/learn/learn.css"];
const SCRIPT = "/static/teach/office/frame.js";

export class Preview {
  node;
  #frame;
  #step = null;

  constructor() {
    this.#frame = el("iframe", { title: words.preview.title, tabindex: "-1" });
    // The frame is empty again each time that it is put into the page.
    this.#frame.addEventListener("load", () => this.#build());
    this.#frame.addEventListener("ready", () => this.#update());
    this.node = el("figure", { class: "phone" }, this.#frame, el("figcaption", { class: "hint" }, words.preview.caption));
  }

  /** Shows a step: `{ title, guide, place, picture, question }`. `place` is its number and the number of steps. */
  show(step) {
    this.#step = step;
    this.#update();
  }

  #build() {
    const page = this.#frame.contentDocument;
    page.title = words.preview.title;
    // The stage of the learner's screens looks for them when it is loaded.
    page.body.append(el("main", { id: "main" }), el("p", { id: "announce", class: "unseen" }));
    page.head.append(...STYLES.map((href) => el("link", { rel: "stylesheet", href })), el("script", { type: "module", src: SCRIPT }));
  }

  #update() {
    const { title, guide, place: [at, of], picture, question } = this.#step;
    this.#frame.contentWindow?.show?.({ title: title || words.preview.noTitle, guide, at, of, picture, question });
  }
}
