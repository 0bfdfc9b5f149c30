// The screens of the learner's phone: each is made once and then only updated, so that what has the focus keeps it.

import { el, shown, single, text } from "../shared/dom.js";
import { canSpeak } from "../shared/speech.js";
import { languageOf, sentences, words } from "../shared/words.js";
import { picture, repicture } from "./pictures.js";
import { announce, waitIsTold } from "./stage.js";

export function button(kind, act, label, icon, onclick) {
  return el("button", { type: "button", class: `button ${kind}`, "data-act": act, onclick }, icon && picture(icon), el("span", {}, label));
}

const name = (pressed, label) => text(pressed.lastChild, label);
export const heading = (label = "") => el("h1", { tabindex: "-1" }, label);
const note = (kind = "") => el("p", { class: `note ${kind}`, hidden: true });

export function screen(content, actions = [], kind = "") {
  return el("section", { class: "screen arrive" }, content, actions.length > 0 && el("div", { class: `actions ${kind}` }, actions));
}

/** What people wrote is in their language, whatever the page's is. A date in it stays on one line. */
function quote(node, said) {
  text(node, said?.replaceAll(/(\d)-(?=\d)/g, "$1\u2011"));
  if (said) node.lang = languageOf(said);
}

export function remark(node, said) {
  text(node, said || "");
  shown(node, said);
}

/** … and said to who does not see it. */
function tell(node, said) {
  if (said && node.textContent !== said) announce(said);
  remark(node, said);
}

const emblem = (icon) => el("p", { class: "emblem" }, picture(icon, "large"));

/** One picture, one sentence, and at most one main button: `acts` are `{act, label, icon, go, waiting}`, the main one first. */
export function plain({ icon, title, lines = [], acts = [] }) {
  const said = el("div", { class: "lines" });
  const update = ({ linesNow = () => lines }) => {
    const wanted = linesNow().filter(Boolean);
    if (said.dataset.said === wanted.join("\n")) return;
    said.dataset.said = wanted.join("\n");
    said.replaceChildren(...wanted.map((line) => el("p", { class: "guide", lang: languageOf(line) }, line)));
  };
  const once = oneAtATime();
  const buttons = acts.map(({ act, label, icon: mark, go, waiting: wait }, at) => button(at === 0 ? "main" : "plain", act, label, mark, ({ currentTarget }) => once(currentTarget, go, label, wait)));
  return { node: screen(el("div", { class: "content middle" }, emblem(icon), heading(title), said), buttons), update };
}

/** While one button of a screen works, no other does; a long wait is told on it. */
function oneAtATime() {
  return single(async (pressed, go, label, wait = words.step.sending) => {
    await waitIsTold(go(), () => name(pressed, wait));
    name(pressed, label);
  });
}

export function waiting({ name: who, isBare }) {
  const parts = { room: el("p", { class: "room" }), word: note(), asked: note(), present: el("p", { class: "present", hidden: true }, picture("check"), words.waiting.present) };
  const node = screen(el("div", { class: "content middle" }, emblem("smile"), heading(words.waiting.title(who)),
    el("p", { class: "guide" }, words.waiting.line), parts.word, parts.asked, parts.present, parts.room,
    isBare && el("p", { class: "room" }, words.waiting.insecure)));
  return {
    node,
    update({ title, message, isPresent, identity }) {
      if (isPresent && parts.present.hidden) announce(words.waiting.present);
      shown(parts.present, isPresent);
      quote(parts.room, title);
      say(parts.word, message);
      tell(parts.asked, words.here[identity]);
    },
  };
}

/** A call waits through a pause, and can be taken back there. */
export function paused(act) {
  const parts = { word: note(), line: calling(), cancel: button("plain", "cancel", words.help.cancel, null, act.cancel) };
  const node = screen(el("div", { class: "content middle" }, emblem("cup"), heading(words.paused.title),
    el("p", { class: "guide" }, words.paused.line), parts.word), [parts.line.node, parts.cancel]);
  return {
    node,
    update(state) {
      say(parts.word, state.message);
      callAt(parts, state);
      shown(node.lastChild, state.call);
    },
  };
}

/** What the teacher says to all. */
function say(node, message) {
  shown(node, message);
  const is = message ?? "";
  if (node.dataset.said === is) return;
  node.dataset.said = is;
  node.replaceChildren(el("b", {}, words.step.teacher), el("span", { lang: languageOf(is) }, is));
}

