// An example lecture, for people who have none yet.

import { post } from "../../shared/api.js";
import { words } from "../../shared/words.js";

/** Makes the lecture, and resolves to its id. */
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
