// The editor of a lecture's tasks and steps. A change is shown at once, and sent after the changes before it.

import { del, post, put } from "../../shared/api.js";
import { confirmed, el, onSubmit } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { aboutLecture } from "./about.js";
import { forgetDraft, hasDraft, keepDraft } from "./draft.js";
import { lecturePage } from "./lecture.js";
import { announce, tool } from "./widgets.js";
import { StepForm, TITLE_MAX, titleForm } from "./step-form.js";

const TASKS = "/api/tasks";
const STEPS = "/api/subtasks";

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
  #newTask;
  #queue = Promise.resolve();

  constructor({ api, fail, report }, id) {
    this.#api = api;
    this.#fail = fail;
    this.#report = report;
    this.#id = id;
    this.#newTask = this.#taskForm();
  }

  /** Loads the lecture with its tasks and steps, and draws them. */
  async reload() {
    const lecture = await this.#api.get(`/api/lectures/${this.#id}?subtasks=true`);
    this.#tasks = lecture.tasks;
    this.#draw();
    return lecture;
  }

  close() {
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
    const key = document.activeElement?.dataset.key;
    this.node.replaceChildren(this.#hello(), ...this.#tasks.map((task, at) => this.#task(task, at)), this.#newTask);
    if (key) this.#focus(key);
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
    return el("section", { class: "card task", "data-task": task.id, "aria-label": task.title },
      el("div", { class: "head" }, heading, this.#tools({
        name, at, all: this.#tasks, path: TASKS, thing: task, copy: () => this.#copyTask(task),
        edit: () => this.#editTask(task, name), question: words.editor.binTask(task.title, task.subtasks.length),
      })),
      el("ol", { class: "steps" }, task.subtasks.map((step, n) => this.#step(task, step, n))), more);
  }

  #adder(task, name) {
    return el("button", {
      type: "button", class: "quiet add", "data-key": `${name}.open`, "data-act": "add-step",
      onclick: () => this.#addStep(task, name),
    }, words.editor.addStep, this.#draftTag(name));
  }

  #step(task, step, at) {
    const name = `step.${step.id}`;
    const edit = () => this.#editStep(task, step, name);
    const isOpen = this.#open?.name === name;
    const node = el("li", { "data-step": step.id }, el("div", { class: "head" },
      el("div", { class: "said", onclick: edit }, el("h3", {}, step.title, this.#draftTag(name)),
        el("p", { class: "hint" }, step.guide_text || words.editor.noGuide)),
      this.#tools({
        name, at, all: task.subtasks, path: STEPS, thing: step, copy: () => this.#copyStep(task, step), edit,
        question: words.editor.binStep(step.title),
      })), isOpen && this.#open.node);
    node.addEventListener("keydown", (event) => this.#moveByKey(event, task.subtasks, at));
    return node;
  }

  #draftTag(name) {
    return hasDraft(name) && this.#open?.name !== name && el("span", { class: "kept" }, words.editor.unsaved);
  }

  #tools({ name, at, all, path, thing, copy, edit, question }) {
    const key = (act) => ({ "data-key": `${name}.${act}`, "data-act": act });
    const label = (what) => words.editor.tool(thing.title, what);
    const { up, down, copy: twice, edit: change, bin } = words.editor.tools;
    return el("div", { class: "tools" },
      tool("up", label(up), () => this.#move(all, at, at - 1, path), { ...key("up"), disabled: at === 0 }),
      tool("down", label(down), () => this.#move(all, at, at + 1, path), { ...key("down"), disabled: at === all.length - 1 }),
      tool("copy", label(twice), copy, key("copy")),
      tool("edit", label(change), edit, { ...key("edit"), "aria-expanded": String(this.#open?.name === name) }),
      tool("bin", label(bin), () => this.#bin({ all, path, thing, name, question }), key("bin")));
  }

  // Moving, copying and deleting.

  #moveByKey(event, steps, at) {
    const to = { ArrowUp: at - 1, ArrowDown: at + 1 }[event.key];
    if (!event.altKey || to === undefined || event.target.matches("input, textarea")) return;
    event.preventDefault();
    if (to >= 0 && to < steps.length) this.#move(steps, at, to, STEPS);
  }

  #move(all, from, to, path) {
    all.splice(to, 0, ...all.splice(from, 1));
    this.#draw();
    const task = this.#tasks.find(({ subtasks }) => subtasks === all);
    announce(words.editor.moved(all[to].title, task ? this.#place(task, to, 0)[0] : to + 1));
    this.#arrange(() => this.#number(all, path));
  }

  /** Numbers all of them anew, since two may have the same number. */
  async #number(all, path) {
    for (const [at, thing] of [...all].entries()) {
      if (thing.order_index === at + 1) continue;
      await this.#api.call(put, `${path}/${thing.id}`, { order_index: at + 1 });
      thing.order_index = at + 1;
    }
  }

  #copyStep(task, step) {
    this.#arrange(async () => {
      const made = await this.#api.call(post, `${TASKS}/${task.id}/subtasks`, { ...step, title: twin(step), order_index: undefined });
      await this.#placeAfter(task.subtasks, step, made, STEPS);
      this.#focus(`step.${made.id}.edit`);
    });
  }

  #copyTask(task) {
    this.#arrange(async () => {
      const { title, description } = task;
      const made = await this.#api.call(post, `/api/lectures/${this.#id}/tasks`, { title: twin({ title }), description });
      for (const step of task.subtasks) {
        await this.#api.call(post, `${TASKS}/${made.id}/subtasks`, { ...step, order_index: undefined });
      }
      await this.#placeAfter(this.#tasks, task, await this.#api.get(`${TASKS}/${made.id}`), TASKS);
      this.#focus(`task.${made.id}.edit`);
    });
  }

  async #placeAfter(all, thing, made, path) {
    all.splice(all.indexOf(thing) + 1, 0, made);
    await this.#number(all, path);
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
    this.#open = { name, node: form.node, close: () => form.close?.() };
    this.#draw();
    form.focus();
  }

  #shut(key) {
    this.#open?.close?.();
    this.#open = null;
    this.#draw();
    if (key) this.#focus(key);
  }

  /** The number of a step among the steps of all tasks, as phones show it, and how many there are: `[3, 12]`. */
  #place(task, at, more) {
    const count = (tasks) => tasks.reduce((sum, { subtasks }) => sum + subtasks.length, 0);
    return [count(this.#tasks.slice(0, this.#tasks.indexOf(task))) + at + 1, count(this.#tasks) + more];
  }

  #editStep(task, step, name) {
    if (this.#open?.name === name) return;
    const place = () => this.#place(task, task.subtasks.indexOf(step), 0);
    const save = (values) => this.#do(async () => {
      Object.assign(step, await this.#api.call(put, `${STEPS}/${step.id}`, values));
      forgetDraft(name);
      this.#shut(`${name}.edit`);
      announce(words.editor.saved(step.title));
    });
    this.#show(name, new StepForm({ name, step, place, save, shut: () => this.#shut(`${name}.edit`) }));
  }

  /** Opens the form of a new step. It stays open for the next one. */
  #addStep(task, name) {
    const place = () => this.#place(task, task.subtasks.length, 1);
    const save = (values) => this.#do(async () => {
      const made = await this.#api.call(post, `${TASKS}/${task.id}/subtasks`, values);
      task.subtasks.push(made);
      form.next();
      this.#draw();
      form.focus();
      announce(words.editor.saved(made.title));
    });
    const form = new StepForm({ name, place, save, shut: () => this.#shut(`${name}.open`) });
    this.#show(name, form);
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

  #taskForm() {
    const title = el("input", { id: "task", maxlength: TITLE_MAX, required: true, placeholder: words.editor.taskExample });
    const draft = keepDraft(`task.of.${this.#id}`, { title });
    const node = el("form", { class: "card" }, el("label", { for: "task" }, words.editor.newTask),
      el("div", { class: "row" }, title, el("button", { class: "main", "data-act": "add-task" }, words.editor.addTask)));
    node.addEventListener("submit", onSubmit(() => this.#do(async () => {
      const made = await this.#api.call(post, `/api/lectures/${this.#id}/tasks`, draft.values());
      const task = { ...made, subtasks: made.subtasks ?? [] };
      this.#tasks.push(task);
      draft.begin();
      // Its first step comes next.
      this.#addStep(task, `new.${task.id}`);
    })));
    return node;
  }
}

function twin({ title }) {
  const sign = words.editor.twin;
  return title.slice(0, TITLE_MAX - sign.length) + sign;
}