// Listening.

function listening(act) {
  const again = button("plain small", "listen", "", "sound", () => act.listen(false));
  const slowly = button("plain small", "slow", words.sound.slowly, "slow", () => act.listen(true));
  return { node: el("div", { class: "listening" }, again, slowly), again, slowly, voiceless: note("voiceless") };
}

function offer({ node, again, slowly, voiceless }, { canListen, isHeard, isSlow, isVoiceless }) {
  shown(node, canListen);
  name(again, isHeard ? words.sound.again : words.sound.listen);
  repicture(again.firstChild, isHeard ? "again" : "sound");
  shown(slowly, !isSlow);
  remark(voiceless, isVoiceless || !canListen ? words.sound.voiceless : "");
}

// Where one is.

function placing() {
  const number = el("span", { "aria-hidden": "true" });
  const spoken = el("span", { class: "unseen" });
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  return { node: el("div", { class: "where" }, el("p", {}, number, spoken), bar), number, spoken, bar };
}

function place({ node, number, spoken, bar }, { at, of }, kind) {
  shown(node, at > 0);
  text(number, `${kind.word ? `${kind.word} ` : ""}${at} / ${of}`);
  text(spoken, kind.place(at, of));
  bar.firstChild.style.width = `${of ? (100 * at) / of : 0}%`;
}

/** The step, with what one can do about it. */
export function step(act) {
  const parts = {
    where: placing(), company: el("p", { class: "company" }), title: heading(), guide: el("p", { class: "guide" }), sound: listening(act),
    word: note(), identity: note("identity"), line: calling(), praise: note("good"), late: note(), failed: note("call"),
    done: button("main", "done", words.step.done, "check", act.done), help: button("call", "help", words.step.help, "hand", act.help),
    hint: hinting(act), cancel: button("plain", "cancel", words.help.cancel, null, act.cancel),
  };
  const { where, company, title, guide, sound, word, identity, line, praise, late, failed, done, help, hint, cancel } = parts;
  const content = el("div", { class: "content" }, el("div", { class: "standing" }, where.node, company), title, word, guide, identity, sound.node, sound.voiceless, hint.node);
  const node = screen(content, [line.node, praise, late, failed, done, help, cancel]);
  return { node, update: (state) => updateStep(node, parts, state) };
}

function updateStep(node, parts, state) {
  const isNew = node.dataset.step !== String(state.step.id);
  node.dataset.step = state.step.id;
  place(parts.where, state, words.step);
  accompany(parts.company, state);
  quote(parts.title, state.step.title);
  quote(parts.guide, state.step.guide_text || words.step.quiet);
  offer(parts.sound, state);
  say(parts.word, state.message);
  tell(parts.identity, words.here[state.identity]);
  callAt(parts, state);
  hintAt(parts.hint, state.hint);
  tell(parts.praise, state.isDone && sentences(words.step.praise, whatNow(state)));
  tell(parts.late, state.isSending && state.link !== "open" && words.step.unsent);
  tell(parts.failed, whyNot(state.refused ?? state.helpRefused));
  shown(parts.done, !state.isDone);
  send(parts.done, words.step.done, state);
  shown(parts.help, !state.call);
  if (isNew) replay(node);
}

/** Before the first answer nothing is known yet, and nothing is amiss. */
function accompany(node, { link, hasFollowed }) {
  const state = link === "open" && hasFollowed ? "followed" : link;
  const { together, followed, apart } = words.step;
  text(node, { open: together, connecting: "", followed }[state] ?? apart);
  node.dataset.state = state;
}

/** What the classroom's helper says, below the step: it covers nothing and takes nothing away. */
function hinting(act) {
  const said = el("p", {});
  const hear = button("plain small", "hear-hint", words.sound.listen, "sound", act.hear);
  const helped = button("plain small", "helped", words.answer.helped, "check", act.helped);
  const notYet = button("plain small", "not-yet", words.answer.notYet, null, act.notYet);
  const node = el("section", { class: "card hint", "aria-label": words.answerer.GUIDE, hidden: true },
    el("p", { class: "room" }, words.answerer.GUIDE), said, el("div", { class: "listening" }, hear, helped, notYet));
  return { node, said, hear };
}

