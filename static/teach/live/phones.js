// The class by the make of its phones: how many have each, and who is stuck there. It is asked for anew while it is open.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { stateIn } from "./roster.js";

const ASKS_EVERY_MS = 10_000;
const NEEDS = ["help", "stuck"];
/** The order of the kinds that every school has. */
const USUAL = ["ANDROID", "IPHONE", "ALL", ""];

export class PhoneGroups {
  #onPick;
  #ask;
  #isOpen = false;
  #ticker = 0;
  #drawn = "";
  #roster = null;
  #list = el("ul", { class: "phone-groups", id: "phone-groups", hidden: true });
  #button = el("button", { type: "button", class: "switch", role: "switch", "aria-checked": "false", "aria-controls": "phone-groups", "data-act": "by-phone", onclick: () => this.#turn() }, words.byPhone.title);

  /** `onPick(id)` is called when a person is pressed, `ask` asks for the state of the session anew. */
  constructor({ onPick, ask }) {
    [this.#onPick, this.#ask] = [onPick, ask];
    this.node = el("section", { class: "card by-phone", "aria-label": words.byPhone.title }, el("div", { class: "row" }, this.#button), this.#list);
  }

  close() {
    clearInterval(this.#ticker);
  }

  draw(roster) {
    this.#roster = roster;
    shown(this.node, roster.people.size > 0);
    if (!this.#isOpen) return;
    const groups = groupsOf(roster);
    const drawn = JSON.stringify(groups);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement?.dataset.phonePerson;
    this.#list.replaceChildren(...groups.map((group) => this.#line(group)));
    if (focused) this.#list.querySelector(`[data-phone-person="${focused}"]`)?.focus();
  }

  #turn() {
    this.#isOpen = !this.#isOpen;
    this.#button.setAttribute("aria-checked", String(this.#isOpen));
    shown(this.#list, this.#isOpen);
    clearInterval(this.#ticker);
    this.#drawn = "";
    if (!this.#isOpen) return;
    this.#ask();
    this.#ticker = setInterval(this.#ask, ASKS_EVERY_MS);
    this.draw(this.#roster);
  }

  #line({ kind, count, needy }) {
    const name = el("b");
    text(name, words.phones[kind] ?? (kind || words.byPhone.unknown));
    const people = needy.map(({ id, label, state }) => el("button", { type: "button", class: "quiet", "data-phone-person": id, onclick: () => this.#onPick(id) }, `${label} · ${words.roster.state[state]}`));
    return el("li", { "data-phone": kind }, el("p", {}, name, " ", words.byPhone.count(count), needy.length > 0 && ` · ${words.byPhone.needy(needy.length)}`), needy.length > 0 && el("div", { class: "row" }, people));
  }
}

/** The groups, makes by their names and the usual kinds after them. */
function groupsOf(roster) {
  const groups = new Map();
  for (const { id, label, phone, ...person } of roster.people.values()) {
    const kind = phone ?? "";
    const group = groups.get(kind) ?? { kind, count: 0, needy: [] };
    groups.set(kind, group);
    group.count += 1;
    const state = stateIn(roster.status, person);
    if (NEEDS.includes(state)) group.needy.push({ id, label, state });
  }
  const rank = ({ kind }) => USUAL.indexOf(kind);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || a.kind.localeCompare(b.kind));
}
