// Runs inside the frame of the preview: draws the learner's own screen, in which nothing can be pressed.

import { el } from "../../shared/dom.js";
import { openBooks, words } from "../../shared/words.js";
import { step } from "../../learn/lesson-screens.js";
import { show } from "../../learn/stage.js";

await openBooks("learn/shared", "learn/lesson", "in-class");
// The size that the instructor has chosen is not the learners'.
delete document.documentElement.dataset.size;
document.body.inert = true;
document.body.prepend(el("header", { class: "top" }, el("p", { class: "link", "data-state": "open" }, words.link.open)));
/** Called by the page around the frame. */
window.show = ({ title, guide, at, of, picture, question }) =>
  show("step", () => step({}), {
    step: { id: 0, title, guide_text: guide, pictures: picture ? [picture] : [], question }, given: { mine: null, results: null, refused: null }, at, of, link: "open", canListen: true,
  });
window.frameElement.dispatchEvent(new Event("ready"));
