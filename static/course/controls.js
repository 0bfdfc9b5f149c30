// The buttons below a video, large enough for a thumb. The browser's own bar in the picture stays beside them.

import { read, write } from "../shared/device.js";
import { el } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { repicture } from "../learn/pictures.js";
import { button, relabel } from "../learn/screens.js";

const RATES = [0.75, 1, 1.25, 1.5];
const JUMP_S = 10;

const chosen = () => (RATES.includes(read("rate")) ? read("rate") : 1);

/** Plays at the speed that was chosen last on this device, also at its next address. */
export function setRate(element) {
  element.defaultPlaybackRate = chosen();
  element.playbackRate = chosen();
}

/** Makes the buttons. `playing(isPlaying)` shows on them whether the video plays. */
export function controls(element) {
  const turn = button("main", "play", words.video.play, "play", () => (element.paused || element.ended ? element.play().catch(() => {}) : element.pause()));
  const jump = (act, label, icon, seconds) => button("plain", act, label, icon, () => {
    element.currentTime = Math.max(0, Math.min(element.duration || Infinity, element.currentTime + seconds));
  });
  const node = el("div", { class: "drive" }, turn,
    el("div", { class: "pair even" }, jump("earlier", words.video.earlier, "back", -JUMP_S), jump("later", words.video.later, "next", JUMP_S)),
    button("plain small", "larger", words.video.larger, null, () => enlarge(element)), speeds(element));
  const playing = (isPlaying) => {
    relabel(turn, isPlaying ? words.video.pause : words.video.play);
    repicture(turn.firstChild, isPlaying ? "pause" : "play");
  };
  return { node, playing };
}

/** The whole screen. An iPhone knows it of videos only, by a name of its own. */
function enlarge(element) {
  if (element.requestFullscreen) element.requestFullscreen().catch(() => {});
  else element.webkitEnterFullscreen?.();
}

function speeds(element) {
  const choose = (rate) => {
    write("rate", rate);
    setRate(element);
  };
  const tile = (rate) => el("label", { class: "tile", "data-act": `rate-${rate}` },
    el("input", { type: "radio", class: "unseen", name: "rate", value: String(rate), checked: rate === chosen(), onchange: () => choose(rate) }),
    el("span", {}, el("span", { class: "caption" }, words.video.rates[String(rate)])));
  return el("fieldset", { class: "choice two" }, el("legend", {}, words.video.speed), el("div", { class: "tiles" }, RATES.map(tile)));
}
