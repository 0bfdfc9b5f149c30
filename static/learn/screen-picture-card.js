// The card below a step whose help is on its way: a picture of the screen can be sent with the call. And the picture that came back marked.

import { el, shown, text } from "../shared/dom.js";
import { markedPicture } from "../shared/marks.js";
import { words } from "../shared/words.js";
import { systemNow } from "./kinds.js";
import { button, note, relabel, remark } from "./screens.js";
import { enlarge, enlargeSign, spokenOf } from "./step-picture.js";

/** In the preview of a step nobody has called. */
const NOTHING_SENT = { status: "none", small: null };

/** `act.sendPicture(file)` sends what was chosen, `act.sendAgain()` does not wait for a better network. */
export function screenPictureCard(act) {
  // The button opens it: its own words would be those of the browser.
  const input = el("input", { type: "file", accept: "image/*", hidden: true });
  input.addEventListener("change", () => {
    const [file] = input.files;
    // The same picture can be chosen once more.
    input.value = "";
    if (file) act.sendPicture(file);
  });
  const small = el("img", { class: "sent-small", alt: "", hidden: true });
  const told = el("p", {});
  const line = el("p", { class: "room" });
  const how = el("p", { class: "room" });
  const bar = el("progress", { "aria-label": words.screenPicture.sending });
  const choose = button("plain", "send-picture", words.screenPicture.send, "camera", () => input.click());
  const again = button("plain", "send-again", words.screenPicture.again, "again", act.sendAgain);
  const node = el("section", { class: "screen-picture", "aria-label": words.screenPicture.title, hidden: true },
    el("div", { class: "sent" }, small, told), bar, again, choose, line, how, input);
  return {
    node,
    update({ call, screenPicture: { status, small: address } = NOTHING_SENT }) {
      shown(node, call?.id);
      node.dataset.status = status;
      text(told, status === "none" ? "" : words.screenPicture[status]);
      shown(told.parentNode, status !== "none");
      shown(small, status === "sent" && address);
      if (address && small.src !== address) Object.assign(small, { src: address, alt: words.screenPicture.small });
      shown(bar, status === "sending");
      const isLater = status === "waiting" || status === "crowded";
      shown(again, isLater);
      shown(choose, status !== "sending" && !isLater);
      relabel(choose, status === "none" ? words.screenPicture.send : words.screenPicture.other);
      for (const [of, told] of [[line, words.screenPicture.line], [how, words.screenPicture.how[systemNow()]]]) remark(of, status === "none" ? told : "");
    },
  };
}

/** The marked picture in an answer, which is also the button that enlarges it. */
export function answerPicture() {
  const lost = note("lost-picture");
  const view = markedPicture();
  const over = enlargeSign();
  const node = el("button", { type: "button", class: "picture", "data-act": "enlarge", hidden: true, onclick: () => {
    close = enlarge(now, "answer");
  } }, view.node, over);
  let [now, close] = [null, () => {}];
  return {
    node,
    lost,
    update(picture, isLost) {
      if (now?.url !== picture?.url) close();
      now = picture && { ...picture, alt: words.answer.picture };
      shown(node, now);
      remark(lost, isLost ? words.answer.lost : "");
      view.show(now, { spoken: spokenOf(now), isCropped: true, over });
    },
  };
}
