// Requests for the tasks and steps of a lecture.

import { post, put } from "../../shared/api.js";
import { words } from "../../shared/words.js";
import { TITLE_MAX } from "./title-forms.js";

export const TASKS = "/api/tasks";
export const STEPS = "/api/subtasks";

/** Numbers all tasks, or all steps of a task, anew, since two may have the same number. */
export async function numberAnew(api, all, path) {
  for (const [at, thing] of [...all].entries()) {
    if (thing.order_index === at + 1) continue;
    await api.call(put, `${path}/${thing.id}`, { order_index: at + 1 });
    thing.order_index = at + 1;
  }
}

export const makeStep = (api, task, values) => api.call(post, `${TASKS}/${task.id}/subtasks`, { ...values, question: namedQuestion(values.question) });

/** A question as the server takes it: its pictures by their names. */
export const namedQuestion = (question) => question && { ...question, options: question.options?.map(({ text, picture }) => ({ text, picture: picture?.picture ?? picture })) };

/** Makes a copy of a step with all that it has, at the end of its task. */
export const copyStep = (api, task, step) => makeStep(api, task, { ...step, title: twin(step), order_index: undefined });

/** Makes a copy of a task with its steps, at the end of its lecture. */
export async function copyTask(api, lecture, task) {
  const { title, description } = task;
  const made = await api.call(post, `/api/lectures/${lecture}/tasks`, { title: twin({ title }), description });
  for (const step of task.subtasks) await makeStep(api, made, { ...step, order_index: undefined });
  return api.get(`${TASKS}/${made.id}`);
}

/** The number of a step among the steps of all tasks, as phones show it, and how many there are with `more` new ones: `[3, 12]`. */
export function placeOf(tasks, task, at, more) {
  const count = (some) => some.reduce((sum, { subtasks }) => sum + subtasks.length, 0);
  return [count(tasks.slice(0, tasks.indexOf(task))) + at + 1, count(tasks) + more];
}

/** The pictures of all steps. */
export const picturesOf = (tasks) => tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ pictures }) => pictures ?? []));

function twin({ title }) {
  const sign = words.editor.twin;
  return title.slice(0, TITLE_MAX - sign.length) + sign;
}
