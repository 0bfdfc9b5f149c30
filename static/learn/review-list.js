// The list of the steps in the review: one tap leads to a step.

import { el } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { handoutPart } from "./handout.js";
import { pictureOf } from "./kinds.js";
import { button, heading, quote, screen } from "./screens.js";

/** `act.goTo(at)` shows a step, `act.back()` the one that was shown before. `act.saveHandout()` fetches all of them as a file. */
export function reviewList(act) {
  const list = el("ol", { class: "all-steps" });
  const node = screen(el("div", { class: "content" }, heading(words.review.which), list, handoutPart(act.saveHandout)), [button("plain", "back", words.review.backTo, "back", act.back)]);
  let drawn = null;
  return {
    node,
    update({ steps, at }) {
      if (drawn === steps) return;
      drawn = steps;
      list.replaceChildren(...steps.map((step, n) => line(step, n, n === at, act)));
    },
  };
}

/** The picture is on the phone already, since the review fetches all. */
function line(step, at, isShown, act) {
  const picture = pictureOf(step);
  const title = el("span", {});
  quote(title, step.title);
  return el("li", {}, el("button", { type: "button", class: "button plain", "data-act": `step-${at + 1}`, "aria-current": isShown ? "step" : null, onclick: () => act.goTo(at) },
    el("b", {}, String(at + 1)), title, picture && el("img", { src: picture.url, alt: "", loading: "lazy" })));
}
