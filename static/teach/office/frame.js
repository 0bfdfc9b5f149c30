// Runs inside the frame of the preview: draws the learner's own screen, in which nothing can be pressed.

import { el } from "../../shared/dom.js";
import { openBooks, words } from "../../shared/words.js";
import { step } from "../../learn/lesson-screens.js";

await openBooks("learn/shared", "learn/lesson");
const screen = step({});
// The size that the instructor has chosen is not the learners'.
delete document.documentElement.dataset.size;
document.body.inert = true;
document.body.replaceChildren(
  el("header", { class: "top" }, el("p", { class: "link", "data-state": "open" }, words.link.open)), el("main", {}, screen.node));
/** Called by the page around the frame. */
window.show = ({ title, guide, at, of }) =>
  screen.update({ step: { id: 0, title, guide_text: guide }, at, of, link: "open", canListen: true });
window.frameElement.dispatchEvent(new Event("ready"));