function hintAt({ node, said, hear }, hint) {
  shown(node, hint);
  quote(said, hint?.answer.help_content ?? "");
  shown(hear, canSpeak);
}

/** How an open call stands. Where little fits, what follows the first sentence is only heard: the step is more. */
function calling() {
  const [call, more] = [el("span"), el("span", { class: "unseen-if-tight" })];
  return { node: el("p", { class: "note call", hidden: true }, call, more), call, more };
}

/** `parts`: the `line` that says how the call stands, and the button that takes it back. */
function callAt({ line: { node, call, more }, cancel }, { call: open, hint, link }) {
  const fact = (open && factOf(open, link)) || "";
  const all = sentences(fact, open?.id && words.help.soon, hint && words.help.hint);
  if (node.textContent !== all) announce(all);
  text(call, fact);
  text(more, all.slice(fact.length));
  node.classList.toggle("unseen-if-tight", !fact);
  shown(node, all);
  shown(cancel, open?.id);
  send(cancel, words.help.cancel, { link, ...open });
}

function factOf({ id, isLong }, link) {
  if (id) return words.help.known;
  return link === "open" ? isLong && words.step.sending : words.help.unsent;
}

/** A button whose press is on its way cannot be pressed again; a long wait is told on it. The focus stays where it is. */
function send(pressed, label, { isSending, isLong, link }) {
  const said = isSending && isLong && link === "open" ? words.step.sending : label;
  if (said !== label && pressed.textContent !== said) announce(said);
  name(pressed, said);
  if (pressed.children.length > 1) repicture(pressed.firstChild, isSending ? "wave" : "check");
  pressed.setAttribute("aria-disabled", Boolean(isSending));
}

/** Why what was tapped was not taken, in words. */
function whyNot(code) {
  return (code ?? null) !== null && (words.refused[code] ?? words.step.failed);
}

function whatNow({ at, of }) {
  return at > 0 && at === of ? words.step.last : words.step.next;
}

function replay(node) {
  node.classList.remove("arrive");
  requestAnimationFrame(() => node.classList.add("arrive"));
  scrollTo(0, 0);
}

export function answer(act) {
  const parts = {
    title: heading(), from: el("p", { class: "room" }), guide: el("p", { class: "guide" }), sound: listening(act), about: el("p", { class: "room" }),
    word: note(),
  };
  const node = screen(el("div", { class: "content" }, el("div", { class: "standing" }, parts.title, parts.from), parts.guide, parts.sound.node, parts.sound.voiceless, parts.about, parts.word),
    [button("main", "helped", words.answer.helped, "check", act.helped), button("plain", "not-yet", words.answer.notYet, null, act.notYet)]);
  return {
    node,
    update({ answer: given, isUnasked, step: now, earlier, message, ...sound }) {
      say(parts.word, message);
      const isVisit = given.help_type === "VISIT";
      text(parts.title, isVisit ? words.answer.visit : isUnasked ? words.answer.unasked : words.answer.title);
      remark(parts.from, isVisit ? "" : words.answerer[given.answered_by]);
      quote(parts.guide, given.help_content || (isVisit ? words.answer.visitLine : ""));
      remark(parts.about, earlier ? words.answer.earlier(earlier.title) : now && words.answer.step(now.title));
      offer(parts.sound, sound);
    },
  };
}

/** All steps again, at one's own pace. */
export function review(act) {
  const parts = { where: placing(), title: heading(), guide: el("p", { class: "guide" }), sound: listening(act) };
  const back = button("plain", "back", words.review.back, "back", act.back);
  const next = button("main", "next", words.review.next, null, act.next);
  const node = screen(el("div", { class: "content" }, parts.where.node, parts.title, parts.guide, parts.sound.node, parts.sound.voiceless),
    [el("div", { class: "pair" }, back, next)]);
  return {
    node,
    update({ step: now, ...state }) {
      const isNew = node.dataset.step !== String(now.id);
      node.dataset.step = now.id;
      place(parts.where, state, words.review);
      quote(parts.title, now.title);
      quote(parts.guide, now.guide_text ?? "");
      offer(parts.sound, state);
      back.disabled = state.at === 1;
      name(next, state.at === state.of ? words.review.last : words.review.next);
      if (isNew) replay(node);
    },
  };
}
