// The queue of calls for help, in this order: the step of the session before earlier steps, people who called before people who
// are stuck, the longest waiting first; those to whom someone goes already come after the others. Below it, the people to whom the instructor is on the way.

import { post } from "../../shared/api.js";
import { el, shown, single, text } from "../../shared/dom.js";
import { read, write } from "../../shared/device.js";
import { words } from "../../shared/words.js";
import { Call } from "./call.js";

const KINDS = { text: "TEXT", visit: "VISIT" };
/** These say who goes there, and settle no call. */
const KEEPS_OPEN = ["claim", "release"];

export class HelpQueue {
  #api;
  #session;
  #fail;
  #nameOf;
  #isHelper;
  /** By person: the requests, and the call that is shown. */
  #people = new Map();
  #calls = new Map();
  #going;
  #isFirst = true;
  #isLoading = false;
  #isClosed = false;
  #again = false;
  #title = el("h2", { id: "help-title", tabindex: "-1" });
  #list = el("ol", { class: "queue" });
  #visits = el("ul", { class: "visits" });
  #nobody = el("p", { class: "hint" }, words.calls.nobody);
  /** The number of people who have called and are waiting. */
  size = 0;
  onSize = () => {};
  /** Called with the people who were not in the queue before. */
  onCall = () => {};
  /** Called with one call of each person who waits, as `{ id, user, isAuto, helper }`. */
  onPending = () => {};

  /** `nameOf` returns the label of a person. A helper says to be coming by claiming a call, the instructor also by an answer. */
  constructor({ api, session, fail, nameOf, isHelper = false }) {
    this.#isHelper = isHelper;
    this.#api = api;
    this.#session = session;
    this.#fail = fail;
    this.#nameOf = nameOf;
    const kept = read("going");
    this.#going = kept?.session === session.id ? kept.calls : [];
    this.node = el("section", { class: "card help", "aria-labelledby": "help-title" }, this.#title, this.#nobody, this.#list, this.#visits);
  }

  /** Loads the queue. Calls while it is loading become one more load. */
  async load() {
    this.#again = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#again) {
      this.#again = false;
      await this.#fetch();
    }
    this.#isLoading = false;
  }

