// The editor of a lecture's tasks and steps. A change is shown at once, and sent after the changes before it.

import { del, post, put } from "../../shared/api.js";
import { confirmed, el } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { aboutLecture } from "./about.js";
import { forgetDraft, hasDraft } from "./draft.js";
import { sign } from "../marking/drawing.js";
import { MessageError } from "./errors.js";
import { dropZone, fileButton, guardDrops } from "./files.js";
import { lecturePage } from "./lecture.js";
import { copyStep, copyTask, makeStep, numberAnew, picturesOf, placeOf, STEPS, TASKS } from "./outline.js";
import { makesOf } from "./phone-choice.js";
import { Pile } from "./pile.js";
import { StepForm } from "./step-form.js";
import { moveByKey, saidOf, thingTools, thumbOf } from "./thing-tools.js";
import { newTaskForm, titleForm } from "./title-forms.js";
import { pagesOf, sendPicture } from "./uploading.js";
import { announce } from "./widgets.js";

export async function open(on, id) {
  const editor = new Editor(on, id);
  const lecture = await editor.reload();
  const node = lecturePage(on, lecture, "editor", aboutLecture(on, lecture), editor.node);
  return { node, title: lecture.title, close: () => editor.close() };
}

class Editor {
  node = el("div", { class: "pile contents" });
  #api;
  #fail;
  #report;
  #id;
  #tasks = [];
  /** The one form that is open: `{ name, node, close }`. */
  #open = null;
  /** Drawn anew with each change, the form of a new task is not: a letter that is being composed in it would be lost. */
  #list = el("div", { class: "pile" });
  #newTask;
  #queue = Promise.resolve();
  #pile;
  #unguard = guardDrops();

  constructor({ api, fail, report, isHere }, id) {
    [this.#api, this.#fail, this.#report, this.#id] = [api, fail, report, id];
    this.#newTask = newTaskForm({ name: `task.of.${id}`, save: (values, empty) => this.#addTask(values, empty) });
    this.node.append(this.#list, this.#newTask);
    this.#pile = new Pile({
      send: (file) => sendPicture(api, id, file), pages: (file) => pagesOf(api, id, file), make: (...given) => this.#stepOf(...given),
      ended: (task, steps) => isHere() && this.#showPile(task, steps),
    });
  }

  /** Loads the lecture with its tasks and steps, and draws them. */
  async reload() {
    const lecture = await this.#api.get(`/api/lectures/${this.#id}?subtasks=true`);
    this.#tasks = lecture.tasks;
    this.#draw();
    return lecture;
  }

  close() {
    this.#unguard();
    this.#pile.stop();
    this.#open?.close?.();
  }

