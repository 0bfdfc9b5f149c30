// The end of a session, and the review of its steps.

import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { textOf } from "./help.js";
import * as screens from "./lesson-screens.js";
import { plain } from "./screens.js";
import * as sound from "./sound.js";
import { announce, show } from "./stage.js";

export class Review {
  #storedAs;
  #changed;
  /** The number of the step that is shown, from 0, or null on the first screen. */
  #at;
  #steps = [];

  /** `storedAs`: the name under which the position survives a reload. */
  constructor({ storedAs, changed }) {
    [this.#storedAs, this.#changed] = [storedAs, changed];
    this.#at = read(this.#storedAs);
  }

  get step() {
    return this.#at === null ? null : this.#steps[this.#at];
  }

  paint({ steps, isPresent, message }, listen) {
    this.#steps = steps;
    if (!this.step) return this.#paintEnd(() => [words.ended.line, isPresent && words.ended.present, message]);
    const act = { listen, back: () => this.#goTo(this.#at - 1), next: () => this.#goTo(this.#at + 1) };
    return show("review", () => screens.review(act), { step: this.step, at: this.#at + 1, of: steps.length, ...sound.soundOf(textOf(this.step)) });
  }

  #paintEnd(linesNow) {
    const canReview = this.#steps.length > 0;
    const make = () => plain({
      icon: "star", title: words.ended.title,
      acts: [
        canReview && { act: "again", label: words.ended.review, icon: "again", go: () => this.#goTo(0) },
        { act: "record", label: words.ended.record, icon: "paper", go: () => location.assign("/me") },
      ].filter(Boolean),
    });
    show(canReview ? "ended" : "ended-without-steps", make, { linesNow });
  }

  #goTo(at) {
    sound.stop();
    this.#at = at < this.#steps.length ? at : null;
    write(this.#storedAs, this.#at);
    this.#changed();
    if (this.step) announce(`${this.step.title}. ${this.step.guide_text ?? ""}`);
  }
}
