// A whole lecture to look at and to change, for whoever has none yet.

import { post } from "../../shared/api.js";
import { words } from "../../shared/words.js";

/** Resolves to the lecture's id. */
export async function makeSample(api) {
  const { title, description, tasks } = words.sample;
  const lecture = await api.call(post, "/api/lectures", { title, description });
  for (const task of tasks) {
    const made = await api.call(post, `/api/lectures/${lecture.id}/tasks`, { title: task.title });
    for (const [name, guide] of task.steps) {
      await api.call(post, `/api/tasks/${made.id}/subtasks`, { title: name, guide_text: guide });
    }
  }
  return lecture.id;
}
