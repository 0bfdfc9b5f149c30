// Who waits for help, the longest first, and to whom one is on the way.

import { post } from "../../shared/api.js";
import { el, shown, single, text } from "../../shared/dom.js";
import { read, write } from "../../shared/device.js";
import { words } from "../../shared/words.js";
import { Call } from "./call.js";

const KINDS = { text: "TEXT", visit: "VISIT" };

export class HelpQueue {
  #api;
  #class;
  #fail;
  #nameOf;
  /** By the person: what they called for, and how it is shown. */
  #people = new Map();
  #calls = new Map();
  #going;
  #isFirst = true;
  #isLoading = false;
  #again = false;
  #title = el("h2", { id: "help-title", tabindex: "-1" });
  #list = el("ol", { class: "queue" });
  #visits = el("ul", { class: "visits" });
  #nobody = el("p", { class: "hint" }, words.calls.nobody);
  /** How many wait now. */
  size = 0;
  onSize = () => {};
  /** Someone calls who did not before. */
  onCall = () => {};
  /** All that wait, as `{ id, user }`. */
  onPending = () => {};

  /** `nameOf`: what someone is called here, where two may have the same name. */
  constructor({ api, liveClass, fail, nameOf }) {
    this.#api = api;
    this.#class = liveClass;
    this.#fail = fail;
    this.#nameOf = nameOf;
    const kept = read("going");
    this.#going = kept?.session === liveClass.id ? kept.calls : [];
    this.node = el("section", { class: "card help", "aria-labelledby": "help-title" }, this.#title, this.#nobody, this.#list, this.#visits);
  }

  /** Many calls at once become one more look. */
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

  /** Time has gone by. */
  tick() {
    for (const call of this.#calls.values()) call.tick(Date.now());
  }

  /** Brings the call of someone before the eyes. */
  show(user) {
    const call = this.#calls.get(user);
    call?.open();
    call?.focus();
  }

  async #fetch() {
    try {
      const { pending_requests: pending } = await this.#api.get(`/api/dashboard/help-requests/pending?session_id=${this.#class.id}`);
      await this.#checkVisits(pending);
      this.onPending(pending.map((request) => ({ id: request.help_request_id, user: request.user.id })));
      this.#people = byPerson(pending);
      this.#show(this.#people);
    } catch (error) {
      // Without a network the page says so already, and looks again when it is back.
      if (this.#class.isOpen) this.#fail(error);
    }
  }

  #show(people) {
    for (const [user, call] of this.#calls) {
      if (people.has(user)) continue;
      if (call.node.contains(document.activeElement)) this.#title.focus();
      call.node.remove();
      this.#calls.delete(user);
    }
    const fresh = [...people.values()].filter(({ main }) => !this.#calls.has(main.user.id)).map(({ main }) => main);
    [...people.values()].forEach((calls, at) => this.#keep(calls, at));
    this.#drawHead(people.size);
    if (fresh.length && !this.#isFirst) this.onCall(fresh.map((request) => ({ name: this.#nameOf(request.user), isAuto: isAuto(request) })));
    this.#isFirst = false;
    this.tick();
  }

  #drawHead(size) {
    this.size = size;
    text(this.#title, words.calls.title(size));
    this.node.classList.toggle("calling", size > 0);
    shown(this.#nobody, size === 0 && this.#going.length === 0);
    shown(this.#list, size > 0);
    shown(this.#visits, this.#going.length > 0);
    this.onSize(size);
  }

  #keep({ main, since }, at) {
    const user = main.user.id;
    let call = this.#calls.get(user);
    if (!call) {
      call = new Call({ request: main, name: this.#nameOf(main.user), act: single((what, said) => this.#do(user, what, said)) });
      this.#calls.set(user, call);
    }
    if (this.#list.children[at] !== call.node) this.#list.insertBefore(call.node, this.#list.children[at] ?? null);
    call.draw(main, this.#class.numberOf(main.subtask.id), since);
    call.mayOpen(at === 0);
  }

  // What is done about it.

  /** One answer settles all that the same person called for. */
  async #do(user, what, said) {
    const { main, others } = this.#people.get(user);
    try {
      this.#fail(null);
      if (what === "resolve") await this.#resolve(main.help_request_id);
      else await this.#api.call(post, `/api/help/request/${main.help_request_id}/respond`, { help_type: KINDS[what], help_content: said });
      for (const { help_request_id: id } of others) await this.#resolve(id);
      if (what === "visit") this.#goingTo([...this.#going, { id: main.help_request_id, user, step: main.subtask.id }]);
    } catch (error) {
      this.#fail(error);
    }
    this.load();
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

  /** Remembered on this device: who reloads the page is still on the way. */
  #goingTo(calls) {
    this.#going = calls;
    write("going", calls.length ? { session: this.#class.id, calls } : null);
    this.#drawVisits();
  }

  /** One is there when it has become settled, or a call again. */
  async #checkVisits(pending) {
    if (this.#going.length === 0) return;
    const calls = new Set(pending.map((request) => request.help_request_id));
    const checked = await Promise.all(this.#going.map(async (one) => {
      const { status } = await this.#api.get(`/api/help/request/${one.id}`);
      return status === "ANSWERED" && !calls.has(one.id) && one;
    }));
    this.#goingTo(checked.filter(Boolean));
  }

  #drawVisits() {
    const drawn = this.#going.map((one) => one.id).join();
    if (this.#visits.dataset.drawn === drawn) return;
    this.#visits.dataset.drawn = drawn;
    if (this.#visits.contains(document.activeElement)) this.#title.focus();
    this.#visits.replaceChildren(...this.#going.map((one) => this.#visit(one)));
    this.#drawHead(this.size);
  }

  #visit({ id, user, step }) {
    const name = this.#nameOf({ id: user, name: "" });
    const where = el("span", { class: "hint" }, words.calls.step(this.#class.numberOf(step)));
    return el("li", {}, el("p", {}, el("b", {}, words.calls.goingTo(name)), " ", where),
      el("button", { type: "button", class: "quiet", "data-act": "resolve", "aria-label": words.calls.resolveOf(name),
        onclick: () => this.#arrived(id) }, words.calls.resolve));
  }
}

const isAuto = (request) => request.request_type === "AUTO";

/** One line for each person, since their first call: their own is shown before one that the class made for them. */
function byPerson(pending) {
  const people = new Map();
  for (const request of pending) {
    const known = people.get(request.user.id);
    if (!known) people.set(request.user.id, { main: request, others: [], since: request.created_at });
    else if (isAuto(known.main) && !isAuto(request)) [known.main, known.others] = [request, [...known.others, known.main]];
    else known.others.push(request);
  }
  return people;
}
