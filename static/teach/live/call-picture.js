// The picture of the learner's screen in a call for help: small in the queue, and large to mark it and send it back.

import { dialog, el, shown, single, text } from "../../shared/dom.js";
import { PrivatePicture } from "../../shared/private-picture.js";
import { words } from "../../shared/words.js";
import { markPanel, pressed } from "../marking/mark-panel.js";
import { PictureCanvas } from "../marking/picture-canvas.js";

const SAID_MAX = 5_000;

export class CallPicture {
  #name;
  #send;
  #picture = null;
  #small;
  #large;
  #isWanted = false;
  #dialog = null;
  #image = el("img", { alt: "" });
  #lost = el("p", { class: "hint", role: "status", hidden: true }, words.callPicture.lost);

  /** `send({ picture, marks, help_content })` sends it back, and resolves to whether it was sent. */
  constructor({ api, name, send }) {
    [this.#name, this.#send] = [name, send];
    this.#small = new PrivatePicture(api, () => this.#drawSmall());
    this.#large = new PrivatePicture(api, () => this.#open());
    const want = () => {
      this.#isWanted = true;
      this.#large.tryAgain();
      this.#open();
    };
    this.node = el("div", { class: "call-picture", hidden: true },
      el("button", { type: "button", class: "quiet", "data-act": "mark-picture", onclick: want }, this.#image, el("span", {}, words.callPicture.mark)), this.#lost);
  }

  /** Shows the picture that the call has now, or none. */
  draw(picture) {
    const isSame = this.#picture?.url === picture?.url;
    this.#picture = picture;
    // Nobody draws on a picture that the learner has replaced.
    if (!isSame) this.close();
    this.#small.tryAgain();
    this.#drawSmall();
  }

  /** Forgets the picture, and closes what shows it. */
  close() {
    this.#isWanted = false;
    this.#dialog?.close();
    for (const file of [this.#small, this.#large]) file.close();
  }

  #drawSmall() {
    const small = this.#small.shown(this.#picture, true);
    shown(this.node, this.#picture);
    shown(this.#image, small);
    if (small && this.#image.src !== small.url) this.#image.src = small.url;
  }

  /** Opens the large picture once its file is there. */
  #open() {
    if (!this.#isWanted || !this.#picture || this.#dialog) return;
    const large = this.#large.shown(this.#picture);
    shown(this.#lost, this.#large.isLost);
    if (!large) return;
    this.#isWanted = false;
    const name = this.#picture.picture;
    this.#dialog = openMarker({ picture: large, title: words.callPicture.title(this.#name), send: (sent) => this.#send({ picture: name, ...sent }) });
    this.#dialog.addEventListener("close", () => {
      this.#dialog = null;
      this.#large.close();
    });
  }
}

/** Opens the picture to draw on it. Returns the dialog. */
function openMarker({ picture, title, send }) {
  let [panel, marks] = [null, picture.marks];
  const problem = el("p", { class: "notice", role: "alert", hidden: true });
  const tell = (sentence) => {
    text(problem, sentence);
    shown(problem, sentence);
  };
  const canvas = new PictureCanvas(picture, {
    changed: (drawn) => {
      marks = drawn;
      tell("");
    },
    drawn: () => panel?.update(), enter: () => panel.focusLabel(),
  });
  panel = markPanel(canvas);
  const said = el("textarea", { id: "said-with-marks", rows: 3, maxlength: SAID_MAX });
  const finish = single(async () => {
    if (marks.length === 0) return tell(words.callPicture.unmarked);
    text(button, words.callPicture.sending);
    const isSent = await send({ marks, help_content: said.value.trim() || undefined });
    text(button, words.callPicture.send);
    return isSent ? node.close() : tell(words.callPicture.failed);
  });
  const button = el("button", { type: "button", class: "main", "data-act": "send-marks", onclick: finish }, words.callPicture.send);
  const node = dialog({ class: "drawing", "aria-label": title },
    el("div", { class: "head" }, el("h2", {}, title),
      el("button", { type: "button", class: "quiet", "data-act": "close-picture", onclick: () => node.close() }, words.callPicture.close)),
    panel.tools, el("div", { class: "desk-of-picture" }, canvas.node, el("div", { class: "fields" }, panel.node,
      el("label", { for: said.id }, words.callPicture.said), said, problem, button,
      el("p", { class: "hint" }, words.callPicture.seenBy), el("p", { class: "hint keys" }, words.marking.keys))));
  node.addEventListener("keydown", (event) => pressed(event, canvas));
  canvas.use("RING");
  panel.update();
  return node;
}
