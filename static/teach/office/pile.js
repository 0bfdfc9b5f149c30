// A pile of pictures that becomes the steps of a task, one after the other. Of a PDF each page is one.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { byKind, inOrder } from "./files.js";
import { isPdf } from "./pdf.js";
import { isFinal, pictureReason } from "./uploading.js";

/** The refusal after which the other pages still come. */
const OF_ONE_PAGE = "PAGE_REFUSED";

export class Pile {
  node = el("div", { class: "pile-of-pictures", hidden: true });
  task = null;
  #send;
  #pages;
  #make;
  #ended;
  #made = [];
  #isStopped = false;
  isRunning = false;

  /** `send(file)` resolves to the picture on the server, `pages(file)` yields those of a PDF, `make(task, picture, texts)` makes a step of one, `ended(task, steps)` hears at the end of the steps that were made. */
  constructor({ send, pages, make, ended }) {
    this.#send = send;
    this.#pages = pages;
    this.#make = make;
    this.#ended = ended;
  }

  /** Makes a step of each picture. What was made stays, whatever becomes of the others. */
  async run(task, files) {
    const { pictures, others } = byKind(files.filter((file) => !isPdf(file)));
    [this.task, this.#made, this.isRunning, this.#isStopped] = [task, [], true, false];
    const [steps, left] = [[], others.map((file) => ({ file, reason: words.pictures.unreadable, isFinal: true }))];
    const all = inOrder([...pictures, ...files.filter(isPdf)]);
    const progress = this.#showProgress();
    for (const [at, file] of all.entries()) {
      if (this.#isStopped) {
        left.push({ file, reason: words.pile.stopped });
        continue;
      }
      progress(at, all.length, file.name);
      try {
        if (isPdf(file)) await this.#takePages(task, file, { steps, left, progress });
        else steps.push(await this.#make(task, await this.#send(file)));
      } catch (error) {
        left.push({ file, reason: pictureReason(error), isFinal: isFinal(error) });
        // A failure that is not of this file would befall the next one too.
        if (!isFinal(error)) this.#isStopped = true;
      }
    }
    this.isRunning = false;
    this.#made = steps;
    this.#report(steps.length, left);
    this.#ended(task, steps);
  }

  /** Makes a step of each page of a PDF. Once there is one, the file is not sent again: its steps would be there twice. */
  async #takePages(task, file, { steps, left, progress }) {
    const before = steps.length;
    const leave = (name, reason) => left.push({ file: { name }, reason, isFinal: true });
    let [last, count] = [0, 0];
    const leaveRest = (reason) => last < count && leave(words.pile.pages(file.name, last + 1, count), reason);
    try {
      for await (const { page, of, left_out: leftOut, title, text: guide, picture, error } of this.#pages(file)) {
        [last, count] = [page, of];
        progress(page - 1, of, file.name);
        if (page === 1 && leftOut > 0) leave(file.name, words.pile.leftOut(of));
        if (error) leave(words.pile.page(file.name, page), error.message);
        else steps.push(await this.#make(task, picture, { title, guide }));
        if (error && error.code !== OF_ONE_PAGE) leaveRest(error.message);
        if (this.#isStopped && page < of) return leaveRest(words.pile.stopped);
      }
    } catch (error) {
      if (steps.length === before) throw error;
      leaveRest(pictureReason(error));
    }
    return count > 0 || leave(file.name, words.pile.blank);
  }

  /** The step that was made after this one, until the report is closed. */
  after(step) {
    return this.#made[this.#made.indexOf(step) + 1 || this.#made.length];
  }

  /** Ends it after the picture that is on its way. */
  stop() {
    this.#isStopped = true;
  }

  #showProgress() {
    const line = el("p", { role: "status" });
    const bar = el("progress", { value: 0, "aria-label": words.pile.title });
    const stop = el("button", { type: "button", class: "quiet", "data-act": "stop-pile", onclick: () => {
      this.stop();
      stop.disabled = true;
    } }, words.pile.stop);
    this.node.replaceChildren(line, bar, el("div", { class: "row" }, stop));
    shown(this.node, true);
    return (at, count, name) => {
      [bar.max, bar.value] = [count, at];
      text(line, words.pile.progress(at + 1, count, name));
    };
  }

  #report(made, left) {
    const again = left.filter((one) => !one.isFinal).map(({ file }) => file);
    const close = () => {
      this.#made = [];
      shown(this.node, false);
    };
    this.node.replaceChildren(
      el("p", { role: "status" }, words.pile.report(made, made + left.length)),
      left.length > 0 ? el("ul", { tabindex: "0" }, left.map(({ file, reason }) => el("li", {}, words.pile.left(file.name, reason)))) : "",
      el("div", { class: "row" },
        again.length > 0 && el("button", { type: "button", class: "quiet", "data-act": "again-pile", onclick: () => this.run(this.task, again) }, words.pile.again),
        el("button", { type: "button", class: "quiet", "data-act": "close-pile", onclick: close }, words.pile.close)));
  }
}
