// The questions of a session in its summary, with the numbers of answers.

import { el } from "../../shared/dom.js";
import { resultList } from "../../shared/results.js";
import { words } from "../../shared/words.js";

/** Resolves to the questions that someone has answered, and a button that saves them as a table; to nothing if there are none. */
export async function answeredQuestions({ api, id, title, fail }) {
  const { questions } = await api.get(`/api/sessions/${id}/answers`);
  const answered = questions.filter(({ total }) => total > 0);
  if (answered.length === 0) return [];
  const save = () => api.download(`/api/sessions/${id}/answers.csv`, words.questionNow.csvName(title)).catch(fail);
  return [el("h3", {}, words.questionNow.all), ...answered.map(block),
    el("div", { class: "row" }, el("button", { type: "button", class: "quiet", "data-act": "answers-csv", onclick: save }, words.questionNow.csv))];
}

function block(line) {
  const list = resultList();
  list.draw(line.question, { ...line, answer: line.question.answer });
  return el("section", { class: "answered" }, el("p", {}, el("b", {}, line.question.text), " ", el("span", { class: "hint" }, words.questionNow.answered(line.total))), list.node);
}
