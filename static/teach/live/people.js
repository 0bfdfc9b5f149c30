// The tiles of everyone, those who need help first. A tile changes its word at once; its place with others, and never while in use.

import { el, perFrame, shown, text } from "../../shared/dom.js";
import { language, words } from "../../shared/words.js";
import { stateIn } from "./roster.js";
import { Still } from "./still.js";

const GROUPS = ["help", "stuck", "working", "here", "away", "done", "came"];
const SIGNS = { help: "!", stuck: "?", working: "…", here: "", away: "–", done: "✓", came: "", gone: "–" };
const MOVES_EVERY_MS = 500;
/** More than so many tiles do not glide, and are drawn bit by bit: the page has other things to do meanwhile. */
const GLIDES_MAX = 60;
const TILES_AT_ONCE = 15;
/** A longer group shows its first tiles and a button for the rest: each tile in the page makes every change of the list dearer. */
const SHOWN_MAX = 60;
const GLIDE = { duration: 260, easing: "ease-out" };

export class PeopleList {
  #onPick;
  #roster = null;
  #status = null;
  #entries = new Map();
  #groups = new Map(GROUPS.map((state) => [state, group(state, (list) => this.#unfold(list))]));
  #collator = new Intl.Collator(language);
  /** The ids of people whose tile may need drawing, and of people whose tile is in the wrong place. */
  #stale = new Set();
  #displaced = new Set();
  #movedAt = -MOVES_EVERY_MS;
  #isMoving = false;
  #goOn = perFrame(() => this.#work());
  #isClosed = false;
  #timer = 0;
  #still;
  #onlyOpen = false;
  #title = el("h2", { id: "people-title" });
  #nobody = el("p", { class: "hint" }, words.roster.nobody);
  #allDone = el("p", { class: "notice good" }, words.roster.allDone);
  #sort = el("button", { type: "button", class: "quiet sort", "data-act": "sort", onclick: () => this.#still.release() });
  #switch = el("button", { type: "button", class: "switch", role: "switch", "aria-checked": "false", "data-act": "unfinished",
    onclick: () => this.#filter(!this.#onlyOpen) });

