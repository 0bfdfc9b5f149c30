// The timer and praise, beside the steps of a session; and the kind of this phone, which the board is told. It hears the frames before the lesson does.

import { Countdown } from "../shared/countdown.js";
import { TimerLine } from "../shared/timer-line.js";
import { kindNow } from "./kinds.js";
import { endPraise, praised } from "./praise.js";
import { announce, refit } from "./stage.js";

/** Frames that come this soon after coming back may be old. How much of a timer is left is then asked. */
const CATCHES_UP_MS = 3_000;
/** Frames with which a timer ends. */
const ENDS = ["session_started", "step_changed", "session_ended"];

let socket = null;
let line = null;
const countdown = new Countdown();
/** The time at which the phone last came back; nothing that was missed comes at its first opening. */
let cameBackAt = -Infinity;
let wasOpen = false;
/** The kind of this phone that the server knows. */
let toldKind = null;
let telling = 0;
/** The steps, from which a phone learns the kinds, come a moment after the state. */
const TELLS_KIND_AFTER_MS = 2_000;

/** Begins, once the socket has its listeners. */
export function begin(to) {
  socket = to;
  line = new TimerLine({ say: announce, changed: refit });
  document.querySelector(".top").append(line.node);
  const { onFrame, onState } = to;
  to.onFrame = (frame) => {
    heard(frame);
    onFrame(frame);
  };
  to.onState = (state) => {
    if (state === "open") {
      // News for a line that had died did not arrive.
      toldKind = null;
      cameBack();
    }
    onState(state);
  };
  document.addEventListener("visibilitychange", cameBack);
  addEventListener("kind", tellKind);
}

/** Tells the board which kind of phone this is. */
function tellKind() {
  const kind = kindNow();
  if (kind === toldKind) return;
  toldKind = kind;
  socket.tell("phone", { kind });
}

export function close() {
  removeEventListener("kind", tellKind);
  clearTimeout(telling);
  [toldKind, wasOpen, cameBackAt] = [null, false, -Infinity];
  endPraise();
  document.removeEventListener("visibilitychange", cameBack);
  countdown.stop();
  line?.close();
}

/** A phone that slept does not know how long: it asks, if a timer runs. */
function cameBack() {
  if (document.hidden) return;
  if (wasOpen) cameBackAt = performance.now();
  wasOpen = true;
  clearTimeout(telling);
  telling = setTimeout(tellKind, TELLS_KIND_AFTER_MS);
  if (countdown.endsAt) socket.refresh();
}

function heard({ type, data }) {
  // Praise for all that was said while the phone was away is not for now.
  if (type === "praise") return data.to === "ALL" && isCatchingUp() ? undefined : praised(data);
  if (type === "session_state") countdown.take(data.timer);
  else if (ENDS.includes(type)) countdown.stop();
  else if (type === "timer_changed") timerChanged(data);
  else return undefined;
  return line.draw(countdown);
}

const isCatchingUp = () => performance.now() - cameBackAt < CATCHES_UP_MS;

function timerChanged(data) {
  countdown.changed(data);
  if (countdown.endsAt && isCatchingUp()) socket.refresh();
}