  /** Forgets the pictures of the calls, and closes what shows them. */
  close() {
    this.#isClosed = true;
    for (const call of this.#calls.values()) call.close();
  }

  /** Draws the waiting times anew. */
  tick() {
    for (const call of this.#calls.values()) call.tick(Date.now());
  }

  /** Scrolls the call of a person into view. */
  show(user) {
    const call = this.#calls.get(user);
    call?.open();
    call?.focus();
  }

  async #fetch() {
    const going = this.#going;
    try {
      const { pending_requests: pending, visits } = await this.#api.get(`/api/dashboard/help-requests/pending?session_id=${this.#session.id}`);
      if (this.#isClosed) return;
      this.#checkVisits(going, visits);
      this.#people = byPerson(pending, this.#session.roster.step?.id, this.#api.user?.id);
      this.onPending([...this.#people.values()].map(({ main, claim }) => ({ id: main.help_request_id, user: main.user.id, isAuto: isAuto(main), helper: claim?.name ?? null })));
      this.#show(this.#people);
    } catch (error) {
      // Without a connection the page says so already, and loads again when it is back.
      if (this.#session.isOpen) this.#fail(error);
    }
  }

  #show(people) {
    for (const [user, call] of this.#calls) {
      if (people.has(user)) continue;
      // The picture of the call may be open, and gives the focus back to the call.
      call.close();
      if (call.node.contains(document.activeElement)) this.#title.focus();
      call.node.remove();
      this.#calls.delete(user);
    }
    const fresh = [...people.values()].filter(({ main }) => !this.#calls.has(main.user.id)).map(({ main }) => main);
    const kept = [...people.values()].map((calls, at) => this.#keep(calls, at));
    inOrder(this.#list, kept.map((call) => call.node));
    this.#drawHead();
    if (fresh.length && !this.#isFirst) this.onCall(fresh.map((request) => ({ name: this.#nameOf(request.user), isAuto: isAuto(request) })));
    this.#isFirst = false;
    this.tick();
  }

  #drawHead() {
    const all = this.#people.size;
    this.size = [...this.#people.values()].filter(({ main, claim }) => !isAuto(main) && !claim).length;
    text(this.#title, words.calls.title(this.size));
    this.node.classList.toggle("calling", all > 0);
    shown(this.#nobody, all === 0 && this.#going.length === 0);
    shown(this.#list, all > 0);
    shown(this.#visits, this.#going.length > 0);
    this.onSize(this.size);
  }

  #keep({ main, pictured, since, claim }, at) {
    const user = main.user.id;
    let call = this.#calls.get(user);
    if (!call) {
      call = new Call({ api: this.#api, isHelper: this.#isHelper, request: main, name: this.#nameOf(main.user), act: single((what, written) => this.#do(user, what, written)) });
      this.#calls.set(user, call);
    }
    call.draw({ ...main, picture: pictured?.picture ?? null }, this.#session.numberOf(main.subtask.id), since);
    call.drawClaim(claim);
    call.mayOpen(at === 0);
    return call;
  }

  // Answers.

  /** Answers a person, which settles all of their calls. Resolves to whether that was done. */
  async #do(user, what, written) {
    const { main, pictured, all } = this.#people.get(user);
    const answered = what === "picture" ? pictured : main;
    let isDone = true;
    try {
      this.#fail(null);
      // Two never go to the same person.
      if (what === "visit") await this.#turnClaims([main], "claim");
      if (what === "claim" || what === "release") await this.#turnClaims(all, what);
      else if (what === "resolve") await this.#resolve(main.help_request_id);
      else if (what === "picture") await this.#api.call(post, `/api/help/request/${answered.help_request_id}/picture/marks`, written);
      else await this.#api.call(post, `/api/help/request/${main.help_request_id}/respond`, { help_type: KINDS[what], help_content: written });
      if (!KEEPS_OPEN.includes(what)) for (const { help_request_id: id } of all.filter((one) => one !== answered)) await this.#resolve(id).catch(unlessSettled);
      if (what === "visit") this.#goingTo([...this.#going, { id: main.help_request_id, user, name: this.#nameOf(main.user), step: main.subtask.id }]);
    } catch (error) {
      isDone = false;
      this.#fail(error);
    } finally {
      this.load();
    }
    return isDone;
  }

  /** Claims the calls of one person, or releases those that one may release. */
  async #turnClaims(calls, what) {
    const isMeant = ({ claimed_by: by }) => what === "claim" || by?.id === this.#api.user?.id || (by && !this.#isHelper);
    for (const { help_request_id: id } of calls.filter(isMeant)) await this.#api.call(post, `/api/help/request/${id}/${what}`, {});
  }

  #resolve(id) {
    return this.#api.call(post, `/api/help/request/${id}/resolve`, {});
  }

  async #arrived(id) {
    try {
      this.#fail(null);
      await this.#resolve(id);
    } catch (error) {
      this.#fail(error);
    }
    this.load();
  }

  /** Remembers on this device to whom the instructor is on the way, so that it survives a reload. */
  #goingTo(calls) {
    this.#going = calls;
    write("going", calls.length ? { session: this.#session.id, calls } : null);
    this.#drawVisits();
  }

  /** Drops the visits that are over: those whose call is settled, or is waiting again. `asked` were there when the server was asked, `open` are the ids of
   *  those that are not over. */
  #checkVisits(asked, open) {
    if (asked.length > 0) this.#goingTo(this.#going.filter((one) => !asked.includes(one) || open.includes(one.id)));
  }

  #drawVisits() {
    const drawn = this.#going.map((one) => one.id).join();
    if (this.#visits.dataset.drawn === drawn) return;
    this.#visits.dataset.drawn = drawn;
    if (this.#visits.contains(document.activeElement)) this.#title.focus();
    this.#visits.replaceChildren(...this.#going.map((one) => this.#visit(one)));
    this.#drawHead();
  }

  #visit({ id, user, name: was, step }) {
    const name = this.#nameOf({ id: user, name: was ?? "" });
    const where = el("span", { class: "hint" }, words.calls.step(this.#session.numberOf(step)));
    return el("li", {}, el("p", {}, el("b", {}, words.calls.goingTo(name)), " ", where),
      el("button", { type: "button", class: "quiet", "data-act": "resolve", "aria-label": words.calls.resolveOf(name),
        onclick: () => this.#arrived(id) }, words.calls.resolve));
  }
}

/** A call that was settled meanwhile needs nothing more. */
function unlessSettled(error) {
  if (error.status !== 409) throw error;
}

const isAuto = (request) => request.request_type === "AUTO";

/** Makes one line for each person. It shows their own call at the step of the session, or else their first. `me`: those to whom this one goes come
 *  first, and those to whom others go come last. */
function byPerson(pending, step, me) {
  const ranked = ({ main, claim }) => [claim ? (claim.isMine ? -1 : 1) : 0, main.subtask.id !== step, isAuto(main)].map(Number);
  const calls = new Map();
  for (const request of pending) calls.set(request.user.id, [...(calls.get(request.user.id) ?? []), request]);
  const lines = [...calls.values()].map((all) => {
    const main = all.find((one) => !isAuto(one) && one.subtask.id === step) ?? all.find((one) => !isAuto(one)) ?? all[0];
    const by = all.find((one) => one.claimed_by)?.claimed_by;
    const claim = by ? { name: by.name, isMine: by.id === me } : null;
    return { main, all, pictured: main.picture ? main : all.find(({ picture }) => picture), since: all[0].created_at, claim };
  });
  const [of, at] = [new Map(lines.map((line) => [line, ranked(line)])), [0, 1, 2]];
  lines.sort((a, b) => at.reduce((found, n) => found || of.get(a)[n] - of.get(b)[n], 0) || Date.parse(a.since) - Date.parse(b.since));
  return new Map(lines.map((line) => [line.main.user.id, line]));
}

/** Puts the nodes in this order. The node that has the focus stays, and the others move around it. */
function inOrder(list, nodes) {
  if (nodes.every((node, at) => list.children[at] === node)) return;
  const at = nodes.findIndex((node) => node.isConnected && node.contains(document.activeElement));
  if (at < 0) list.append(...nodes);
  else {
    nodes[at].before(...nodes.slice(0, at));
    nodes[at].after(...nodes.slice(at + 1));
  }
}
