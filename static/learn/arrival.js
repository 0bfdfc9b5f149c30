// Finds out which class and who, then hands over to the class.

import { patiently, Refused, send, Unreachable } from "../shared/api.js";
import { CODE_MIN_DIGITS, digitsOf, tidyCode } from "../shared/code.js";
import { uuid } from "../shared/device.js";
import { single } from "../shared/dom.js";
import { schoolSign } from "../shared/school.js";
import { words } from "../shared/words.js";
import { forget, isKept, remembered } from "./phone.js";
import { plain } from "./screens.js";
import { entitle, link, show } from "./stage.js";

const COME_BACK_MS = 4_000;

const home = () => location.assign("/");
const again = () => location.reload();

/** The screens on which it does not go on: the picture, and what the button does. Their words are in `{name}Stop`. */
const STOPS = {
  door: ["door", again], removed: ["person", home], full: ["person", again], needed: ["paper", again], trouble: ["search", again],
  offline: ["wave", again], busy: ["cup", again], replaced: ["phone", again], over: ["moon", home], gone: ["search", home], rejected: ["door", home],
  wait: ["phone", again], teacher: ["person", () => location.assign("/teach")],
};
const REFUSALS = {
  DOOR_CLOSED: "door", REMOVED: "removed", INVALID_STATE: "over", CLASS_FULL: "full", SESSION_FULL: "full",
  ENROLLMENT_NEEDED: "needed", ENROLLMENT_REJECTED: "rejected",
};

function stop(kind, instead = null, more = () => []) {
  const [icon, go] = STOPS[kind];
  link("");
  show(kind, () => {
    const said = words[`${kind}Stop`];
    return plain({ icon, title: said.title, lines: [said.line], acts: [{ act: "again", label: said.next, waiting: words.link.connecting, go: instead ?? go }, ...more()] });
  });
}

const record = () => ({ act: "record", label: words.code.record, icon: "paper", go: () => location.assign("/me") });

async function ask(screen, what) {
  const { question } = await import("./question.js");
  show(screen, () => question({ above: schoolSign(), ...what() }));
}

/** `code`: of the address. `scanned`: the key of the QR, as `?k=…`, or nothing. `ticket`: of a re-entry QR. `resumed`: whether this phone is logged in, asked already; `found`: the class, too. */
export class Arrival {
  #api;
  #code;
  #scanned;
  #resumed;
  #found;
  /** Why the name is asked although one was here: `stale` or `ended`, as in the texts. */
  #because = "";
  #identity = null;
  /** What is tried again while the network is away or the server is busy, and the timer that does it. */
  #again = null;
  #timer = 0;

