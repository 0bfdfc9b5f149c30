// The question of a step in its form: its kind, its text, the answers to choose from, and the right one.

import { el, shown, text } from "../../shared/dom.js";
import { numberOf } from "../../shared/results.js";
import { words } from "../../shared/words.js";
import { sign } from "../marking/drawing.js";
import { fileButton } from "./files.js";
import { namedQuestion } from "./outline.js";
import { pictureReason } from "./uploading.js";

const OPTIONS_MAX = 5;
const OPTIONS_MIN = 2;
const TEXT_MAX = 200;
const KINDS = ["CHOICE", "YES_NO", "NUMBER"];
const EMPTY = { kind: "CHOICE", text: "", options: [{ text: "", picture: null }, { text: "", picture: null }], unit: "", answer: null };

/** A field of the form: `value` is the question as the API takes it, or null. It dispatches `input` when it changes. */
export class StepQuestion {
  node;
  #send;
  /** The question as it is written, or null. An option's `picture` has the addresses of the picture. */
  #question = null;
  /** The pictures of options that are on their way: promises of whether each was taken. */
  #sending = new Set();
  #add = el("button", { type: "button", class: "quiet", "data-act": "add-question", onclick: () => this.#begin() }, words.questions.add);
  #body = el("div", { class: "question-body" });
  #problem = el("p", { class: "notice", role: "alert", hidden: true });

