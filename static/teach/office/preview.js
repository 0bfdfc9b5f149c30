// The step as the phone shows it: a page of its own in a frame, in which the learner's own screen is drawn.

import { el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

const STYLES = ["/static/shared/base.css", "/static/learn/learn.css"];
const SCRIPT = "/static/teach/office/frame.js";

export class Preview {
  node;
  #frame;
  #step = null;

  constructor() {
    this.#frame = el("iframe", { title: words.phone.title, tabindex: "-1" });
    // It is empty again whenever it is put into the page.
    this.#frame.addEventListener("load", () => this.#build());
    this.#frame.addEventListener("ready", () => this.#update());
    this.node = el("figure", { class: "phone" }, this.#frame, el("figcaption", { class: "hint" }, words.phone.caption));
  }

  /** `{ title, guide, place }`, the place being its number and how many there are. */
  show(step) {
    this.#step = step;
    this.#update();
  }

  #build() {
    const page = this.#frame.contentDocument;
    page.title = words.phone.title;
    page.head.append(...STYLES.map((href) => el("link", { rel: "stylesheet", href })), el("script", { type: "module", src: SCRIPT }));
  }

  #update() {
    const { title, guide, place: [at, of] } = this.#step;
    this.#frame.contentWindow?.show?.({ title: title || words.phone.noTitle, guide, at, of });
  }
}