  constructor({ api, code, scanned, resumed, found }) {
    [this.#api, this.#code, this.#scanned, this.#resumed, this.#found] = [api, code, scanned, resumed, found];
  }

  async start(ticket) {
    this.#stopTrying();
    try {
      if (ticket && !(await this.#redeem(ticket))) this.#because = "stale";
      if (this.#code) await this.#enter();
      else await this.#enterByHand();
    } catch (error) {
      const left = this.#because ? null : ticket;
      this.#trouble(error, () => {
        [this.#resumed, this.#found] = [null, null];
        return this.start(left);
      });
    }
  }

  /** Says what is amiss, and tries again: by the button, by the clock, or when the network is back. */
  #trouble(error, again) {
    this.#stopTrying();
    const isBusy = error.status >= 500;
    if (!isBusy && !(error instanceof Unreachable)) return stop("trouble");
    this.#again = again;
    this.#timer = setTimeout(this.#tryAgain, COME_BACK_MS);
    addEventListener("online", this.#tryAgain);
    stop(isBusy ? "busy" : "offline", this.#tryAgain, () => [record()].filter(() => isKept()));
    return link("waiting");
  }

  /** The screen of a trouble is made once, for all that are tried on it: so what is tried is looked up. */
  #tryAgain = single(() => {
    this.#stopTrying();
    return this.#again();
  });

  #stopTrying() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#tryAgain);
  }

  async #redeem(ticket) {
    try {
      await this.#api.ticket(ticket);
      this.#resumed = Promise.resolve(true);
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status < 500) return false;
      throw error;
    }
  }

  #isLoggedIn() {
    this.#resumed ??= this.#api.resume();
    return this.#resumed;
  }

  // Without a code in the address.

  async #enterByHand() {
    const isClosed = new URLSearchParams(location.search).has("closed");
    const active = isClosed ? null : await this.#activeClass();
    link("");
    if (!active) return this.#askForCode(isClosed);
    return show("return", () => plain({
      icon: "smile", title: words.returning.title, lines: [active.lecture.title],
      acts: [
        { act: "yes", label: words.returning.yes, go: () => location.assign(`/j/${active.session_code}`) },
        { act: "no", label: words.returning.other, go: () => this.#askForCode(false) },
      ],
    }));
  }

  async #activeClass() {
    if (!(await this.#isLoggedIn()) || this.#api.user.role !== "STUDENT") return null;
    try {
      return (await this.#api.get("/api/sessions/my-active")).active_session;
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }

  #askForCode(isClosed) {
    return ask("code", () => ({
      title: words.code.title, hint: isClosed ? words.code.closed : words.code.hint, go: words.code.go,
      fields: [{
        label: words.code.label, tidy: tidyCode, class: "field code", autocomplete: "off", inputmode: "numeric", enterkeyhint: "go",
      }],
      submit: (typed) => openCode(this.#api, typed),
      more: [record()],
    }));
  }

  // With a code.

  async #enter() {
    const known = remembered(this.#code);
    // With a ticket it is known by now who is here; else what is remembered is shown at once, and proved by the socket.
    const isMine = known && (!this.#api.user || this.#api.user.id === known.user.id);
    if (isMine && !this.#because) return this.#begin(known.session, known.user, { known });
    const [session, isKnown] = await Promise.all([this.#find(), this.#isLoggedIn()]);
    if (!session) return undefined;
    entitle(session.lecture.title);
    if (!isKnown) return this.#askForName(session);
    if (this.#api.user.role !== "STUDENT") return stop("teacher");
    return this.#welcomeBack(session);
  }

  async #find() {
    const path = `/api/sessions/${this.#code}${this.#scanned}`;
    try {
      return await (this.#found ??= send("GET", path)).catch(async (error) => {
        // Neighbours have typed wrong codes: who is signed in does not wait for them.
        if (error.status === 429 && (await this.#isLoggedIn())) return this.#api.get(path);
        throw error;
      });
    } catch (error) {
      const why = { 404: "gone", 429: "wait" }[error.status];
      if (!why) throw error;
      stop(why);
      return null;
    }
  }

  async #welcomeBack(session) {
    try {
      await this.#api.get(`/api/sessions/${session.session_id}/current`);
      await this.#join(session);
    } catch (error) {
      if (error.code === "REMOVED") stop("removed");
      else if (error.status === 401) await this.#askForName(session);
      else if (error.status === 403) this.#askWhetherSame(session);
      else throw error;
    }
  }

  #askWhetherSame(session) {
    link("");
    const join = () => this.#join(session).catch((error) => this.#refused(error) ?? this.#trouble(error, join));
    show("same", () => plain({
      icon: "person", title: words.same.title(this.#api.user.name), lines: [session.lecture.title],
      acts: [
        { act: "yes", label: words.same.yes, go: join },
        { act: "no", label: words.same.no, go: () => this.#askForName(session) },
      ],
    }));
  }

  /** Coming again changes nothing; who had left comes back. */
  async #join(session) {
    await this.#api.once(`/api/sessions/${session.session_id}/join`, {});
    await this.#begin(session, this.#api.user);
  }

  #askForName(session) {
    if (session.status === "REVIEW_MODE") return stop("over");
    if (session.door === "CLOSED") return stop("door");
    link("");
    // The same key for as long as this page asks: a lost reply makes no second person.
    const key = uuid();
    return ask("name", () => ({
      title: session.lecture.title, hint: words.name.teacher(session.instructor.name), go: words.name.go,
      because: this.#because && words.name[this.#because],
      fields: [{ label: words.name.label, maxlength: 40, autocomplete: "name", autocapitalize: "words", enterkeyhint: "go" }],
      submit: (name) => this.#joinAs(name, session, key),
    }));
  }

  /** Someone of this name is in the class: perhaps it is they themselves, with another phone. The instructor decides. */
  #askWhetherHere(name, session, key) {
    // Tried again with the same key: a lost reply makes no second person.
    const come = (as) => this.#joinAs(name, session, key, as).catch((error) => this.#trouble(error, () => come(as)));
    show("here", () => plain({
      icon: "person", title: words.same.title(name), lines: [words.here.line],
      acts: [
        { act: "yes", label: words.same.yes, go: () => come("SAME") },
        { act: "no", label: words.same.no, go: () => come("OTHER") },
        { act: "rename", label: words.here.rename, go: () => this.#askForName(session) },
      ],
    }));
    return "";
  }

  async #joinAs(name, session, key, ifHere = "ASK") {
    if (!name) return words.name.missing;
    const guest = { name, if_name_is_here: ifHere };
    try {
      await patiently(() => this.#api.enter(`/api/sessions/${session.session_code}/guest${this.#scanned}`, guest, key));
      await this.#begin(session, this.#api.user, { identity: ifHere === "SAME" ? "asked" : null });
      return "";
    } catch (error) {
      if (error.code === "NAME_IS_HERE") return this.#askWhetherHere(name, session, key);
      if (REFUSALS[error.code]) return this.#refused(error);
      throw error;
    }
  }

  /** `undefined` where it showed no reason itself. */
  #refused({ code }) {
    if (!REFUSALS[code]) return undefined;
    stop(REFUSALS[code]);
    return "";
  }

  /** `identity`: what is known of whether they are the one of this name who was here before, as the lesson has it. */
  async #begin(session, user, { known = null, identity = this.#identity } = {}) {
    entitle(session.lecture.title);
    const { Lesson } = await import("./lesson.js");
    new Lesson({ api: this.#api, session, user, known, identity, onOver: (why) => this.#over(why) }).start();
  }

  async #over(why) {
    if (why === "replaced") return stop(why);
    forget(this.#code);
    if (why === "removed" || why === "gone") return stop(why);
    // This phone's login has ended, or is another person's, or is in the class no more: it is asked who is here.
    [this.#resumed, this.#found] = [null, null];
    if (why === "signed-out") this.#because = "ended";
    this.#identity = why === "joined" ? "same" : null;
    return this.start(null);
  }
}

async function openCode(api, typed) {
  const code = digitsOf(typed);
  if (code.length < CODE_MIN_DIGITS) return words.code.length;
  try {
    const path = `/api/sessions/${code}`;
    await (api.user ? api.get(path) : send("GET", path));
    location.assign(`/j/${code}`);
    return "";
  } catch (error) {
    if (error.status === 404) return words.code.unknown;
    if (error.status === 429) return words.code.wait(Math.max(1, Math.ceil(error.retryAfterS / 60)));
    throw error;
  }
}
