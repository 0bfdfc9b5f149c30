// The picture of a step: small under its title, and large after a tap.

import { imageAt } from "../shared/ahead.js";
import { dialog, el, shown, text } from "../shared/dom.js";
import { markedPicture, spokenPicture } from "../shared/marks.js";
import { words } from "../shared/words.js";
import { pictureOf } from "./kinds.js";
import { picture as icon } from "./pictures.js";
import { button, note } from "./screens.js";
import { freshen, recordAction } from "./stage.js";

/** A picture that would leave more than half of the screen empty is enlarged until it fills this share, at most so many times. */
const FILLED = 0.85;
const ENLARGED_MAX = 2.5;

/** The picture that is shown now, as `{ picture, view }`, or null. */
let current = null;
/** The large view: `{ of, view, close }`, or null. `of`: the id of its step. */
let large = null;

/** The picture of a step as it is read aloud, or nothing. */
export function spokenOf(picture) {
  const spoken = spokenPicture(picture);
  return spoken && words.picture.spoken(spoken);
}

/** The sign over a picture that a tap makes large. */
export const enlargeSign = () => el("span", { class: "enlarge" }, icon("search"), el("span", {}, words.picture.enlarge), el("span", { class: "more-marks" }, words.picture.more));

/** Makes the picture of a step, which is also the button that enlarges it. `update` gets the step. */
export function stepPicture() {
  const lost = note("lost-picture");
  const view = markedPicture({ onLost: (is) => update(is) });
  const over = enlargeSign();
  const node = el("button", { type: "button", class: "picture", "data-act": "enlarge", hidden: true, onclick: () => enlarge(now, of) }, view.node, over);
  let [now, of] = [null, null];
  const update = (isLost) => {
    shown(node, now && !isLost);
    shown(lost, now && isLost);
    text(lost, spokenOf(now));
  };
  return {
    node,
    lost,
    update(step) {
      const wanted = pictureOf(step);
      const isNew = wanted?.url !== now?.url || wanted?.marks !== now?.marks;
      [now, of] = [wanted, step.id];
      if (isNew) {
        if (!now) view.show(null);
        const at = now?.marks?.map(({ x }) => x) ?? [];
        node.classList.toggle("turned", at.length > 0 && at.every((x) => x > 0.5));
      }
      update(view.node.classList.contains("lost"));
      if (now) view.show(now, { image: imageAt(now.url), spoken: spokenOf(now), isCropped: true, over });
      current = now && { picture: now, view };
    },
  };
}

/** Shows where the instructor points, if this phone shows the same picture. */
export function pointAt({ picture, points }) {
  if (current?.picture.picture !== picture) return;
  current.view.point(points);
  large?.view.point(points);
}

/** The connection is back: a picture that could not be loaded is loaded again. */
export function loadLostPictures() {
  current?.view.tryAgain();
}

/** Closes the large view of anything else than this step, or than what else is shown: `of`. */
export function closeLargeUnless(step, of = step?.id) {
  if (!step) current = null;
  if (large && large.of !== of) large.close();
}

/** Shows a picture as large as the screen. `of`: the id of its step, or the name of what else it belongs to. Returns how to close it. */
export function enlarge(picture, of) {
  recordAction("ENLARGED");
  const view = markedPicture();
  const place = el("div", { class: "whole-place" }, view.node);
  const close = () => node.close();
  place.addEventListener("click", close);
  const node = dialog({ class: "settings whole", "aria-label": words.picture.large }, place, el("div", { class: "actions" }, button("main", "shrink", words.picture.close, "close", close)));
  const fit = () => spread(place, view.node, picture);
  const watch = new ResizeObserver(fit);
  node.addEventListener("close", () => {
    watch.disconnect();
    large = null;
    document.documentElement.classList.remove("covered");
    // The second tap of a double tap presses nothing below.
    freshen();
  });
  large = { of, view, close: () => node.close() };
  document.documentElement.classList.add("covered");
  // The second tap of a double tap does not close it.
  freshen(node);
  fit();
  view.show(picture, { spoken: spokenOf(picture) });
  watch.observe(place);
  return close;
}

/** Gives a picture of another shape than the screen more room than that has, which the finger moves; its marks are in sight at first. */
function spread(place, node, { width, height, marks = [] }) {
  const { clientWidth: wide, clientHeight: high } = place;
  const fitting = Math.min(wide / width, high / height);
  const isOdd = Math.min((width * fitting) / wide, (height * fitting) / high) < 0.5;
  const scale = isOdd ? Math.min(FILLED * Math.max(wide / width, high / height), fitting * ENLARGED_MAX) : fitting;
  const larger = (length, room) => (length * scale > room + 1 ? `${length * scale}px` : "");
  Object.assign(node.style, { width: larger(width, wide), height: larger(height, high) });
  // Without a finger it is moved by the keys.
  if (isOdd) place.tabIndex = 0;
  else place.removeAttribute("tabindex");
  place.scrollTo(middle(marks, "x") * width * scale - wide / 2, middle(marks, "y") * height * scale - high / 2);
}

function middle(marks, axis) {
  const all = marks.flatMap((mark) => [mark[axis], mark[`to_${axis}`] ?? mark[axis]]);
  return all.length ? (Math.min(...all) + Math.max(...all)) / 2 : 0.5;
}
