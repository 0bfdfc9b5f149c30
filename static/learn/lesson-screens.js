// The screens of a session on the phone: waiting, a step, an answer, the review.

import { el, shown, text } from "../shared/dom.js";
import { canSpeak } from "../shared/speech.js";
import { languageOf, sentences, words } from "../shared/words.js";
import { picture, repicture } from "./pictures.js";
import { answerPicture, screenPictureCard } from "./screen-picture-card.js";
import { button, emblem, heading, note, quote, relabel, remark, screen, tell } from "./screens.js";
import { announce } from "./stage.js";
import { stepPicture } from "./step-picture.js";
import { stepQuestion } from "./step-question.js";

export function waiting({ name, isBare }) {
  const parts = { room: el("p", { class: "room" }), word: note(), asked: note(), present: el("p", { class: "present", hidden: true }, picture("check"), words.waiting.present) };
  const node = screen(el("div", { class: "content middle" }, emblem("smile"), heading(words.waiting.title(name)),
    el("p", { class: "guide" }, words.waiting.line), parts.word, parts.asked, parts.present, parts.room,
    isBare && el("p", { class: "room" }, words.waiting.insecure)));
  return {
    node,
    update({ title, message, isPresent, identity }) {
      if (isPresent && parts.present.hidden) announce(words.waiting.present);
      shown(parts.present, isPresent);
      quote(parts.room, title);
      showMessage(parts.word, message);
      tell(parts.asked, words.identity[identity]);
    },
  };
}

/** A call for help stays open in a break, and can be taken back there. */
export function paused(act) {
  const parts = { word: note(), call: callNote(), cancel: button("plain", "cancel", words.help.cancel, null, act.cancel) };
  const node = screen(el("div", { class: "content middle" }, emblem("cup"), heading(words.paused.title),
    el("p", { class: "guide" }, words.paused.line), parts.word), [parts.call.node, parts.cancel]);
  return {
    node,
    update(state) {
      showMessage(parts.word, state.message);
      showCall(parts, state);
      shown(node.lastChild, state.call);
    },
  };
}

/** Shows what the teacher told everyone. */
function showMessage(node, message) {
  shown(node, message);
  const wanted = message ?? "";
  if (node.dataset.said === wanted) return;
  node.dataset.said = wanted;
  node.replaceChildren(el("b", {}, words.step.teacher), el("span", { lang: languageOf(wanted) }, wanted));
}

// The buttons that read aloud.

function listenButtons(act) {
  const again = button("plain small", "listen", "", "sound", () => act.listen(false));
  const slowly = button("plain small", "slow", words.listening.slowly, "slow", () => act.listen(true));
  return { node: el("div", { class: "listening" }, again, slowly), again, slowly, voiceless: note("voiceless") };
}

function showListening({ node, again, slowly, voiceless }, { canListen, isHeard, isSlow, isVoiceless }) {
  shown(node, canListen);
  relabel(again, isHeard ? words.listening.again : words.listening.listen);
  repicture(again.firstChild, isHeard ? "again" : "sound");
  shown(slowly, !isSlow);
  remark(voiceless, isVoiceless || !canListen ? words.listening.voiceless : "");
}

// The number of the step, with a bar, and the button that tells how one comes back from another app.

function stepNumber(act) {
  const number = el("span", { "aria-hidden": "true" });
  const spoken = el("span", { class: "unseen" });
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  const wayBack = el("button", { type: "button", class: "tool", "data-act": "way-back", "aria-haspopup": "dialog", onclick: act.wayBack }, picture("home"), el("span", {}, words.picture.wayBack));
  return { node: el("div", { class: "where" }, el("p", {}, number, spoken), bar, wayBack), number, spoken, bar };
}

/** `texts`: the section of texts that names the step. */
function showNumber({ node, number, spoken, bar }, { at, of }, texts) {
  for (const part of [node.firstChild, bar]) shown(part, at > 0);
  text(number, `${texts.word ? `${texts.word} ` : ""}${at} / ${of}`);
  text(spoken, texts.place(at, of));
  bar.firstChild.style.width = `${of ? (100 * at) / of : 0}%`;
}

