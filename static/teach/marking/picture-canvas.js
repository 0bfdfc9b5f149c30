// A picture on which marks are drawn, moved and deleted, by mouse, finger and keyboard.

import { el } from "../../shared/dom.js";
import { markedPicture } from "../../shared/marks.js";
import { words } from "../../shared/words.js";
import { distance, extent, grown, handles, MARKS_MAX, moved, newMark, stretched } from "./picture-marks.js";

/** A finger that moves less has pressed on one place. */
const TAP_MAX_PX = 8;
/** A finger may miss a mark by so much. */
const REACH_PX = 24;
const STEP = 0.01;
const BIG_STEP = 0.05;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CHANGES_MAX = 100;

export class PictureCanvas {
  node;
  #picture;
  #marks;
  #tall;
  #on;
  #view = markedPicture();
  #grips = el("div", { class: "grips" });
  /** The kind of mark that the next press draws. */
  #tool = null;
  #selected = null;
  /** The marks before each change, the last one at the end. Changes in a row with one name are one change. */
  #past = [];
  #changing = null;

  /** `on`: `changed(marks)` hears of each change of the marks, `drawn()` of each change at all, `enter()` of the key Enter at a mark. */
  constructor(picture, on) {
    this.#picture = picture;
    this.#marks = picture.marks;
    this.#tall = picture.height / picture.width;
    this.#on = on;
    this.node = el("div", { class: "stage" }, this.#view.node);
    this.node.style.aspectRatio = `${picture.width} / ${picture.height}`;
    this.#view.sheet.append(this.#grips);
    this.#listen();
    this.#draw();
  }

  get tool() {
    return this.#tool;
  }

  get selected() {
    return this.#marks[this.#selected] ?? null;
  }

  get isFull() {
    return this.#marks.length >= MARKS_MAX;
  }

  get isChanged() {
    return this.#past.length > 0;
  }

  /** Chooses what the next press draws; null lets marks be moved again. */
  use(tool) {
    this.#tool = tool;
    if (tool) this.#selected = null;
    this.#draw();
  }

  /** Draws a mark in the middle, for those who have no pointer. */
  place(kind) {
    this.#add(newMark(kind, [0.5, 0.5], null, { tall: this.#tall, marks: this.#marks }));
  }

  /** Changes values of the chosen mark. */
  edit(values) {
    this.#replace(this.#selected, { ...this.selected, ...values }, `edit ${Object.keys(values)} ${this.#selected}`);
  }

  remove() {
    const at = this.#selected;
    this.#change(this.#marks.filter((_, n) => n !== at));
    this.#selected = this.#marks.length > 0 ? Math.min(at, this.#marks.length - 1) : null;
    this.#draw();
    this.#focus();
  }

  undo() {
    if (!this.isChanged) return;
    this.#marks = this.#past.pop();
    this.#changing = null;
    this.#selected = null;
    this.#tell();
  }

  // Changes.

  #change(marks, name = null) {
    const isSame = name !== null && name === this.#changing;
    if (!isSame) this.#past = [...this.#past, this.#marks].slice(-CHANGES_MAX);
    this.#changing = name;
    this.#marks = marks;
    this.#tell();
  }

