// The pictures of a step in its form: chosen, dropped or pasted, sent one after the other, and opened in their editor.

import { confirmed, el, shown, text } from "../../shared/dom.js";
import { markedPicture } from "../../shared/marks.js";
import { words } from "../../shared/words.js";
import { sign } from "../marking/drawing.js";
import { byKind, fileButton, inOrder } from "./files.js";
import { ALL_PHONES, makesOf, phoneName } from "./phone-choice.js";
import { openPictureEditor } from "./picture-editor.js";
import { isFinal, pictureReason } from "./uploading.js";

export const PICTURES_MAX = 4;

/** A field of the form: `value` is the list of pictures as the API takes it. It dispatches `input` when they change. */
export class StepPictures {
  node;
  #send;
  #makes;
  /** `{ picture, node, update }` of a picture that is there, `{ file, node, reason }` of one that is on its way. */
  #shots = [];
  #shown = null;
  #sending = Promise.resolve();
  #list = el("ul", { class: "shots" });
  #add;
  #problem = el("p", { class: "notice", role: "alert", hidden: true });
  #twins = el("p", { class: "hint", hidden: true }, words.pictures.twins);

  /** `send(file)` resolves to the picture on the server, `makes()` returns the makes of the lecture's other pictures. */
  constructor({ send, makes }) {
    this.#send = send;
    this.#makes = makes;
    this.#add = el("button", { type: "button", class: "quiet", "data-act": "add-picture" }, sign("picture"), words.pictures.add);
    this.node = el("fieldset", { class: "pictures" }, el("legend", {}, words.pictures.title),
      el("p", { class: "hint" }, words.pictures.hint), this.#list, this.#twins, this.#problem,
      el("div", { class: "row" }, fileButton(this.#add, "image/*", (files) => this.add(files))));
  }

  get value() {
    return this.#shots.filter(({ picture }) => picture).map(({ picture }) => picture);
  }

  set value(pictures) {
    this.#shown = null;
    this.#shots = (pictures || []).map((picture) => this.#shot({ ...picture, alt: picture.alt ?? "", shown_on: picture.shown_on ?? ALL_PHONES, marks: (picture.marks ?? []).map(bare) }));
    this.#tellProblem("");
    this.#draw();
  }

  addEventListener(...given) {
    this.node.addEventListener(...given);
  }

  /** The picture for the preview: the one that was worked at last. */
  get shown() {
    return (this.#shots.includes(this.#shown) ? this.#shown : this.#shots.find(({ picture }) => picture))?.picture ?? null;
  }

  /** Adds files in the order of their names. */
  add(files) {
    const { pictures, others } = byKind(files);
    const room = PICTURES_MAX - this.#shots.length;
    this.#tellProblem(others.length > 0 ? words.pictures.unreadable : pictures.length > room ? words.pictures.tooMany(PICTURES_MAX) : "");
    for (const file of inOrder(pictures).slice(0, room)) this.#upload(this.#waiting(file));
  }

  /** Resolves when nothing is on its way: to false if a picture was not taken. */
  async settled() {
    await this.#sending;
    const failed = this.#shots.find(({ file }) => file);
    this.#tellProblem(failed ? words.pictures.unsent : "");
    failed?.node.querySelector("button:not([hidden])")?.focus();
    return !failed;
  }

  #tellProblem(sentence) {
    text(this.#problem, sentence);
    shown(this.#problem, sentence);
  }

  #changed() {
    this.#draw();
    this.node.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #draw() {
    const nodes = this.#shots.map(({ node }) => node);
    if (nodes.some((node, at) => this.#list.children[at] !== node) || this.#list.children.length !== nodes.length) this.#list.replaceChildren(...nodes);
    this.#shots.forEach(({ update }) => update?.());
    shown(this.#list, nodes.length > 0);
    shown(this.#add, nodes.length < PICTURES_MAX);
    const phones = this.value.map(({ shown_on: shownOn }) => shownOn);
    shown(this.#twins, new Set(phones).size < phones.length);
  }

  // A picture that is on its way.

  #waiting(file) {
    const reason = el("p", { class: "hint", role: "status" });
    const again = el("button", { type: "button", class: "quiet", "data-act": "again", hidden: true, onclick: () => this.#upload(shot) }, words.pictures.again);
    const drop = el("button", { type: "button", class: "quiet", "data-act": "drop-file", hidden: true, onclick: () => this.#drop(shot) }, words.pictures.drop);
    const node = el("li", { class: "waiting" }, el("p", {}, file.name), reason, el("div", { class: "row" }, again, drop));
    const shot = { file, node, tell: (sentence, hasFailed, canRetry) => {
      text(reason, sentence);
      node.dataset.state = hasFailed ? "failed" : "sending";
      shown(again, canRetry);
      shown(drop, hasFailed);
    } };
    this.#shots.push(shot);
    return shot;
  }

  #upload(shot) {
    shot.tell(words.pictures.sending, false, false);
    this.#draw();
    this.#sending = this.#sending.then(async () => {
      if (!this.#shots.includes(shot)) return;
      try {
        const { picture, url, small_url, width, height } = await this.#send(shot.file);
        this.#exchange(shot, this.#shot({ picture, url, small_url, width, height, shown_on: ALL_PHONES, alt: "", marks: [] }));
      } catch (error) {
        shot.tell(pictureReason(error), true, !isFinal(error));
      }
    });
  }

  /** Puts a picture in the place of its file, unless the form has gone on to another step. */
  #exchange(shot, made) {
    const at = this.#shots.indexOf(shot);
    if (at < 0) return;
    this.#shots[at] = this.#shown = made;
    if (this.#shots.every(({ file }) => !file)) this.#tellProblem("");
    this.#changed();
  }

  #drop(shot) {
    this.#shots = this.#shots.filter((other) => other !== shot);
    this.#tellProblem("");
    this.#changed();
    this.#add.focus();
  }

  // A picture that is there.

  #shot(picture) {
    // A draft may be older than a picture that no step has shown for long.
    const lost = el("span", { class: "hint", hidden: true }, words.pictures.lost);
    const view = markedPicture({ onLost: (is) => shown(lost, is) });
    const [name, phone] = [el("span", { class: "unseen" }), el("span", { class: "hint" })];
    const button = el("button", { type: "button", class: "quiet shot", "data-act": "edit-picture", onclick: () => this.#open(shot) }, view.node, name, lost, phone, el("b", { "aria-hidden": "true" }, words.pictures.markHere));
    const earlier = el("button", { type: "button", class: "quiet", "data-act": "earlier-picture", onclick: () => this.#moveEarlier(shot, earlier) }, words.pictures.earlier);
    const shot = { picture, node: el("li", { "data-picture": picture.picture }, button, earlier), update: () => {
      const at = this.#shots.indexOf(shot);
      shown(earlier, at > 0);
      earlier.setAttribute("aria-label", words.pictures.earlierOne(at + 1));
      view.show(shot.picture, { isSmall: true, spoken: "" });
      text(phone, phoneName(shot.picture.shown_on));
      text(name, words.pictures.editOne(at + 1));
    } };
    return shot;
  }

  /** Moves a picture before the one in front of it. Of two for the same phone, the first is shown. */
  #moveEarlier(shot, pressed) {
    const at = this.#shots.indexOf(shot);
    if (at < 1) return;
    [this.#shots[at - 1], this.#shots[at]] = [shot, this.#shots[at - 1]];
    this.#changed();
    // The first one has no button any more.
    if (at > 1) pressed.focus();
    else shot.node.firstChild.focus();
  }

  #open(shot) {
    this.#shown = shot;
    this.#changed();
    openPictureEditor({
      picture: shot.picture, makes: [...new Set([...this.#makes(), ...makesOf(this.value)])],
      changed: (values) => {
        Object.assign(shot.picture, values);
        this.#shown = shot;
        this.#changed();
      },
      remove: async () => {
        if (await confirmed(words.pictures.removeQuestion, words.pictures.remove, words.office.no)) this.#drop(shot);
      },
    });
  }
}

/** A mark without the keys that its kind does not need. */
function bare(mark) {
  return Object.fromEntries(Object.entries(mark).filter(([, value]) => value !== null && value !== undefined));
}