/** A step, with the buttons «done» and «help». */
export function step(act) {
  const parts = {
    number: stepNumber(act), company: el("p", { class: "company" }), title: heading(), seen: stepPicture(), guide: el("p", { class: "guide" }), asked: stepQuestion(act), sound: listenButtons(act),
    word: note(), identity: note("identity"), call: callNote(), praise: note("good"), late: note(), failed: note("call"),
    ask: button("plain small", "ask-class", words.step.ask, "smile", act.askClass),
    done: button("main", "done", words.step.done, "check", act.done), help: button("call", "help", words.step.help, "hand", act.help),
    hint: hintCard(act), screen: screenPictureCard(act), cancel: button("plain", "cancel", words.help.cancel, null, act.cancel),
  };
  const { number, company, title, seen, guide, asked, sound, word, identity, call, praise, late, failed, done, help, hint, screen: sender, cancel } = parts;
  call.jump.addEventListener("click", () => {
    hint.node.scrollIntoView({ block: "nearest" });
    hint.node.focus({ preventScroll: true });
  });
  const content = el("div", { class: "content" }, el("div", { class: "standing" }, number.node, company), title, word, seen.node, seen.lost, guide, asked.node, identity, sender.node, hint.node, sound.node, sound.voiceless, el("div", { class: "listening" }, parts.ask));
  const node = screen(content, [call.node, praise, late, failed, done, help, cancel]);
  return { node, update: (state) => updateStep(node, parts, state) };
}

function updateStep(node, parts, state) {
  const isNew = node.dataset.step !== String(state.step.id);
  node.dataset.step = state.step.id;
  showNumber(parts.number, state, words.step);
  showCompany(parts.company, state);
  quote(parts.title, state.step.title);
  parts.seen.update(state.step);
  quote(parts.guide, state.step.guide_text || (state.step.question ? "" : words.step.quiet));
  parts.asked.update(state);
  showListening(parts.sound, state);
  showMessage(parts.word, state.message);
  tell(parts.identity, words.identity[state.identity]);
  showCall(parts, state);
  showHint(parts.hint, state.hint);
  parts.screen.update(state);
  tell(parts.praise, state.isDone && sentences(praiseOf(state), whatComes(state)));
  tell(parts.late, state.isSending && state.link !== "open" && words.step.unsent);
  tell(parts.failed, reasonOf(state.refused ?? state.helpRefused));
  // An answer says that the step is done. Once nobody answers any more, the button does.
  shown(parts.done, !state.isDone && (!state.step.question || state.given.isClosed));
  showSending(parts.done, words.step.done, state);
  shown(parts.help, !state.call);
  if (isNew) replay(node);
}

/** Praise, but not for an answer of which the learner has just seen that another one was right. */
function praiseOf({ given: { mine, results } }) {
  const right = results?.answer ?? null;
  return right === null || mine === null || mine === right ? words.step.praise : words.step.rightKnown;
}

/** Shows whether the phone is with the teacher's step. Before the first answer nothing is known, and nothing is wrong. */
function showCompany(node, { link, hasFollowed }) {
  const state = link === "open" && hasFollowed ? "followed" : link;
  const { together, followed, apart } = words.step;
  text(node, { open: together, connecting: "", followed }[state] ?? apart);
  node.dataset.state = state;
}

/** The hint of the classroom's helper, below the step. */
function hintCard(act) {
  const hint = el("p", {});
  const hear = button("plain small", "hear-hint", words.listening.listen, "sound", act.hear);
  const helped = button("plain small", "helped", words.answer.helped, "check", act.helped);
  const notYet = button("plain small", "not-yet", words.answer.notYet, null, act.notYet);
  const node = el("section", { class: "card hint", tabindex: "-1", "aria-label": words.answerer.GUIDE, hidden: true },
    el("p", { class: "room" }, words.answerer.GUIDE), hint, el("div", { class: "listening" }, hear, helped, notYet));
  return { node, hint, hear };
}

function showHint({ node, hint, hear }, given) {
  shown(node, given);
  quote(hint, given?.answer.help_content ?? "");
  shown(hear, canSpeak);
}

/** A note about an open call, with a button that leads to the hint. Where little fits, everything after its first sentence is hidden and only read aloud. */
function callNote() {
  const [call, more] = [el("span"), el("span", { class: "unseen-if-tight" })];
  const jump = el("button", { type: "button", class: "jump unseen-if-tight", "data-act": "see-hint", hidden: true }, words.help.seeHint);
  return { node: el("p", { class: "note call", hidden: true }, call, more, jump), call, more, jump };
}

