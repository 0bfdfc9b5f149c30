// The pictures of the current step, on the wall and on the board: the one for all phones, or one for each of two kinds with its name.

import { fetchAhead, imageAt } from "../../shared/ahead.js";
import { el, shown, text } from "../../shared/dom.js";
import { markedPicture, pictureFor } from "../../shared/marks.js";
import { words } from "../../shared/words.js";

const AT_ONCE_MAX = 2;

export class Showing {
  #views = Array.from({ length: AT_ONCE_MAX }, figure);
  #pictures = [];
  #aheadOf = null;
  node = el("div", { class: "showing", hidden: true }, this.#views.map(({ node }) => node));

  get isEmpty() {
    return this.#pictures.length === 0;
  }

  /** The views, each `{ node, view, picture }`. */
  get views() {
    return this.#views;
  }

  /** Shows the pictures of a step, or nothing for null. */
  draw(step, steps) {
    this.#pictures = picturesOf(step);
    shown(this.node, !this.isEmpty);
    for (const [at, one] of this.#views.entries()) drawOne(one, this.#pictures[at] ?? null, this.#pictures.length > 1);
    if (step && this.#aheadOf !== step.id) {
      this.#aheadOf = step.id;
      fetchAhead(step, steps, pictureFor);
    }
  }

  /** Shows where the instructor points. */
  point({ picture, points }) {
    this.#views.find((one) => one.picture?.picture === picture)?.view.point(points);
  }
}

function figure() {
  const [view, caption] = [markedPicture(), el("figcaption")];
  return { node: el("figure", { hidden: true }, view.node, caption), view, caption, picture: null };
}

function drawOne(one, picture, isNamed) {
  one.picture = picture;
  shown(one.node, picture);
  one.view.show(picture, picture ? { image: imageAt(picture.url) } : {});
  shown(one.caption, picture && isNamed);
  text(one.caption, picture && (words.phones[picture.shown_on] ?? picture.shown_on));
}

function picturesOf(step) {
  const { pictures = [] } = step ?? {};
  const isForAll = pictures.some(({ shown_on: kind }) => kind === "ALL");
  return isForAll ? [pictureFor({ pictures })] : pictures.slice(0, AT_ONCE_MAX);
}
