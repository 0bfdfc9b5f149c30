// The end of a session, for this learner: what they did, when the next class is, and whether they count as present.

import { sentences, words } from "../shared/words.js";
import { timeOf } from "./when.js";

/** Marks with which a request is settled. */
const COUNTED = ["PRESENT", "EXCUSED"];
/** The phones of a class do not all ask at the same moment. */
const ASKS_WITHIN_MS = 3_000;

export class Ending {
  #api;
  #lecture;
  #changed;
  #isAsked = false;
  /** The last `attendance_updated` that is known here. */
  #mark = null;
  /** The days until the next class are those of now: nobody has put the phone away since they were asked. */
  #isFresh = false;
  /** True while the learner chooses a reason: nothing is drawn over that. */
  isAway = false;
  #next = null;
  /** The meeting that this session was, as `{ session_number, attendance_type, request, may_ask }`. */
  #meeting = null;

  constructor({ api, lecture, changed }) {
    [this.#api, this.#lecture, this.#changed] = [api, lecture, changed];
    document.addEventListener("visibilitychange", () => (this.#isFresh = false));
  }

  /** Asks when the next class is, and whether this one counts; again once its `mark` has changed. The end is shown without them too. */
  async load(number, mark) {
    if (this.#isAsked && this.#mark === mark) return;
    [this.#isAsked, this.#mark] = [true, mark];
    await new Promise((resolve) => setTimeout(resolve, Math.random() * ASKS_WITHIN_MS));
    await this.#ask(number);
  }

  async #ask(number) {
    const path = `/api/lectures/${this.#lecture.id}`;
    const token = this.#api.token();
    // A session without a number is no meeting.
    const wanted = number ? ["next-class", "my-attendance"] : ["next-class"];
    const [dates, mine] = await Promise.all(wanted.map((what) => token.then(() => this.#api.get(`${path}/${what}`)).catch(() => null)));
    // Without a network it is asked again when the screen is drawn next.
    this.#isAsked = Boolean(dates && (mine || !number));
    if (dates) [this.#next, this.#isFresh] = [dates.next_class, true];
    if (mine) this.#meeting = mine.attendances.find((one) => one.session_number === number) ?? null;
    if (dates || mine) this.#changed();
  }

  get mayAsk() {
    return Boolean(this.#meeting?.may_ask);
  }

  /** Returns the action of the button that asks: it leads to the reasons, and back. */
  askForPresence(load, number, back) {
    return async () => {
      const { askPresence } = await load("presence");
      this.isAway = true;
      const again = () => {
        this.isAway = false;
        back();
        return this.#ask(number);
      };
      askPresence({ api: this.#api, lecture: this.#lecture.id, number, back: again });
    };
  }

  lines({ name, done, isPresent, message }) {
    const { request } = this.#meeting ?? {};
    const isOpen = request && !COUNTED.includes(this.#meeting.attendance_type);
    return [
      sentences(words.ended.line(this.#lecture.title), done > 0 && words.ended.done(name, done)),
      isOpen ? words.ended.request[request.status] : isPresent && !this.mayAsk ? words.ended.present : request && words.ended.request.APPROVED,
      this.#next && words.ended.next(timeOf(this.#next, this.#isFresh)), message,
    ];
  }
}

export const askButton = (go) => ({ act: "ask-presence", label: words.ended.ask, icon: "hand", go });
