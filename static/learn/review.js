// After the class: its end, and all steps again at one's own pace.

import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { textOf } from "./help.js";
import * as screens from "./screens.js";
import * as sound from "./sound.js";
import { announce, show } from "./stage.js";

export class Review {
  #key;
  #changed;
  /** The number of the step that is shown, from 0, or null at the end of the class. */
  #at;
  #steps = [];

  constructor({ place, changed }) {
    [this.#key, this.#changed] = [`review.${place}`, changed];
    this.#at = read(this.#key);
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
    const make = () => screens.plain({
      icon: "star", title: words.ended.title,
      acts: [
        canReview && { act: "again", label: words.ended.review, icon: "again", go: () => this.#goTo(0) },
        { act: "record", label: words.ended.record, icon: "paper", go: () => location.assign("/me") },
      ].filter(Boolean),
    });
    show(canReview ? "ended" : "ended-without-steps", make, { linesNow });
  }

  #goTo(at) {
    sound.hush();
    this.#at = at < this.#steps.length ? at : null;
    write(this.#key, this.#at);
    this.#changed();
    if (this.step) announce(`${this.step.title}. ${this.step.guide_text ?? ""}`);
  }
}
