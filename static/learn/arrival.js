// The way into a session: finds out which session it is and who comes, then opens the lesson.

import { Refused, send, Unreachable, withRetries } from "../shared/api.js";
import { CODE_MIN_DIGITS, digitsOf, keepDigits } from "../shared/code.js";
import { uuid } from "../shared/device.js";
import { single } from "../shared/dom.js";
import { schoolSign } from "../shared/school.js";
import { words } from "../shared/words.js";
import { forget, isStored, remembered } from "./phone.js";
import { plain } from "./screens.js";
import { entitle, link, show } from "./stage.js";

const RETRY_AFTER_MS = 4_000;

const home = () => location.assign("/");
const again = () => location.reload();
/** The screens from which the way does not lead on: the picture, and what the button does. Their texts are in `words.stops`. */
const STOPS = {
  door: ["door", again], removed: ["person", home], full: ["person", again], needed: ["paper", again], trouble: ["search", again],
  offline: ["wave", again], busy: ["cup", again], replaced: ["phone", again], over: ["moon", home], gone: ["search", home], rejected: ["door", home],
  wait: ["phone", again], teacher: ["person", () => location.assign("/teach")],
};
const REFUSALS = {
  DOOR_CLOSED: "door", REMOVED: "removed", INVALID_STATE: "over", CLASS_FULL: "full", SESSION_FULL: "full",
  ENROLLMENT_NEEDED: "needed", ENROLLMENT_REJECTED: "rejected",
};

/** Shows one of the stops. `instead`: what its button does instead of the usual; `more`: further buttons. */
function stop(kind, instead = null, more = () => []) {
  const [icon, go] = STOPS[kind];
  link("");
  show(kind, () => {
    const { title, line, next } = words.stops[kind] ?? words.offline;
    return plain({ icon, title, lines: [line], acts: [{ act: "again", label: next, waiting: words.link.connecting, go: instead ?? go }, ...more()] });
  });
}

const record = () => ({ act: "record", label: words.code.record, icon: "paper", go: () => location.assign("/me") });

/** `scanned`: the key of the QR as `?k=…`, or nothing. `ticket`: that of a re-entry QR. `resumed` and `found` were asked for already: whether this phone is logged in, and the session of the code. */
export function begin({ ticket, ...given }) {
  return new Arrival(given).start(ticket);
}

class Arrival {
  #api;
  #load;
  #code;
  #scanned;
  #resumed;
  #found;
  /** The reason for which the name is asked of someone who was here before: `stale` or `ended`, as in the texts. */
  #because = "";
  #identity = null;
  /** The step that is tried again while the network is away or the server is busy, and its timer. */
  #retry = null;
  #timer = 0;

