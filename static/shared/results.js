// The answers to the question of a step, as rows with words, numbers and bars. Their texts are in the book `in-class`.

import { el } from "./dom.js";
import { languageOf, words } from "./words.js";

/** Lists the answers to choose from, as `{ value, label, picture }`; none if a number is asked for. */
export function choicesOf({ kind, options }) {
  if (kind === "CHOICE") return options.map(({ text: label, picture }, value) => ({ value, label, picture }));
  if (kind === "YES_NO") return [true, false].map((value) => ({ value, label: value ? words.question.yes : words.question.no, picture: null }));
  return [];
}

/** An answer in words. */
export function answerInWords(question, value) {
  const chosen = choicesOf(question).find((one) => one.value === value);
  return chosen?.label ?? [value, question.unit].filter((part) => part !== "").join(" ");
}

const without = (text, end) => text.slice(0, text.length - end.length);

/** Reads a number as people write it, also with its unit; null if it is none. */
export function numberOf(typed, unit = "") {
  const bare = (text) => text.normalize("NFKC").replaceAll(/\s/g, "");
  const all = bare(typed);
  const written = without(all, [bare(unit), ...words.question.counters].find((word) => word && all.endsWith(word)) ?? "").replace(/^[−–]/, "-").replace(/,(?=\d{3}(\D|$))/g, "").replace(",", ".");
  return /^-?(\d{1,9}\.?\d*|\.\d+)$/.test(written) ? Number(written) : null;
}

/** All that a question says, for those who listen. */
export function spokenQuestion(question) {
  return question && [question.text, ...choicesOf(question).map(({ label }) => label)].join(".\n");
}

/** Makes the list of answers. `draw` gets the question, `{ counts, others, answer }`, and the answer of the one who looks, if any. */
export function resultList() {
  const node = el("ul", { class: "results" });
  let drawn = "";
  const draw = (question, results, mine = null) => {
    const wanted = JSON.stringify([question, results, mine, words.question]);
    if (wanted === drawn) return;
    drawn = wanted;
    node.replaceChildren(...rowsOf(question, results, mine).map(row));
  };
  return { node, draw };
}

function rowsOf(question, { counts, others, answer: right = null }, mine) {
  const rows = (counts ?? []).map(({ value, count }) => ({ label: answerInWords(question, value), count, isRight: value === right, isMine: value === mine }));
  const isListed = right === null || rows.some(({ isRight }) => isRight);
  if (!isListed) rows.push({ label: answerInWords(question, right), count: 0, isRight: true, isMine: right === mine });
  if (others > 0) rows.push({ label: words.question.others, count: others });
  const all = Math.max(1, rows.reduce((sum, { count }) => sum + count, 0));
  return rows.map((one) => ({ ...one, share: one.count / all }));
}

function row({ label, count, share, isRight, isMine }) {
  const bar = el("span");
  bar.style.width = `${share * 100}%`;
  const signs = [isRight && `✓ ${words.question.right}`, isMine && words.question.mine].filter(Boolean);
  return el("li", { "data-right": isRight }, el("span", { class: "label", lang: languageOf(label) }, label), el("b", {}, words.question.people(count)),
    signs.map((sign) => el("span", { class: "sign" }, sign)), el("span", { class: "meter", "aria-hidden": "true" }, bar));
}
