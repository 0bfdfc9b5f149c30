// Merging two participants who are one person. A guest with a name that is in the session already may say so, and the instructor decides.

import { post } from "../../shared/api.js";
import { confirmed, el, onSubmit, shown, single, text } from "../../shared/dom.js";
import { language, words } from "../../shared/words.js";

const HAS_MORE = "HAS_MORE_THAN_THIS_CLASS";

/** Merges `from` into `into`. If `from` has a record outside this session, the other way round is offered. */
async function merge(api, path, from, into) {
  const mergeInto = (one, other) => api.call(post, `${path}/${one.id}/merge`, { into: other.id });
  try {
    await mergeInto(from, into);
  } catch (error) {
    if (error.code !== HAS_MORE) throw error;
    if (await confirmed(words.same.otherWay(from.label, into.label), words.same.merge, words.office.no)) await mergeInto(into, from);
  }
}

/** Asks the instructor about one guest at a time, the longest waiting first. */
export class SameQuestion {
  #path;
  #fail;
  /** The guest who came with another phone, and the person who they say to be. */
  #asked = null;
  #known = null;
  #question = el("p", { role: "status" });

  constructor({ api, id, fail }) {
    [this.#path, this.#fail] = [`/api/sessions/${id}/participants`, fail];
    const yes = single(() => this.#tries(() => merge(api, this.#path, this.#asked, this.#known)));
    const no = single(() => this.#tries(() => api.call(post, `${this.#path}/${this.#asked.id}/separate`, {})));
    this.node = el("section", { class: "card same", "aria-label": words.same.title, hidden: true }, this.#question,
      el("div", { class: "row" }, el("button", { type: "button", class: "main", "data-act": "same-yes", onclick: yes }, words.same.yes),
        el("button", { type: "button", class: "quiet", "data-act": "same-no", onclick: no }, words.same.no)));
  }

  draw({ people }) {
    this.#asked = [...people.values()].find((person) => people.has(person.sameAs)) ?? null;
    this.#known = people.get(this.#asked?.sameAs) ?? null;
    shown(this.node, this.#asked);
    text(this.#question, this.#asked && words.same.ask(this.#asked.label, this.#known.label));
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

/** A form that merges two guests, those of the same name first. The person who came first stays, with the newer phone. */
export function mergeForm({ api, path, person, others, tried, close }) {
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
    if (isMeant) await tried(() => merge(api, path, from, into));
  };
  return el("form", { class: "open", onsubmit: onSubmit(ask) }, el("label", { for: "same-as" }, words.same.by),
    el("div", { class: "row" }, choice, el("button", { class: "quiet", "data-act": "merge" }, words.same.merge)));
}
