// Slow fingers. A phone gives no click for a finger that has rested on a button for half a second: here that is a press like any other.
// A finger that was down before something new came presses nothing.

const RESTS_MS = 400;
/** A click of the browser itself comes within this time after the finger has left. */
const CLICKS_WITHIN_MS = 80;
/** A click of the browser that comes so soon after one that was made here is the same press. */
const SAME_PRESS_MS = 500;
const SLIDES_PX = 24;

/** The finger that is down: `{ control, x, y, at, isLate }`, or null. */
let finger = null;
/** The press that ended last. `isOver`: no click may follow it. */
let last = { control: null, at: -Infinity, isOver: false };
let waiting = 0;

const controlOf = (node) => node?.closest?.("label")?.control ?? node?.closest?.("button, a[href], summary") ?? null;

/** Something new has come to the screen: a finger that is down meant what was there before. */
export function forgetFinger() {
  if (finger) finger.isLate = true;
}

addEventListener("pointerdown", ({ isPrimary, pointerType, target, clientX: x, clientY: y, timeStamp: at }) => {
  clearTimeout(waiting);
  finger = isPrimary && pointerType !== "mouse" ? { control: controlOf(target), x, y, at, isLate: false } : null;
}, { capture: true });

addEventListener("pointercancel", () => {
  finger = null;
}, { capture: true });

addEventListener("pointerup", ({ clientX: x, clientY: y, timeStamp: at }) => {
  if (!finger) return;
  const { control, isLate } = finger;
  const hasRested = at - finger.at > RESTS_MS && Math.hypot(x - finger.x, y - finger.y) < SLIDES_PX;
  last = { control, at, isOver: isLate };
  finger = null;
  if (hasRested && !isLate && control && controlOf(document.elementFromPoint(x, y)) === control) waiting = setTimeout(press, CLICKS_WITHIN_MS);
}, { capture: true });

function press() {
  last.isOver = true;
  last.control.click();
}

addEventListener("click", (event) => {
  if (!event.isTrusted) return;
  clearTimeout(waiting);
  if (!last.isOver || event.timeStamp - last.at > SAME_PRESS_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

/** No menu of the browser comes over a button that a finger rests on. */
addEventListener("contextmenu", (event) => finger?.control && event.preventDefault());
