// The tasks of a lecture and their steps.

import { del, post, put } from "../shared/api.js";
import { confirmed, el } from "../shared/dom.js";

export async function editor({ api, id, fail }) {
  const body = el("div", { class: "page" });
  const lecture = await api.get(`/api/lectures/${id}`);
  const edit = new Editor(api, id, body, fail);
  await edit.reload();
  const node = el("div", { class: "page" }, el("p", {}, el("a", { href: "/teach" }, "← 내 강의")),
    el("h1", {}, lecture.title), body);
  return { node };
}

class Editor {
  #api;
  #id;
  #body;
  #fail;
  #tasks = [];

  constructor(api, id, body, fail) {
    this.#api = api;
    this.#id = id;
    this.#body = body;
    this.#fail = fail;
  }

  async reload() {
    const { tasks } = await this.#api.get(`/api/lectures/${this.#id}`);
    this.#tasks = await Promise.all(tasks.map((task) => this.#api.get(`/api/tasks/${task.id}`)));
    this.#body.replaceChildren(...this.#tasks.map((task, at) => this.#task(task, at)), this.#newTask());
  }

  /** Does it, then shows what the server has now. */
  async #do(work) {
    try {
      this.#fail(null);
      await work();
      await this.reload();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #task(task, at) {
    const steps = task.subtasks;
    return el("section", { class: "card" },
      el("div", { class: "head" }, el("h2", {}, `${at + 1}. ${task.title}`), this.#tools({
        what: task.title, at, all: this.#tasks, path: "/api/tasks", fields: [TITLE], thing: task,
        question: `«${task.title}»과 그 안의 단계 ${steps.length}개를 지울까요?`,
      })),
      el("ol", { class: "steps" }, steps.map((step, n) => this.#step(step, n, steps))),
      el("button", { type: "button", class: "quiet", onclick: () => this.#addStep(task) }, "+ 단계 추가"));
  }

  #step(step, at, steps) {
    const says = step.guide_text || "(안내 글이 없습니다)";
    return el("li", {}, el("div", { class: "head" },
      el("div", {}, el("h3", {}, step.title), el("p", { class: "hint" }, says)),
      this.#tools({
        what: step.title, at, all: steps, path: "/api/subtasks", fields: STEP_FIELDS, thing: step,
        question: `«${step.title}» 단계를 지울까요?`,
      })));
  }

  #tools({ what, at, all, path, fields, thing, question }) {
    const tool = (label, name, onclick, disabled = false) =>
      el("button", { type: "button", class: "quiet icon", "aria-label": `${what}: ${name}`, title: name, onclick, disabled }, label);
    return el("div", { class: "tools" },
      tool("↑", "위로", () => this.#move(all, at, at - 1, path), at === 0),
      tool("↓", "아래로", () => this.#move(all, at, at + 1, path), at === all.length - 1),
      tool("수정", "수정", () => form(`${what} 수정`, fields, thing, (body) =>
        this.#do(() => this.#api.call(put, `${path}/${thing.id}`, body)))),
      tool("삭제", "삭제", async () => {
        if (await confirmed(question, "지우기")) this.#do(() => this.#api.call(del, `${path}/${thing.id}`));
      }));
  }

  /** Numbers all of them anew, since two may share a place. */
  #move(all, from, to, path) {
    const order = [...all];
    order.splice(to, 0, ...order.splice(from, 1));
    return this.#do(async () => {
      for (const [at, thing] of order.entries()) {
        if (thing.order_index !== at + 1) await this.#api.call(put, `${path}/${thing.id}`, { order_index: at + 1 });
      }
    });
  }

  #addStep(task) {
    form("새 단계", STEP_FIELDS, {}, (body) =>
      this.#do(() => this.#api.call(post, `/api/tasks/${task.id}/subtasks`, body)));
  }

  #newTask() {
    const title = el("input", { id: "task", maxlength: 200, required: true, placeholder: "예: 사진 보내기" });
    const node = el("form", { class: "card" }, el("label", { for: "task" }, "새 과제"),
      el("div", { class: "row" }, title, el("button", { class: "main" }, "과제 추가")));
    node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#do(() => this.#api.call(post, `/api/lectures/${this.#id}/tasks`, { title: title.value.trim() }));
    });
    return node;
  }
}

const TITLE = { key: "title", label: "제목", max: 200, required: true };
const STEP_FIELDS = [
  TITLE,
  { key: "guide_text", label: "안내 글 (휴대폰에 크게 보입니다)", max: 2000, rows: 3 },
  { key: "voice_guide_text", label: "읽어 줄 글 (비우면 안내 글을 읽습니다)", max: 2000, rows: 3 },
];

function form(name, fields, thing, save) {
  const inputs = fields.map(({ key, max, rows, required }) =>
    el(rows ? "textarea" : "input", { id: `f-${key}`, maxlength: max, rows, required, value: thing[key] ?? "" }));
  const dialog = el("dialog", { class: "ask", "aria-label": name });
  const close = () => dialog.close();
  const body = el("form", {}, el("h2", {}, name),
    fields.map((field, n) => [el("label", { for: `f-${field.key}` }, field.label), inputs[n]]),
    el("div", { class: "row" }, el("button", { type: "button", class: "quiet", onclick: close }, "취소"),
      el("button", { class: "main" }, "저장")));
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = fields.map(({ key }, n) => [key, inputs[n].value.trim() || null]);
    if (await save(Object.fromEntries(values))) close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(body);
  document.body.append(dialog);
  dialog.showModal();
}