  /** `send(file)` resolves to the picture on the server. */
  constructor({ send }) {
    this.#send = send;
    this.node = el("fieldset", { class: "pictures question" }, el("legend", {}, words.questions.title), this.#add, this.#body, this.#problem);
  }

  get value() {
    if (!this.#question) return null;
    const { kind, text: asked, options, unit, answer } = this.#question;
    const common = { kind, text: asked.trim(), answer };
    if (kind === "NUMBER") return { ...common, unit: unit.trim() };
    if (kind === "YES_NO") return common;
    return { ...common, options: options.map((one) => ({ text: one.text.trim(), picture: one.picture })) };
  }

  set value(given) {
    this.#question = given ? { ...structuredClone(EMPTY), ...structuredClone(given) } : null;
    if (this.#question && this.#question.options.length < OPTIONS_MIN) this.#question.options = structuredClone(EMPTY.options);
    this.#draw();
  }

  addEventListener(...given) {
    this.node.addEventListener(...given);
  }

  /** The question as the server takes it: pictures by their names. Null if there is none. */
  get sent() {
    return namedQuestion(this.value);
  }

  /** The question as the preview shows it; null while it asks nothing. */
  get shown() {
    const question = this.value;
    return question?.text ? { options: [], unit: "", ...question } : null;
  }

  /** Tells whether the question can be saved. If not, says what is missing, and puts the cursor there. */
  isComplete() {
    const missing = this.#question ? [...this.#body.querySelectorAll("input[required]")].find((input) => !input.value.trim()) : null;
    text(this.#problem, words.questions.missing);
    shown(this.#problem, missing);
    missing?.focus();
    return !missing;
  }

  /** Resolves when no picture of an option is on its way: to false if one was not taken. */
  async settled() {
    let isGood = true;
    while (this.#sending.size > 0) isGood = (await Promise.all(this.#sending)).every(Boolean) && isGood;
    return isGood;
  }

  #begin() {
    this.#question = structuredClone(EMPTY);
    this.#changed();
    this.#body.querySelector("input[type=text]")?.focus();
  }

  /** `draws`: the fields are others now. */
  #changed(draws = true) {
    if (draws) this.#draw();
    this.node.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #set(changes, draws) {
    Object.assign(this.#question, changes);
    this.#changed(draws);
  }

  #draw() {
    const question = this.#question;
    shown(this.#add, !question);
    shown(this.#problem, false);
    this.#body.replaceChildren(...(question ? this.#fields(question) : []));
  }

  #fields(question) {
    const kinds = KINDS.map((kind) => radio("q-kind", words.questions.kinds[kind], question.kind === kind, () => this.#set({ kind, answer: null })));
    const asked = field("q-text", question.text, true, (value) => this.#set({ text: value }, false));
    const remove = el("button", { type: "button", class: "quiet", "data-act": "drop-question", onclick: () => {
      this.value = null;
      this.#changed();
      this.#add.focus();
    } }, words.questions.remove);
    return [el("div", { class: "row", role: "radiogroup", "aria-label": words.questions.kind }, kinds), el("label", { for: "q-text" }, words.questions.text), asked,
      ...this.#answers(question), remove];
  }

  #answers(question) {
    if (question.kind === "NUMBER") return this.#numberFields(question);
    const choices = question.kind === "YES_NO" ? [[true, words.question.yes], [false, words.question.no]] : null;
    const none = radio("q-right", words.questions.noRight, question.answer === null, () => this.#set({ answer: null }, false));
    const rows = choices ? choices.map(([value, label]) => el("div", { class: "row" }, this.#right(value, label))) : question.options.map((option, at) => this.#option(option, at));
    const more = question.kind === "CHOICE" && question.options.length < OPTIONS_MAX && el("button", { type: "button", class: "quiet", "data-act": "add-option", onclick: () => {
      this.#set({ options: [...question.options, { text: "", picture: null }] });
      this.#body.querySelector(`#q-option-${question.options.length}`)?.focus();
    } }, words.questions.addOption);
    return [el("p", { class: "hint" }, words.questions.rightHint), ...rows, el("div", { class: "row" }, none), more].filter(Boolean);
  }

  #numberFields({ unit, answer }) {
    const right = field("q-number", answer ?? "", false, (value) => {
      const number = numberOf(value);
      right.setCustomValidity(value.trim() && number === null ? words.questions.notNumber : "");
      this.#set({ answer: number }, false);
    });
    right.setAttribute("inputmode", "decimal");
    return [el("label", { for: "q-unit" }, words.questions.unit), field("q-unit", unit, false, (value) => this.#set({ unit: value }, false)),
      el("label", { for: "q-number" }, words.questions.rightNumber), right];
  }

  #right(value, label) {
    return radio("q-right", label, this.#question.answer === value, () => this.#set({ answer: value }, false));
  }

  #option(option, at) {
    const { options, answer } = this.#question;
    const name = words.questions.option(at + 1);
    const written = field(`q-option-${at}`, option.text, true, (value) => {
      option.text = value;
      this.#changed(false);
    }, name);
    const drop = options.length > OPTIONS_MIN && el("button", { type: "button", class: "quiet", "data-act": "drop-option", "aria-label": `${words.questions.removeOption}: ${name}`, onclick: () => {
      const moved = answer === at ? null : answer > at ? answer - 1 : answer;
      this.#set({ options: options.filter((one) => one !== option), answer: moved });
    } }, words.questions.removeOption);
    return el("div", { class: "row option" }, this.#right(at, words.questions.isRight), written, this.#picture(option, name), drop);
  }

  #picture(option, name) {
    if (option.picture) {
      const drop = () => {
        option.picture = null;
        this.#changed();
      };
      return [el("img", { class: "option-picture", src: option.picture.small_url, alt: "" }),
        el("button", { type: "button", class: "quiet", "data-act": "drop-option-picture", "aria-label": `${words.questions.removePicture}: ${name}`, onclick: drop }, words.questions.removePicture)];
    }
    const choose = el("button", { type: "button", class: "quiet", "data-act": "option-picture", "aria-label": `${words.questions.picture}: ${name}` }, sign("picture"), el("span", {}, words.questions.picture));
    return fileButton(choose, "image/*", ([file]) => file && this.#upload(option, file, choose));
  }

  #upload(option, file, choose) {
    const sent = this.#sends(option, file, choose);
    this.#sending.add(sent);
    sent.then(() => this.#sending.delete(sent));
  }

  async #sends(option, file, choose) {
    choose.disabled = true;
    text(choose.lastChild, words.pictures.sending);
    try {
      option.picture = await this.#send(file);
      this.#changed();
      return true;
    } catch (error) {
      text(this.#problem, pictureReason(error));
      shown(this.#problem, true);
      choose.disabled = false;
      text(choose.lastChild, words.questions.picture);
      return false;
    }
  }
}

function field(id, value, isNeeded, oninput, label) {
  const input = el("input", { type: "text", id, maxlength: TEXT_MAX, required: isNeeded, "aria-label": label });
  input.value = value;
  input.addEventListener("input", () => oninput(input.value));
  return input;
}

function radio(name, label, isChecked, onchange) {
  const input = el("input", { type: "radio", name, onchange });
  input.checked = isChecked;
  return el("label", { class: "check" }, input, el("span", {}, label));
}