  constructor({ api, load, code, scanned, resumed, found }) {
    [this.#api, this.#load, this.#code, this.#scanned, this.#resumed, this.#found] = [api, load, code, scanned, resumed, found];
  }

  async start(ticket) {
    this.#stopTrying();
    try {
      if (ticket && !(await this.#redeem(ticket))) this.#because = "stale";
      if (this.#code) await this.#enter();
      else await this.#enterByHand();
    } catch (error) {
      const unused = this.#because ? null : ticket;
      this.#trouble(error, () => {
        [this.#resumed, this.#found] = [null, null];
        return this.start(unused);
      });
    }
  }

  /** Shows what went wrong, and calls `retry` by the button, after some seconds, or when the network is back. */
  #trouble(error, retry) {
    this.#stopTrying();
    const isBusy = error.status >= 500;
    if (!isBusy && !(error instanceof Unreachable)) return stop("trouble");
    this.#retry = retry;
    this.#timer = setTimeout(this.#tryAgain, RETRY_AFTER_MS);
    addEventListener("online", this.#tryAgain);
    stop(isBusy ? "busy" : "offline", this.#tryAgain, () => [record()].filter(() => isStored()));
    return link("waiting");
  }

  /** The same screen may show several troubles after one another, so what is tried is looked up. */
  #tryAgain = single(() => {
    this.#stopTrying();
    return this.#retry();
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
    const active = await this.#activeSession();
    link("");
    if (!active) return this.#askForCode();
    return show("return", () => plain({
      icon: "smile", title: words.returning.title, lines: [active.lecture.title],
      acts: [
        { act: "yes", label: words.returning.yes, go: () => location.assign(`/j/${active.session_code}`) },
        { act: "no", label: words.returning.other, go: () => this.#askForCode() },
      ],
    }));
  }

  async #activeSession() {
    if (!(await this.#isLoggedIn()) || this.#api.user.role !== "STUDENT") return null;
    try {
      return (await this.#api.get("/api/sessions/my-active")).active_session;
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }

  async #ask(screen, form) {
    const { question } = await this.#load("question");
    show(screen, () => question({ above: schoolSign(), ...form() }));
  }

  #askForCode() {
    return this.#ask("code", () => ({
      title: words.code.title, hint: words.code.hint, go: words.code.go,
      fields: [{
        label: words.code.label, tidy: keepDigits, class: "field code", autocomplete: "off", inputmode: "numeric", enterkeyhint: "go",
      }],
      submit: (typed) => openCode(this.#api, typed),
      more: [record()],
    }));
  }

  // With a code.
  async #enter() {
    const known = remembered(this.#code);
    // The session that this phone remembers is shown at once, and the socket checks it. A ticket has told already who is here.
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
        // Others behind the same address have typed wrong codes. Signed-in people do not have to wait for that.
        if (error.status === 429 && (await this.#isLoggedIn())) return this.#api.get(path);
        throw error;
      });
    } catch (error) {
      const kind = { 404: "gone", 429: "wait" }[error.status];
      if (!kind) throw error;
      stop(kind);
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

  /** Joins. Joining twice changes nothing; someone who had left comes back. */
  async #join(session) {
    await this.#api.once(`/api/sessions/${session.session_id}/join`, {});
    await this.#begin(session, this.#api.user);
  }

  #askForName(session) {
    if (session.status === "REVIEW_MODE") return stop("over");
    if (session.door === "CLOSED") return stop("door");
    link("");
    // The same name has the same key for as long as this page asks: a lost reply makes no second person.
    const keys = {};
    return this.#ask("name", () => ({
      title: session.lecture.title, hint: words.name.teacher(session.instructor.name), go: words.name.go,
      because: this.#because && words.name[this.#because],
      fields: [{ label: words.name.label, maxlength: 40, autocomplete: "name", autocapitalize: "words", enterkeyhint: "go" }],
      submit: (name) => this.#joinAs(name, session, keys),
    }));
  }

  /** Someone of this name is in the session: perhaps the same person, with another phone. The instructor decides. */
  #askWhetherHere(name, session, keys) {
    const join = (as) => this.#joinAs(name, session, keys, as).catch((error) => this.#trouble(error, () => join(as)));
    show("here", () => plain({
      icon: "person", title: words.same.title(name), lines: [words.here.line],
      acts: [
        { act: "yes", label: words.same.yes, go: () => join("SAME") },
        { act: "no", label: words.same.no, go: () => join("OTHER") },
        { act: "rename", label: words.here.rename, go: () => this.#askForName(session) },
      ],
    }));
    return "";
  }

  async #joinAs(name, session, keys, ifHere = "ASK") {
    if (!name) return words.name.missing;
    const key = (keys[`${ifHere} ${name}`] ??= uuid());
    const guest = { name, if_name_is_here: ifHere };
    try {
      await withRetries(() => this.#api.enter(`/api/sessions/${session.session_code}/guest${this.#scanned}`, guest, key));
      await this.#begin(session, this.#api.user, { identity: ifHere === "SAME" ? "asked" : null });
      return "";
    } catch (error) {
      if (error.code === "NAME_IS_HERE") return this.#askWhetherHere(name, session, keys);
      if (REFUSALS[error.code]) return this.#refused(error);
      throw error;
    }
  }

  /** Shows the reason of a refusal, or returns `undefined` if it has no screen. */
  #refused({ code }) {
    if (!REFUSALS[code]) return undefined;
    stop(REFUSALS[code]);
    return "";
  }

  /** `identity`: whether the learner is the person of the same name who was here before, as far as it is known. */
  async #begin(session, user, { known = null, identity = this.#identity } = {}) {
    entitle(session.lecture.title);
    const { Lesson } = await this.#load("lesson");
    new Lesson({ api: this.#api, load: this.#load, session, user, known, identity, onOver: (reason) => this.#over(reason) }).start();
  }

  async #over(reason) {
    if (reason === "replaced") return stop(reason);
    forget(this.#code);
    if (reason === "removed" || reason === "gone") return stop(reason);
    // This phone's login has ended, belongs to another person, or is in the session no more: the phone asks who is here.
    [this.#resumed, this.#found] = [null, null];
    if (reason === "signed-out") this.#because = "ended";
    this.#identity = reason === "merged" ? "same" : null;
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