/** Shows how a call stands. The parts are its note `call` and the button `cancel`, which takes it back. */
function showCall({ call: { node, call, more, jump }, cancel }, { call: open, hint, link }) {
  const status = (open && statusOf(open, link)) || "";
  const soon = open?.id && (open.helper ? words.answer.visitLine : words.help.soon);
  const all = sentences(status, soon, hint && words.help.hint);
  if (all !== (node.dataset.said ?? "")) announce(all);
  node.dataset.said = all;
  text(call, status);
  text(more, !hint ? all.slice(status.length) : status ? " " : `${words.help.hint} `);
  shown(jump, hint);
  node.classList.toggle("unseen-if-tight", !status);
  node.classList.toggle("good", Boolean(open?.helper));
  node.classList.toggle("call", !open?.helper);
  shown(node, all);
  shown(cancel, open?.id);
  showSending(cancel, words.help.cancel, { link, ...open });
}

function statusOf({ id, isLong, helper }, link) {
  if (id) return helper ? words.help.coming(helper) : words.help.known;
  return link === "open" ? isLong && words.page.sending : words.help.unsent;
}

/** Shows that a press is on its way: the button cannot be pressed again, and tells of a long wait. The focus stays where it is. */
function showSending(pressed, label, { isSending, isLong, link }) {
  const wanted = isSending && isLong && link === "open" ? words.page.sending : label;
  if (wanted !== label && pressed.textContent !== wanted) announce(wanted);
  relabel(pressed, wanted);
  if (pressed.children.length > 1) repicture(pressed.firstChild, isSending ? "wave" : "check");
  pressed.setAttribute("aria-disabled", Boolean(isSending));
}

/** The reason of a refusal, in words. */
function reasonOf(code) {
  return (code ?? null) !== null && (words.refused[code] ?? words.step.failed);
}

function whatComes({ at, of }) {
  return at > 0 && at === of ? words.step.last : words.step.next;
}

function replay(node) {
  node.classList.remove("arrive");
  requestAnimationFrame(() => node.classList.add("arrive"));
  scrollTo(0, 0);
}

export function answer(act) {
  const parts = {
    title: heading(), from: el("p", { class: "room" }), seen: answerPicture(), guide: el("p", { class: "guide" }), sound: listenButtons(act), about: el("p", { class: "room" }),
    word: note(),
  };
  const node = screen(el("div", { class: "content" }, el("div", { class: "standing" }, parts.title, parts.from), parts.seen.node, parts.seen.lost, parts.guide, parts.sound.node, parts.sound.voiceless, parts.about, parts.word),
    [button("main", "helped", words.answer.helped, "check", act.helped), button("plain", "not-yet", words.answer.notYet, null, act.notYet)]);
  return {
    node,
    update({ answer: given, picture: seen, isPictureLost, isVisit, isUnasked, step: current, earlier, message, ...sound }) {
      showMessage(parts.word, message);
      text(parts.title, isVisit ? words.answer.visit : isUnasked ? words.answer.unasked : words.answer.title);
      remark(parts.from, isVisit ? "" : words.answerer[given.answered_by]);
      parts.seen.update(seen, isPictureLost);
      quote(parts.guide, given.help_content || (isVisit ? words.answer.visitLine : given.picture ? words.answer.marked : ""));
      remark(parts.about, earlier ? words.answer.earlier(earlier.title) : current && words.answer.step(current.title));
      showListening(parts.sound, sound);
    },
  };
}

/** A step after the session has ended, to go through all of them again. */
export function review(act) {
  const parts = { number: stepNumber(act), title: heading(), seen: stepPicture(), guide: el("p", { class: "guide" }), sound: listenButtons(act) };
  const back = button("plain", "back", words.review.back, "back", act.back);
  const next = button("main", "next", words.review.next, null, act.next);
  const node = screen(el("div", { class: "content" }, parts.number.node, parts.title, parts.seen.node, parts.seen.lost, parts.guide, parts.sound.node, parts.sound.voiceless),
    [el("div", { class: "pair" }, back, next), button("plain small", "steps", words.review.all, "paper", act.list)]);
  return {
    node,
    update({ step: current, ...state }) {
      const isNew = node.dataset.step !== String(current.id);
      node.dataset.step = current.id;
      showNumber(parts.number, state, words.review);
      quote(parts.title, current.title);
      parts.seen.update(current);
      quote(parts.guide, current.guide_text ?? current.question?.text ?? "");
      showListening(parts.sound, state);
      back.disabled = state.at === 1;
      relabel(next, state.at === state.of ? words.review.last : words.review.next);
      if (isNew) replay(node);
    },
  };
}
