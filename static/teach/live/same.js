// Someone came with a name that is in the class already, and says to be the same person: the instructor decides.

import { post } from "../../shared/api.js";
import { confirmed, el, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

/** One question at a time, the longest waiting first. */
export class SameQuestion {
  #at;
  #api;
  #fail;
  #asked = null;
  #said = el("p", { role: "status" });

  constructor({ api, id, fail }) {
    [this.#api, this.#at, this.#fail] = [api, `/api/sessions/${id}/participants`, fail];
    const yes = single(() => this.#do("merge", { into: this.#asked.sameAs }));
    const no = single(() => this.#do("separate", {}));
    this.node = el("section", { class: "card same", "aria-label": words.same.title, hidden: true }, this.#said,
      el("div", { class: "row" }, el("button", { type: "button", class: "main", "data-act": "same-yes", onclick: yes }, words.same.yes),
        el("button", { type: "button", class: "quiet", "data-act": "same-no", onclick: no }, words.same.no)));
  }

  draw({ people }) {
    this.#asked = [...people.values()].find((person) => people.has(person.sameAs)) ?? null;
    shown(this.node, this.#asked);
    text(this.#said, this.#asked && words.same.ask(this.#asked.name));
  }

  async #do(what, body) {
    try {
      this.#fail(null);
      await this.#api.call(post, `${this.#at}/${this.#asked.id}/${what}`, body);
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** Two guests who are one: chosen by hand. Who came first stays, and has the newer phone. */
export function joining({ api, at, person, others, tried, close }) {
  if (others.length === 0) return null;
  const choice = el("select", { id: "same-as" }, others.map((other) => el("option", { value: other.id }, other.label)));
  const merge = async () => {
    const other = others.find(({ id }) => String(id) === choice.value);
    const [into, from] = other.came < person.came ? [other, person] : [person, other];
    close();
    const isMeant = await confirmed(words.same.mergeAsk(from.label, into.label), words.same.merge, words.office.no);
    if (isMeant) await tried(() => api.call(post, `${at}/${from.id}/merge`, { into: into.id }));
  };
  return el("div", { class: "open" }, el("label", { for: "same-as" }, words.same.by),
    el("div", { class: "row" }, choice, el("button", { type: "button", class: "quiet", "data-act": "merge", onclick: merge }, words.same.merge)));
}
