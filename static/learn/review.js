// The end of a session, and the review of its steps.

import { fetchAhead, fetchAll } from "../shared/ahead.js";
import { read, write } from "../shared/device.js";
import { words } from "../shared/words.js";
import { askButton, Ending } from "./ending.js";
import { saveHandout } from "./handout.js";
import { textOf, wholeTextOf } from "./help.js";
import { pictureOf } from "./kinds.js";
import * as screens from "./lesson-screens.js";
import { plain } from "./screens.js";
import { reviewList } from "./review-list.js";
import * as sound from "./sound.js";
import { announce, show } from "./stage.js";

export class Review {
  #storedAs;
  #changed;
  /** The number of the step that is shown, from 0, or null on the first screen. */
  #at;
  #isListed = false;
  #steps = [];
  #wayBack;
  #ending;
  #load;
  #name;
  #saveHandout;

  /** `storedAs`: the name under which the position survives a reload. `wayBack` opens the card that tells how to come back. `name` returns the learner's name. */
  constructor({ storedAs, changed, wayBack, api, load, lecture, name }) {
    [this.#storedAs, this.#changed, this.#wayBack, this.#load, this.#name] = [storedAs, changed, wayBack, load, name];
    this.#ending = new Ending({ api, lecture, changed });
    this.#saveHandout = () => saveHandout(api, lecture);
    this.#at = read(this.#storedAs);
  }

  get step() {
    return this.#at === null ? null : this.#steps[this.#at];
  }

  /** `done`: the ids of the steps that the learner has finished. */
  paint({ steps, isPresent, mark = null, message, number }, listen, done) {
    if (this.#ending.isAway) return undefined;
    if (this.#steps !== steps) fetchAll(steps.map((step) => pictureOf(step)).filter(Boolean).map(({ url }) => url));
    this.#steps = steps;
    if (!this.step) {
      this.#ending.load(number, mark);
      const count = steps.filter(({ id }) => done.includes(id)).length;
      return this.#paintEnd(number, () => this.#ending.lines({ name: this.#name(), done: count, isPresent, message }));
    }
    if (this.#isListed) return show("review-list", () => reviewList({ goTo: (at) => this.#goTo(at), back: () => this.#list(false), saveHandout: this.#saveHandout }), { steps, at: this.#at });
    fetchAhead(this.step, steps, pictureOf);
    const act = { listen, wayBack: this.#wayBack, back: () => this.#goTo(this.#at - 1), next: () => this.#goTo(this.#at + 1), list: () => this.#list(true) };
    return show("review", () => screens.review(act), { step: this.step, at: this.#at + 1, of: steps.length, ...sound.soundOf(textOf(this.step)) });
  }

  #paintEnd(number, linesNow) {
    const canReview = this.#steps.length > 0;
    const { mayAsk } = this.#ending;
    const back = () => this.#changed();
    const make = () => plain({
      icon: "star", title: words.ended.title(this.#name()),
      acts: [
        canReview && { act: "again", label: words.ended.review, icon: "again", go: () => this.#goTo(0) },
        mayAsk && askButton(this.#ending.askForPresence(this.#load, number, back)),
        { act: "record", label: words.ended.record, icon: "paper", go: () => location.assign("/me") },
      ].filter(Boolean),
    });
    show(`ended${mayAsk ? "-not-present" : ""}${canReview ? "" : "-without-steps"}`, make, { linesNow });
  }

  #list(isListed) {
    sound.stop();
    this.#isListed = isListed;
    this.#changed();
  }

  #goTo(at) {
    sound.stop();
    this.#isListed = false;
    this.#at = at < this.#steps.length ? at : null;
    write(this.#storedAs, this.#at);
    this.#changed();
    if (this.step) announce(wholeTextOf(this.step));
  }
}
