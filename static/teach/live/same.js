// Someone came with a name that is in the class already, and says to be the same person: the instructor decides.

import { post } from "../../shared/api.js";
import { confirmed, el, shown, single, submits, text } from "../../shared/dom.js";
import { language, words } from "../../shared/words.js";

const HAS_MORE = "HAS_MORE_THAN_THIS_CLASS";

/** Joins `from` into `into`. Whoever has a record outside this class keeps it: then the other way round is offered. */
async function merge(api, at, from, into) {
  const join = (one, other) => api.call(post, `${at}/${one.id}/merge`, { into: other.id });
  try {
    await join(from, into);
  } catch (error) {
    if (error.code !== HAS_MORE) throw error;
    if (await confirmed(words.same.otherWay(from.label, into.label), words.same.merge, words.office.no)) await join(into, from);
  }
}

/** One question at a time, the longest waiting first. */
export class SameQuestion {
  #at;
  #fail;
  /** Who came with another phone, and who they say to be. */
  #asked = null;
  #known = null;
  #said = el("p", { role: "status" });

  constructor({ api, id, fail }) {
    [this.#at, this.#fail] = [`/api/sessions/${id}/participants`, fail];
    const yes = single(() => this.#tries(() => merge(api, this.#at, this.#asked, this.#known)));
    const no = single(() => this.#tries(() => api.call(post, `${this.#at}/${this.#asked.id}/separate`, {})));
    this.node = el("section", { class: "card same", "aria-label": words.same.title, hidden: true }, this.#said,
      el("div", { class: "row" }, el("button", { type: "button", class: "main", "data-act": "same-yes", onclick: yes }, words.same.yes),
        el("button", { type: "button", class: "quiet", "data-act": "same-no", onclick: no }, words.same.no)));
  }

  draw({ people }) {
    this.#asked = [...people.values()].find((person) => people.has(person.sameAs)) ?? null;
    this.#known = people.get(this.#asked?.sameAs) ?? null;
    shown(this.node, this.#asked);
    text(this.#said, this.#asked && words.same.ask(this.#asked.label, this.#known.label));
  }

  async #tries(work) {
    try {
      this.#fail(null);
      await work();
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** Two guests who are one: chosen by hand, those of the same name first. Who came first stays, and has the newer phone. */
export function joining({ api, at, person, others, tried, close }) {
  if (others.length === 0) return null;
  const order = new Intl.Collator(language, { numeric: true });
  const isNamesake = (other) => Number(other.name === person.name);
  const sorted = [...others].sort((a, b) => isNamesake(b) - isNamesake(a) || order.compare(a.label, b.label));
  const choice = el("select", { id: "same-as", required: true }, el("option", { value: "" }, words.same.choose),
    sorted.map((other) => el("option", { value: other.id }, other.label)));
  const ask = async () => {
    const other = others.find(({ id }) => String(id) === choice.value);
    const [into, from] = other.came < person.came ? [other, person] : [person, other];
    close();
    const isMeant = await confirmed(words.same.mergeAsk(from.label, into.label), words.same.merge, words.office.no);
    if (isMeant) await tried(() => merge(api, at, from, into));
  };
  return el("form", { class: "open", onsubmit: submits(ask) }, el("label", { for: "same-as" }, words.same.by),
    el("div", { class: "row" }, choice, el("button", { class: "quiet", "data-act": "merge" }, words.same.merge)));
}
