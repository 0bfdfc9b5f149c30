// The question of a step: a large button for each answer, or a field for a number, and below them what everyone is shown of the answers.

import { el, shown, text } from "../shared/dom.js";
import { answerInWords, choicesOf, numberOf, resultList } from "../shared/results.js";
import { sentences, words } from "../shared/words.js";
import { systemNow } from "./kinds.js";
import { picture } from "./pictures.js";
import { button, note, quote, tell } from "./screens.js";

/** Makes the part of the screen. `act.answer(value)` gives an answer. `update` gets the state of the screen. */
export function stepQuestion(act) {
  const parts = { asked: el("h2", { id: "asked" }), choices: el("div", { class: "choices", role: "group", "aria-labelledby": "asked" }), number: numberField(act), results: resultList(), told: note("told"), failed: note("call") };
  const node = el("section", { class: "asked", hidden: true }, parts.asked, parts.choices, parts.number.node, parts.told, parts.failed, parts.results.node);
  let drawn = "";
  return {
    node,
    update({ step: { id, question }, given, link }) {
      shown(node, question);
      if (!question) return;
      const { mine, isOnItsWay, isClosed, results, refused } = given;
      const wanted = JSON.stringify([id, question, words.question]);
      if (wanted !== drawn) {
        drawn = wanted;
        quote(parts.asked, question.text);
        parts.choices.replaceChildren(...choicesOf(question).map((choice, at) => choiceButton(choice, at, act)));
        parts.number.begin(question);
      }
      const isNumber = question.kind === "NUMBER";
      shown(parts.choices, !isNumber && !isClosed);
      shown(parts.number.node, isNumber && !isClosed);
      choicesOf(question).forEach(({ value }, at) => choose(parts.choices.children[at], value === mine));
      const said = isNumber && mine !== null ? words.asked.number(answerInWords(question, mine)) : mine !== null && words.asked.sent;
      const more = isClosed ? words.asked.closed : said && (isNumber ? words.asked.changeNumber : words.asked.change);
      const stands = isOnItsWay ? link !== "open" && words.step.unsent : sentences(said, more);
      tell(parts.told, stands);
      tell(parts.failed, refused !== null && (words.refused[refused] ?? words.asked.failed));
      shown(parts.results.node, results);
      if (results) parts.results.draw(question, results, mine);
    },
  };
}

function choiceButton({ value, label, picture: seen }, at, act) {
  const chosen = el("span", { class: "chosen", hidden: true }, picture("check"), words.asked.chosen);
  const image = seen && el("img", { src: seen.small_url, alt: "", width: seen.width, height: seen.height });
  return el("button", { type: "button", class: "button plain pick", "data-act": `answer-${at}`, "aria-pressed": "false", onclick: () => act.answer(value) }, image, el("span", {}, label), chosen);
}

function choose(pressed, isChosen) {
  pressed.setAttribute("aria-pressed", String(isChosen));
  shown(pressed.lastChild, isChosen);
}

/** A field for a number, with large keys. */
function numberField(act) {
  const input = el("input", { id: "number", class: "field", inputmode: "decimal", autocomplete: "off", "aria-labelledby": "asked unit", maxlength: 12 });
  const unit = el("span", { id: "unit" });
  const wrong = note("call");
  const send = button("main", "answer-number", words.asked.send, "check", () => {
    const value = numberOf(input.value, unit.textContent);
    tell(wrong, value === null && words.asked.notNumber);
    if (value === null) input.focus();
    else act.answer(value);
  });
  input.addEventListener("keydown", ({ key }) => key === "Enter" && send.click());
  // The keys for numbers have no minus on an iPhone.
  const minus = button("plain small", "minus", words.asked.minus, null, () => {
    input.value = /^[-−]/.test(input.value) ? input.value.slice(1) : `-${input.value}`;
    input.focus();
  });
  const node = el("div", { class: "number-field" }, el("div", { class: "number-line" }, input, unit), minus, wrong, send);
  const begin = (question) => {
    input.value = "";
    tell(wrong, "");
    text(unit, question.unit);
    shown(minus, systemNow() === "IPHONE");
  };
  return { node, begin };
}
