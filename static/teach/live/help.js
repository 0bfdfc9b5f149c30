// Who waits for help: at the step of the class before at an earlier one, who called before who is stuck, the longest first.
// And to whom one is on the way.

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
  /** How many have called and wait now. */
  size = 0;
  onSize = () => {};
  /** Someone calls who did not before. */
  onCall = () => {};
  /** One call of each that waits, as `{ id, user, isAuto }`. */
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
      this.#people = byPerson(pending, this.#class.roster.step?.id);
      const mains = [...this.#people.values()].map(({ main }) => main);
      this.onPending(mains.map((main) => ({ id: main.help_request_id, user: main.user.id, isAuto: isAuto(main) })));
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
    const kept = [...people.values()].map((calls, at) => this.#keep(calls, at));
    inOrder(this.#list, kept.map((call) => call.node));
    this.#drawHead();
    if (fresh.length && !this.#isFirst) this.onCall(fresh.map((request) => ({ name: this.#nameOf(request.user), isAuto: isAuto(request) })));
    this.#isFirst = false;
    this.tick();
  }

  #drawHead() {
    const all = this.#people.size;
    this.size = [...this.#people.values()].filter(({ main }) => !isAuto(main)).length;
    text(this.#title, words.calls.title(this.size));
    this.node.classList.toggle("calling", all > 0);
    shown(this.#nobody, all === 0 && this.#going.length === 0);
    shown(this.#list, all > 0);
    shown(this.#visits, this.#going.length > 0);
    this.onSize(this.size);
  }

  #keep({ main, since }, at) {
    const user = main.user.id;
    let call = this.#calls.get(user);
    if (!call) {
      call = new Call({ request: main, name: this.#nameOf(main.user), act: single((what, said) => this.#do(user, what, said)) });
      this.#calls.set(user, call);
    }
    call.draw(main, this.#class.numberOf(main.subtask.id), since);
    call.mayOpen(at === 0);
    return call;
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
      if (what === "visit") this.#goingTo([...this.#going, { id: main.help_request_id, user, name: this.#nameOf(main.user), step: main.subtask.id }]);
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
    this.#drawHead();
  }

  #visit({ id, user, name: was, step }) {
    const name = this.#nameOf({ id: user, name: was ?? "" });
    const where = el("span", { class: "hint" }, words.calls.step(this.#class.numberOf(step)));
    return el("li", {}, el("p", {}, el("b", {}, words.calls.goingTo(name)), " ", where),
      el("button", { type: "button", class: "quiet", "data-act": "resolve", "aria-label": words.calls.resolveOf(name),
        onclick: () => this.#arrived(id) }, words.calls.resolve));
  }
}

const isAuto = (request) => request.request_type === "AUTO";

/** One line for each person: their own call at the step of the class is shown, or else their first. */
function byPerson(pending, step) {
  const ranked = ({ main }) => [main.subtask.id !== step, isAuto(main)].map(Number);
  const calls = new Map();
  for (const request of pending) calls.set(request.user.id, [...(calls.get(request.user.id) ?? []), request]);
  const lines = [...calls.values()].map((all) => {
    const main = all.find((one) => !isAuto(one) && one.subtask.id === step) ?? all.find((one) => !isAuto(one)) ?? all[0];
    return { main, others: all.filter((one) => one !== main), since: all[0].created_at };
  });
  lines.sort((a, b) => ranked(a)[0] - ranked(b)[0] || ranked(a)[1] - ranked(b)[1] || Date.parse(a.since) - Date.parse(b.since));
  return new Map(lines.map((line) => [line.main.user.id, line]));
}

/** Puts the nodes in this order. The one in which someone writes stays; the others move around it. */
function inOrder(list, nodes) {
  if (nodes.every((node, at) => list.children[at] === node)) return;
  const at = nodes.findIndex((node) => node.isConnected && node.contains(document.activeElement));
  if (at < 0) list.append(...nodes);
  else {
    nodes[at].before(...nodes.slice(0, at));
    nodes[at].after(...nodes.slice(at + 1));
  }
}