  /** `onPick(id)` is called when a tile is pressed. */
  constructor({ onPick }) {
    this.#onPick = onPick;
    const groups = el("div", { class: "groups" }, [...this.#groups.values()].map((one) => one.node));
    this.node = el("section", { class: "card roster", "aria-labelledby": "people-title" },
      el("div", { class: "head" }, this.#title, el("div", { class: "row" }, this.#sort, this.#switch)),
      this.#nobody, this.#allDone, groups);
    this.#still = new Still(groups, () => this.#arrange());
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  draw(roster, counts) {
    this.#roster = roster;
    const changed = roster.takeChanged();
    if (roster.status !== this.#status) for (const id of roster.people.keys()) changed.add(id);
    this.#status = roster.status;
    for (const id of changed) this.#stale.add(id);
    if (changed.size) this.#work();
    this.#drawHead(counts);
  }

  #drawHead(counts) {
    const isRunning = this.#status === "IN_PROGRESS" || this.#status === "PAUSED";
    text(this.#title, words.roster.title(counts.all));
    text(this.#switch, words.roster.onlyUnfinished(counts.left));
    shown(this.#switch, isRunning && (counts.left > 0 || this.#onlyOpen));
    if (!isRunning && this.#onlyOpen) this.#filter(false);
    shown(this.#nobody, counts.all === 0);
    shown(this.#allDone, this.#onlyOpen && counts.done > 0 && counts.left === 0);
    for (const [state, { count }] of this.#groups) text(count, String(counts[state]));
    this.#drawSort();
  }

  #drawSort() {
    text(this.#sort, words.roster.sort(this.#displaced.size));
    shown(this.#sort, this.#displaced.size > 0 && this.#still.isHeld);
  }

  #filter(onlyOpen) {
    this.#onlyOpen = onlyOpen;
    this.#switch.setAttribute("aria-checked", String(onlyOpen));
    this.node.classList.toggle("only-open", onlyOpen);
    this.#drawHead(this.#roster.counts());
  }

  #drawOne(id) {
    const person = this.#roster.people.get(id);
    const entry = this.#entries.get(id) ?? (person && this.#entry(id));
    if (!entry) return;
    const state = person ? stateIn(this.#status, person) : "gone";
    if (entry.button.dataset.state !== state) entry.button.dataset.state = state;
    if (person) this.#drawName(entry, person);
    const word = person ? aboutState(this.#roster, person, this.numberOf) : words.roster.state.gone;
    text(entry.word, word);
    text(entry.sign, SIGNS[state]);
    entry.saysMore = word !== words.roster.state[state];
    entry.state = state;
    entry.label = person?.label ?? "";
    entry.since = person?.help ?? 0;
    if (entry.placed !== placeOf(entry)) this.#displaced.add(id);
    else this.#displaced.delete(id);
    settle(entry);
  }

  /** Draws the name. Its number stays visible however long the name is. */
  #drawName({ button, name, nth }, person) {
    text(name, person.name);
    text(nth, person.namesake > 1 ? ` (${person.namesake})` : "");
    if (button.title !== person.label) button.title = person.label;
  }

  /** Returns the number of a step, from 1. */
  numberOf = () => 0;

  #entry(id) {
    const [name, nth] = [el("span"), el("b", { class: "nth" })];
    const word = el("span", { class: "word" });
    const sign = el("span", { class: "sign", "aria-hidden": "true" });
    const button = el("button", { type: "button", class: "person", "data-person": id, onclick: () => this.#onPick(id) }, sign,
      el("span", { class: "name" }, name, nth), word);
    const entry = { id, node: el("li", {}, button), button, name, nth, word, sign, state: null, placed: null, group: null };
    this.#entries.set(id, entry);
    return entry;
  }

  // Places.

  /** Does one piece of the work; the next frame does the next. Tiles move at once after a quiet time, and then together. */
  #work() {
    if (this.#isClosed) return;
    this.#isMoving = !this.#still.isHeld && (this.#isMoving || performance.now() - this.#movedAt >= MOVES_EVERY_MS);
    const focused = document.activeElement;
    if (this.#isMoving && this.#stale.size + this.#displaced.size > GLIDES_MAX) this.#exchangeLists();
    const before = this.#isMoving && this.#glides() ? this.#places() : null;
    let left = this.#entries.size + this.#stale.size > GLIDES_MAX ? TILES_AT_ONCE : Infinity;
    for (const id of [...this.#stale, ...(this.#isMoving ? this.#displaced : [])]) {
      if (left === 0) break;
      left -= 1;
      if (this.#stale.delete(id)) this.#drawOne(id);
      if (this.#isMoving && this.#displaced.delete(id)) this.#place(this.#entries.get(id));
    }
    for (const { node, order, rest, isWhole } of this.#groups.values()) {
      shown(node, order.length);
      shown(rest, order.length > SHOWN_MAX && !isWhole);
      text(rest, words.roster.rest(order.length - SHOWN_MAX));
    }
    if (before) this.#glide(before);
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    this.#afterwards();
  }

  /** When a step begins, most people change from one group to another: then the groups exchange their lists, and no tile has to move. */
  #exchangeLists() {
    for (const from of [...this.#groups.values()]) {
      const states = new Map();
      for (const { id } of from.order) {
        const person = this.#roster.people.get(id);
        const state = person && stateIn(this.#status, person);
        states.set(state, (states.get(state) ?? 0) + 1);
      }
      const [state, count] = [...states].reduce((most, one) => (one[1] > most[1] ? one : most), [from.state, 0]);
      const to = this.#groups.get(state);
      if (to && to !== from && count > GLIDES_MAX && count > to.order.length) this.#exchange(from, to);
    }
  }

  #exchange(from, to) {
    for (const part of ["node", "list", "order", "rest", "isWhole"]) [from[part], to[part]] = [to[part], from[part]];
    for (const one of [from, to]) {
      one.node.dataset.group = one.state;
      one.node.prepend(one.head);
      for (const entry of one.order) {
        entry.group = one;
        entry.placed = placeOf({ ...entry, state: one.state });
        this.#stale.add(entry.id);
      }
    }
    // The long list stays in the page; the others are put around it.
    const nodes = [...this.#groups.values()].map((one) => one.node);
    const at = nodes.indexOf(to.node);
    to.node.before(...nodes.slice(0, at));
    to.node.after(...nodes.slice(at + 1));
  }

  #afterwards() {
    if (this.#stale.size > 0 || (this.#isMoving && this.#displaced.size > 0)) return this.#goOn();
    if (this.#isMoving) {
      this.#isMoving = false;
      this.#movedAt = performance.now();
    } else if (this.#displaced.size > 0) this.#arrangeSoon();
    return this.#drawSort();
  }

  #arrangeSoon() {
    const wait = Math.max(0, this.#movedAt + MOVES_EVERY_MS - performance.now());
    this.#timer ||= setTimeout(() => this.#arrange(), wait);
  }

  #arrange() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#displaced.size > 0 && !this.#still.isHeld) this.#work();
  }

  #place(entry) {
    if (entry.group) take(entry.group, entry);
    entry.placed = placeOf(entry);
    entry.group = this.#groups.get(entry.state) ?? null;
    if (!entry.group) return void this.#entries.delete(entry.id);
    put(entry.group, entry, this.#rank(entry.group.order, entry));
    settle(entry);
  }

  #unfold(list) {
    const opened = [...this.#groups.values()].find((one) => one.list === list);
    opened.isWhole = true;
    list.append(...opened.order.slice(SHOWN_MAX).map(({ node }) => node));
    opened.order[SHOWN_MAX]?.button.focus();
    this.#work();
  }

  #rank(order, entry) {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#comesBefore(order[middle], entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Sorts the longest waiting calls first, and the others by name. */
  #comesBefore(a, b) {
    return (a.since - b.since || this.#collator.compare(a.label, b.label) || a.id - b.id) < 0;
  }

  #glides() {
    return this.#entries.size <= GLIDES_MAX && document.visibilityState === "visible" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  #places() {
    return new Map([...this.#entries.values()].filter((entry) => entry.group).map((entry) => [entry, entry.node.getBoundingClientRect()]));
  }

  #glide(before) {
    for (const [entry, from] of before) {
      const to = entry.node.getBoundingClientRect();
      const [x, y] = [from.left - to.left, from.top - to.top];
      if (entry.group && (x || y)) entry.node.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], GLIDE);
    }
  }
}

/** Hides the word of a tile that says the same as the title of its group. */
function settle({ button, group, state, saysMore }) {
  button.classList.toggle("settled", group?.state === state && !saysMore);
}

/** The status of a person in words, with a phone that is not connected and a step that is not the current one. */
export function aboutState(roster, person, numberOf) {
  const state = stateIn(roster.status, person);
  const word = words.roster.state[state];
  if (state === "help" && person.helper) return words.roster.helped(word, person.helper);
  if (state === "help" && !person.connected) return `${word} · ${words.roster.state.away}`;
  return roster.isElsewhere(person) ? words.roster.elsewhere(word, numberOf(person.at)) : word;
}

/** The place of a tile as text: when it changes, the tile must move. */
function placeOf({ state, since, label }) {
  return `${state} ${since} ${label}`;
}

/** Takes a tile out of its group; the first of the rest comes up. */
function take({ list, order, isWhole }, entry) {
  order.splice(order.indexOf(entry), 1);
  const wasShown = entry.node.parentNode === list;
  entry.node.remove();
  if (wasShown && !isWhole && order.length >= SHOWN_MAX) list.append(order[SHOWN_MAX - 1].node);
}

/** Puts a tile into a group; the last that is shown goes to the rest. */
function put({ list, order, isWhole }, entry, at) {
  if (isWhole || at < SHOWN_MAX) list.insertBefore(entry.node, order[at]?.node.parentNode === list ? order[at].node : null);
  order.splice(at, 0, entry);
  if (!isWhole && order.length > SHOWN_MAX) order[SHOWN_MAX].node.remove();
}

function group(state, onUnfold) {
  const count = el("span", { class: "count" });
  const list = el("ul", { class: "people" });
  const head = el("h3", {}, el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state]), words.roster.state[state], " ", count);
  const rest = el("button", { type: "button", class: "quiet rest", "data-act": "rest", hidden: true, onclick: () => onUnfold(list) });
  const node = el("section", { class: "group", "data-group": state, hidden: true }, head, list, rest);
  return { state, node, head, list, count, rest, order: [], isWhole: false };
}
