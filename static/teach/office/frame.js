// Runs inside the frame of the preview. What is drawn is the learner's own screen; nothing in it can be pressed.

import { el } from "../../shared/dom.js";
import { openBooks, words } from "../../shared/words.js";
import { step } from "../../learn/screens.js";

await openBooks("learn");
const screen = step({});
// The size that the instructor reads in is not the learners'.
delete document.documentElement.dataset.size;
document.body.inert = true;
document.body.replaceChildren(
  el("header", { class: "top" }, el("p", { class: "link", "data-state": "open" }, words.link.open)), el("main", {}, screen.node));
/** Called by the page around the frame. */
window.show = ({ title, guide, at, of }) =>
  screen.update({ step: { id: 0, title, guide_text: guide }, at, of, link: "open", canListen: true });
window.frameElement.dispatchEvent(new Event("ready"));
