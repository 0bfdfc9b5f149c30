// The editor of a picture of a step: marks, the description, and the phones that show it.

import { dialog, el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { sign } from "../marking/drawing.js";
import { markPanel, pressed } from "../marking/mark-panel.js";
import { PictureCanvas } from "../marking/picture-canvas.js";
import { phoneChoice } from "./phone-choice.js";

const ALT_MAX = 300;

/** Opens the editor. `changed(values)` gets each change of the picture at once; `remove()` takes the picture away. */
export function openPictureEditor({ picture, makes, changed, remove }) {
  let panel = null;
  const canvas = new PictureCanvas(picture, {
    changed: (marks) => changed({ marks }), drawn: () => panel?.update(), enter: () => panel.focusLabel(),
  });
  panel = markPanel(canvas);
  const alt = el("textarea", { id: "alt", rows: 3, maxlength: ALT_MAX, value: picture.alt, "aria-describedby": "alt-hint" });
  alt.addEventListener("input", () => changed({ alt: alt.value.trim() }));
  const close = () => node.close();
  const node = dialog({ class: "drawing", "aria-label": words.pictures.edit },
    el("div", { class: "head" }, el("h2", {}, words.pictures.edit),
      el("button", { type: "button", class: "main", "data-act": "close-picture", onclick: close }, words.pictures.done)),
    panel.tools, el("div", { class: "desk-of-picture" }, canvas.node, el("div", { class: "fields" }, panel.node,
      phoneChoice({ chosen: picture.shown_on, makes, choose: (shownOn) => changed({ shown_on: shownOn }) }),
      el("label", { for: "alt" }, words.pictures.alt), alt, el("p", { class: "hint", id: "alt-hint" }, words.pictures.altHint),
      el("p", { class: "hint keys" }, words.marking.keys),
      el("div", { class: "row" }, el("button", {
        type: "button", class: "quiet", "data-act": "remove-picture", onclick: () => {
          close();
          remove();
        },
      }, sign("bin"), words.pictures.remove)))));
  node.addEventListener("keydown", (event) => pressed(event, canvas));
  // The most common wish comes first: a ring where to tap.
  if (picture.marks.length === 0) canvas.use("RING");
  panel.update();
}