  #replace(at, mark, name) {
    this.#change(this.#marks.map((other, n) => (n === at ? mark : other)), name);
  }

  #add(mark) {
    if (this.isFull) return;
    this.#tool = null;
    this.#selected = this.#marks.length;
    this.#change([...this.#marks, mark]);
    this.#focus();
  }

  #tell() {
    this.#draw();
    this.#on.changed(this.#marks);
  }

  #select(at) {
    if (this.#selected === at) return;
    this.#selected = at;
    this.#changing = null;
    this.#draw();
  }

  #focus() {
    this.#grips.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
  }

  // Drawing.

  #draw() {
    this.#view.show({ ...this.#picture, marks: this.#marks });
    this.#marks.forEach((mark, at) => this.#drawGrip(mark, at));
    [...this.#grips.children].slice(this.#marks.length).forEach((grip) => grip.remove());
    this.node.dataset.tool = this.#tool ?? "";
    this.#on.drawn();
  }

  /** Draws what a mark is chosen and moved by with the keyboard: a button over it, and one over each handle of the chosen mark. */
  #drawGrip(mark, at) {
    const group = this.#grips.children[at] ?? this.#grips.appendChild(el("span", {}, this.#grip(at)));
    const { x, y, wide, high } = extent(mark, this.#tall);
    const button = group.firstChild;
    put(button, x, y);
    Object.assign(button.style, { width: `${100 * wide}%`, height: `${100 * high}%` });
    button.setAttribute("aria-pressed", at === this.#selected);
    button.setAttribute("aria-label", words.marking.mark(words.marking.kinds[mark.kind], mark.number ?? at + 1, mark.label ?? ""));
    const wanted = at === this.#selected ? handles(mark, this.#tall) : [];
    wanted.forEach(({ name, x: left, y: top }, n) => {
      const handle = group.children[n + 1] ?? group.appendChild(this.#handle(at));
      handle.dataset.handle = name;
      handle.setAttribute("aria-label", words.marking.handles[name]);
      put(handle, left, top);
    });
    [...group.children].slice(wanted.length + 1).forEach((handle) => handle.remove());
  }

  #grip(at) {
    const grip = el("button", { type: "button", class: "grip", onclick: () => this.#select(at), onfocus: () => this.#select(at) });
    grip.addEventListener("keydown", (event) => this.#press(event, at, null));
    return grip;
  }

  #handle(at) {
    const handle = el("button", { type: "button", class: "handle" });
    handle.addEventListener("keydown", (event) => this.#press(event, at, handle.dataset.handle));
    return handle;
  }

  // The keyboard.

  #press(event, at, handle) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const work = this.#workOf(event, at, handle);
    if (!work) return;
    event.preventDefault();
    event.stopPropagation();
    work();
  }

  #workOf({ key, shiftKey }, at, handle) {
    const mark = this.#marks[at];
    const size = { "+": 1, "=": 1, "-": -1, _: -1 }[key];
    if (key === "Delete" || key === "Backspace") return () => this.remove();
    if (key === "Enter") return () => this.#on.enter();
    if (size) return () => this.#replace(at, grown(mark, size), `size ${at}`);
    if (!ARROWS[key]) return null;
    const by = ARROWS[key].map((share, n) => (share * (shiftKey ? BIG_STEP : STEP)) / (n ? this.#tall : 1));
    if (!handle) return () => this.#replace(at, moved(mark, ...by), `move ${at}`);
    const { x, y } = handles(mark, this.#tall).find(({ name }) => name === handle);
    return () => this.#replace(at, stretched(mark, handle, [x + by[0], y + by[1]], this.#tall), `${handle} ${at}`);
  }

  // Mouse and finger.

  #listen() {
    const { sheet } = this.#view;
    // Else the press would take the focus from the mark again.
    sheet.addEventListener("mousedown", (event) => event.preventDefault());
    sheet.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      const follow = this.#grasp(this.#placeOf(event));
      sheet.setPointerCapture(event.pointerId);
      const first = [event.clientX, event.clientY];
      let hasMoved = false;
      const move = (next) => {
        hasMoved ||= Math.hypot(next.clientX - first[0], next.clientY - first[1]) > TAP_MAX_PX;
        if (hasMoved) follow(this.#placeOf(next), false);
      };
      const finish = (last) => {
        sheet.removeEventListener("pointermove", move);
        for (const name of ["pointerup", "pointercancel"]) sheet.removeEventListener(name, finish);
        if (last.type === "pointerup") follow(hasMoved ? this.#placeOf(last) : null, true);
        else this.#draw();
        this.#changing = null;
      };
      sheet.addEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) sheet.addEventListener(name, finish);
    });
  }

  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#view.sheet.getBoundingClientRect();
    const share = (value, all) => Math.min(1, Math.max(0, value / all));
    return [share(clientX - left, width), share(clientY - top, height)];
  }

  /** Begins what a press at this place does. Returns a function that follows the pointer: `(place, isEnd)`; place is null at the end of a tap. */
  #grasp(from) {
    if (this.#tool) return this.#draft(this.#tool, from);
    const handle = this.#handleAt(from);
    const at = handle ? this.#selected : this.#markAt(from);
    this.#select(at);
    if (at === null) return () => {};
    this.#focus();
    const mark = this.#marks[at];
    const change = (to) => (handle ? stretched(mark, handle, to, this.#tall) : moved(mark, to[0] - from[0], to[1] - from[1]));
    return (to) => to && this.#replace(at, change(to), "drag");
  }

  /** Draws a new mark while it is being drawn. */
  #draft(kind, from) {
    const before = this.#marks;
    const make = (to) => newMark(kind, from, to, { tall: this.#tall, marks: before });
    return (to, isEnd) => {
      if (isEnd) return this.#add(make(to));
      return this.#view.show({ ...this.#picture, marks: [...before, make(to)] });
    };
  }

  #reach() {
    return REACH_PX / this.#view.sheet.clientWidth;
  }

  /** The handle at a place. In the middle of a small mark the mark itself is meant. */
  #handleAt([x, y]) {
    if (!this.selected) return null;
    const away = ({ x: left, y: top }) => Math.hypot(left - x, (top - y) * this.#tall);
    const most = Math.min(this.#reach(), away(extent(this.selected, this.#tall)));
    return handles(this.selected, this.#tall).find((handle) => away(handle) <= most)?.name ?? null;
  }

  /** The mark at a place; where several are, the smallest. */
  #markAt(place) {
    const near = this.#marks.map((mark, at) => ({ at, mark })).filter(({ mark }) => distance(mark, place, this.#tall) <= this.#reach());
    const area = ({ mark }) => {
      const { wide, high } = extent(mark, this.#tall);
      return wide * high;
    };
    return near.sort((a, b) => distance(a.mark, place, this.#tall) - distance(b.mark, place, this.#tall) || area(a) - area(b))[0]?.at ?? null;
  }
}

function put({ style }, x, y) {
  style.left = `${100 * x}%`;
  style.top = `${100 * y}%`;
}