  /** Does something after everything that was asked for before it. */
  #do(work, undo = () => {}) {
    return (this.#queue = this.#queue.then(async () => {
      try {
        this.#fail(null);
        await work();
      } catch (error) {
        await undo();
        this.#report(error);
      }
    }));
  }

  /** Changes the order or number of things. If that fails, the state of the server is shown; what was being written stays as a draft. */
  #arrange(work) {
    this.#do(work, async () => {
      this.#open = null;
      await this.reload().catch(() => {});
    });
  }

  // Drawing.

  #draw() {
    const active = document.activeElement;
    this.#list.replaceChildren(this.#hello(), ...this.#tasks.map((task, at) => this.#task(task, at)));
    if (active.dataset.key) this.#focus(active.dataset.key);
    else if (this.node.contains(active)) active.focus();
  }

  /** Gives a button the focus, or its neighbour if it is disabled, as «up» is at the first place. */
  #focus(key) {
    const wanted = this.node.querySelector(`[data-key="${key}"]`);
    const other = wanted?.disabled && wanted.parentElement.querySelector("button:not(:disabled)");
    (other || wanted)?.focus();
  }

  #hello() {
    return this.#tasks.length > 0 ? "" : el("div", { class: "card" }, el("h2", {}, words.editor.empty), el("p", {}, words.editor.emptyHint));
  }

  #task(task, at) {
    const name = `task.${task.id}`;
    const heading = this.#open?.name === name ? this.#open.node : el("h2", {}, `${at + 1}. ${task.title}`);
    const add = `new.${task.id}`;
    const more = this.#open?.name === add ? this.#open.node : this.#adder(task, add);
    return dropZone(el("section", { class: "card task", "data-task": task.id, "aria-label": task.title },
      el("div", { class: "head" }, heading, this.#tools({
        name, at, all: this.#tasks, path: TASKS, thing: task, copy: () => this.#copyTask(task),
        edit: () => this.#editTask(task, name), question: words.editor.binTask(task.title, task.subtasks.length),
      })),
      this.#pile.task?.id === task.id && this.#pile.node, el("ol", { class: "steps" }, task.subtasks.map((step, n) => this.#step(task, step, n))), more),
    (files) => this.#takePile(task, files));
  }

  #adder(task, name) {
    const add = el("button", {
      type: "button", class: "quiet", "data-key": `${name}.open`, "data-act": "add-step", onclick: () => this.#addStep(task, name),
    }, words.editor.addStep, this.#draftTag(name));
    const pile = el("button", { type: "button", class: "quiet", "data-key": `${name}.pile`, "data-act": "add-pile" }, sign("picture"), words.pile.title);
    return el("div", { class: "row" }, add, fileButton(pile, "image/*,application/pdf", (files) => this.#takePile(task, files)));
  }

  #step(task, step, at) {
    const name = `step.${step.id}`;
    const edit = () => this.#editStep(task, step, name);
    const isOpen = this.#open?.name === name;
    const node = el("li", { "data-step": step.id }, el("div", { class: "head" },
      thumbOf(step, edit),
      el("div", { class: "said", onclick: edit }, el("h3", {}, step.title, this.#draftTag(name)),
        el("p", { class: "hint" }, saidOf(step))),
      this.#tools({
        name, at, all: task.subtasks, path: STEPS, thing: step, copy: () => this.#copyStep(task, step), edit,
        question: words.editor.binStep(step.title),
      })), isOpen && this.#open.node);
    node.addEventListener("keydown", (event) => moveByKey(event, at, task.subtasks.length, (to) => this.#move(task.subtasks, at, to, STEPS)));
    return node;
  }

  #draftTag(name) {
    return hasDraft(name) && this.#open?.name !== name && el("span", { class: "kept" }, words.editor.unsaved);
  }

  #tools({ name, at, all, path, thing, copy, edit, question }) {
    const move = (to) => () => this.#move(all, at, to, path);
    const bin = () => this.#bin({ all, path, thing, name, question });
    return thingTools({
      name, title: thing.title, isFirst: at === 0, isLast: at === all.length - 1, isOpen: this.#open?.name === name,
      acts: { up: move(at - 1), down: move(at + 1), copy, edit, bin },
    });
  }

  // Moving, copying and deleting.

  #move(all, from, to, path) {
    all.splice(to, 0, ...all.splice(from, 1));
    this.#draw();
    const task = this.#tasks.find(({ subtasks }) => subtasks === all);
    announce(words.editor.moved(all[to].title, task ? placeOf(this.#tasks, task, to, 0)[0] : to + 1));
    this.#arrange(() => numberAnew(this.#api, all, path));
  }

  #copyStep(task, step) {
    this.#arrange(async () => {
      const made = await copyStep(this.#api, task, step);
      await this.#placeAfter(task.subtasks, step, made, STEPS);
      this.#focus(`step.${made.id}.edit`);
    });
  }

  #copyTask(task) {
    this.#arrange(async () => {
      const made = await copyTask(this.#api, this.#id, task);
      await this.#placeAfter(this.#tasks, task, made, TASKS);
      this.#focus(`task.${made.id}.edit`);
    });
  }

  async #placeAfter(all, thing, made, path) {
    all.splice(all.indexOf(thing) + 1, 0, made);
    await numberAnew(this.#api, all, path);
    this.#draw();
    announce(words.editor.copied(made.title));
  }

  async #bin({ all, path, thing, name, question }) {
    if (!(await confirmed(question, words.editor.tools.bin, words.office.no))) return;
    this.#arrange(async () => {
      await this.#api.call(del, `${path}/${thing.id}`);
      forgetDraft(name);
      if (this.#open?.name === name) this.#shut();
      all.splice(all.indexOf(thing), 1);
      this.#draw();
      announce(words.editor.gone(thing.title));
    });
  }

  // Forms.

  #show(name, form) {
    this.#open?.close?.();
    this.#open = { name, node: form.node, close: () => form.close?.(), rename: () => form.focusToRename?.() };
    this.#draw();
    form.focus();
  }

  #shut(key) {
    this.#open?.close?.();
    this.#open = null;
    this.#draw();
    if (key) this.#focus(key);
  }

  #editStep(task, step, name) {
    if (this.#open?.name === name) return;
    const place = () => placeOf(this.#tasks, task, task.subtasks.indexOf(step), 0);
    const next = this.#pile.after(step);
    const save = (values) => this.#do(async () => {
      Object.assign(step, await this.#api.call(put, `${STEPS}/${step.id}`, values));
      forgetDraft(name);
      this.#shut(`${name}.edit`);
      announce(words.editor.saved(step.title));
      if (task.subtasks.includes(next)) this.#rename(task, next);
    });
    this.#show(name, this.#stepForm({ name, step, place, save, shut: () => this.#shut(`${name}.edit`), hasNext: next }));
  }

  #rename(task, step) {
    this.#editStep(task, step, `step.${step.id}`);
    this.#open.rename();
  }

  #stepForm(given) {
    return new StepForm({ ...given, makes: () => makesOf(picturesOf(this.#tasks)), send: (file) => sendPicture(this.#api, this.#id, file) });
  }

  /** Opens the form of a new step. It stays open for the next one. */
  #addStep(task, name) {
    const place = () => placeOf(this.#tasks, task, task.subtasks.length, 1);
    const save = (values) => this.#do(async () => {
      const made = await makeStep(this.#api, task, values);
      task.subtasks.push(made);
      form.next();
      this.#draw();
      form.focus();
      announce(words.editor.saved(made.title));
    });
    const form = this.#stepForm({ name, place, save, shut: () => this.#shut(`${name}.open`) });
    this.#show(name, form);
  }

  #takePile(task, files) {
    if (this.#pile.isRunning) return this.#fail(new MessageError(words.pile.busy));
    // The form would be drawn anew under the hands of whoever writes in it. Its content stays as a draft.
    this.#shut();
    this.#pile.run(task, files);
    return this.#draw();
  }

  async #stepOf(task, { picture }, { title, guide } = {}) {
    const made = await makeStep(this.#api, task, { title: title || words.pile.step(task.subtasks.length + 1), guide_text: guide || undefined, pictures: [{ picture }] });
    task.subtasks.push(made);
    if (!this.#open) this.#draw();
    return made;
  }

  /** Lets the steps of a pile get their titles, one after the other, unless something else is being written by now. */
  #showPile(task, [first]) {
    this.#draw();
    if (first && !this.#open && !this.#newTask.contains(document.activeElement)) this.#rename(task, first);
  }

  #editTask(task, name) {
    if (this.#open?.name === name) return;
    const save = (values) => this.#do(async () => {
      Object.assign(task, await this.#api.call(put, `${TASKS}/${task.id}`, values), { subtasks: task.subtasks });
      forgetDraft(name);
      this.#shut(`${name}.edit`);
    });
    this.#show(name, titleForm({ name, thing: task, save, shut: () => this.#shut(`${name}.edit`) }));
  }

  #addTask(values, empty) {
    return this.#do(async () => {
      const made = await this.#api.call(post, `/api/lectures/${this.#id}/tasks`, values);
      const task = { ...made, subtasks: made.subtasks ?? [] };
      this.#tasks.push(task);
      empty();
      // Its first step comes next.
      this.#addStep(task, `new.${task.id}`);
    });
  }
}
