// The screens of the learner's phone: each is made once and then only updated, so that what has the focus keeps it.

import { el, shown, single, text } from "../shared/dom.js";
import { canSpeak } from "../shared/speech.js";
import { languageOf, words } from "../shared/words.js";
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

/** What people wrote is in their language, whatever the page's is. */
function quote(node, said) {
  text(node, said);
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
    update({ title, message, isPresent, isAskedAbout }) {
      if (isPresent && parts.present.hidden) announce(words.waiting.present);
      shown(parts.present, isPresent);
      quote(parts.room, title);
      say(parts.word, message);
      tell(parts.asked, isAskedAbout && words.here.asked);
    },
  };
}

export function paused() {
  const word = note();
  const node = screen(el("div", { class: "content middle" }, emblem("cup"), heading(words.paused.title),
    el("p", { class: "guide" }, words.paused.line), word));
  return { node, update: ({ message }) => say(word, message) };
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
    word: note(), line: note("call"), praise: note("good"), late: note(), failed: note("call"),
    done: button("main", "done", words.step.done, "check", act.done), help: button("call", "help", words.step.help, "hand", act.help),
    hint: hinting(act), cancel: button("plain", "cancel", words.help.cancel, null, act.cancel),
  };
  const { where, company, title, guide, sound, word, line, praise, late, failed, done, help, hint, cancel } = parts;
  const content = el("div", { class: "content" }, el("div", { class: "standing" }, where.node, company), title, guide, sound.node, sound.voiceless, hint.node, word);
  const node = screen(content, [line, praise, late, failed, done, help, cancel]);
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
  tell(parts.line, [state.call && lineOf(state.call, state.link), state.hint && words.help.hint].filter(Boolean).join(" "));
  hintAt(parts.hint, state.hint);
  tell(parts.praise, state.isDone && `${words.step.praise} ${whatNow(state)}`);
  tell(parts.late, state.isSending && state.link !== "open" && words.step.unsent);
  tell(parts.failed, whyNot(state.refused ?? state.helpRefused));
  shown(parts.done, !state.isDone);
  send(parts.done, words.step.done, state);
  shown(parts.help, !state.call);
  shown(parts.cancel, state.call?.id);
  send(parts.cancel, words.help.cancel, { link: state.link, ...state.call });
  if (isNew) replay(node);
}

/** Before the first answer nothing is known yet, and nothing is amiss. */
function accompany(node, { link, hasFollowed, isAskedAbout }) {
  const state = link !== "open" ? link : hasFollowed ? "followed" : isAskedAbout ? "asked" : link;
  const { together, followed, apart } = words.step;
  const said = { open: together, connecting: "", followed, asked: words.here.asked }[state] ?? apart;
  if (state === "asked" && node.dataset.state !== state) announce(said);
  text(node, said);
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

function lineOf({ id, position, isLong }, link) {
  if (!id && link !== "open") return words.help.unsent;
  if (!id) return isLong && words.step.sending;
  return `${words.help.known} ${position > 0 ? words.help.line(position) : words.help.soon}`;
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
  };
  const node = screen(el("div", { class: "content" }, el("div", { class: "standing" }, parts.title, parts.from), parts.guide, parts.sound.node, parts.sound.voiceless, parts.about),
    [button("main", "helped", words.answer.helped, "check", act.helped), button("plain", "not-yet", words.answer.notYet, null, act.notYet)]);
  return {
    node,
    update({ answer: given, isUnasked, step: now, earlier, ...sound }) {
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

// The pictures: lines in the colour of the text, so that they are seen in every theme.

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  sound: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM15.500 9a4.200 4.200 0 0 1 0 6M18.200 6.300a8 8 0 0 1 0 11.400",
  slow: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM15.500 9a4.200 4.200 0 0 1 0 6",
  quiet: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM16 9.500l5 5M21 9.500l-5 5",
  check: "M5 12.500l4.500 4.500 9.500-10",
  hand: "M8 12.500V6.200a1.500 1.500 0 0 1 3 0V11m0-.500V4.500a1.500 1.500 0 0 1 3 0V11m0-.500V6.200a1.500 1.500 0 0 1 3 0v8.300c0 4-2.400 6.500-5.800 6.500-3.300 0-4.900-1.800-6.900-6.200-.7-1.500 1.200-2.700 2.200-1.400L8 15",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 14a4.600 4.600 0 0 0 8 0M9 9.300v.4M15 9.300v.4",
  cup: "M5 10h11v5a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 11h1.500a2.300 2.300 0 0 1 0 4.600H16M8.500 4c-.9 1 .9 1.800 0 3M12.500 4c-.9 1 .9 1.800 0 3",
  star: "M12 3.500l2.600 5.300 5.900.9-4.250 4.100 1 5.800L12 16.900l-5.250 2.700 1-5.800L3.500 9.700l5.900-.9z",
  door: "M6.500 20V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v15M4 20h16M14 11.700v.6",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500l5 5",
  phone: "M8 3h8a1.500 1.500 0 0 1 1.500 1.500v15A1.500 1.500 0 0 1 16 21H8a1.500 1.500 0 0 1-1.500-1.500v-15A1.500 1.500 0 0 1 8 3zM11 18h2",
  house: "M3.500 11.500L12 4.500l8.500 7M6 9.700V20h12V9.700M10 20v-5h4v5",
  paper: "M6 3.500h12V16H6zM9 7.500h6M9 11h4M9.500 16v5l2.500-1.700 2.500 1.700v-5",
  wave: "M4.500 10a11 11 0 0 1 15 0M7.700 13.500a6.400 6.400 0 0 1 8.600 0M12 17.500v.1",
  person: "M12 4a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM5 20.500a7 7 0 0 1 14 0",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  again: "M19 12a7 7 0 1 1-2.200-5.100M19.500 4v4h-4",
};

/** Decoration beside words: a screen reader passes it by. */
export function picture(name, kind = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: kind, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", LINES[name]);
  svg.append(path);
  return svg;
}

/** Another picture in the same place. */
export function repicture(svg, name) {
  if (svg.firstChild.getAttribute("d") !== LINES[name]) svg.firstChild.setAttribute("d", LINES[name]);
}
