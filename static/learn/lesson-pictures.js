// The pictures of a session on the phone: fetches them ahead, and shows by itself, once, what comes before a step.

import { fetchAhead } from "../shared/ahead.js";
import { read, write } from "../shared/device.js";
import { handledLater } from "../shared/loading.js";
import { learnKinds, mustAskKind, pictureOf } from "./kinds.js";
import { openPart } from "./stage.js";
import { closeLargeUnless, loadLostPictures, pointAt } from "./step-picture.js";

export class LessonPictures {
  #load;
  #changed;
  /** The name under which this phone remembers that the card was shown. */
  #storedAs;
  #state = { steps: [] };
  #isClosed = false;

  constructor({ load, storedAs, changed }) {
    [this.#load, this.#storedAs, this.#changed] = [load, storedAs, changed];
    addEventListener("kind", changed);
  }

  close() {
    this.#isClosed = true;
    removeEventListener("kind", this.#changed);
    closeLargeUnless(null);
  }

  /** The state of the session, and the step that is on the screen, or null. `of`: the name of what is there instead, if it has a picture. */
  follow({ step, steps, status }, shownStep, of) {
    closeLargeUnless(shownStep, of);
    const was = this.#state;
    if (was.step?.id === step?.id && was.steps === steps && was.status === status) return;
    this.#state = { step, steps, status };
    learnKinds(steps);
    if (status !== "REVIEW_MODE") fetchAhead(step, steps, pictureOf);
    if (steps.length > 0) this.#prepare();
  }

  /** The instructor points at the picture of a step. */
  point(data) {
    if (data.subtask_id === this.#state.step?.id) pointAt(data);
  }

  /** The connection is back. */
  loadLost = loadLostPictures;

  /** Opens the card that tells how one comes back from another app. */
  openWayBack = () => openPart(this.#load("way-back"), ({ openCard }) => openCard());

  /** Asks for the kind of this phone, and shows the card before the first step that is done in another app. */
  #prepare() {
    if (this.#isClosed) return undefined;
    const { step, steps, status } = this.#state;
    const isLeaving = status === "IN_PROGRESS" && step?.in_other_app && !read(this.#storedAs);
    // The card is there when it is needed, even if the network is not.
    if (steps.some((one) => one.in_other_app)) handledLater(this.#load("way-back"));
    if (!mustAskKind() && !isLeaving) return undefined;
    const other = document.querySelector("dialog[open]");
    // The question or the card comes after whatever is open.
    if (other) return other.addEventListener("close", () => this.#prepare(), { once: true });
    const again = () => this.#prepare();
    if (mustAskKind()) return handledLater(this.#load("settings").then(({ askKind }) => this.#mayOpen() && askKind(again)));
    return handledLater(this.#load("way-back").then(({ openCard }) => this.#mayOpen() && openCard(() => write(this.#storedAs, true))));
  }

  /** Nothing else has been opened while a part was loaded. */
  #mayOpen() {
    return !this.#isClosed && !document.querySelector("dialog[open]");
  }
}
