// The screens of the learner's phone: each is made once and then only updated, so that what has the focus keeps it.

import { el, shown, text } from "../shared/dom.js";

const button = (kind, label, onclick) => el("button", { type: "button", class: `button ${kind}`, onclick }, label);
const heading = (label = "") => el("h1", { tabindex: "-1" }, label);

function screen(content, actions = []) {
  return el("section", { class: "screen arrive" }, content, actions.length > 0 && el("div", { class: "actions" }, actions));
}

/** One sentence, one picture, and at most one button: `{picture, title, lines, label, act, second}`. */
export function plain({ picture, title, lines = [], label, act, second }) {
  const content = el("div", { class: "content middle" },
    picture && el("p", { class: "picture", "aria-hidden": "true" }, picture),
    heading(title), lines.filter(Boolean).map((line) => el("p", { class: "guide" }, line)));
  const actions = [label && button("main", label, act), second && button("plain", second.label, second.act)];
  return { node: screen(content, actions.filter(Boolean)), update() {} };
}

/** A form of one big field. `submit` gives a sentence to show when it cannot be done. */
export function question({ title, hint, label, field, go, submit, picture }) {
  const problem = el("p", { class: "note call", role: "alert", hidden: true });
  const input = el("input", { id: "answer", required: true, ...field });
  const press = el("button", { class: "button main" }, go);
  const form = el("form", { novalidate: true }, el("label", { for: "answer" }, label), input, problem, press);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (press.disabled) return;
    press.disabled = true;
    const trouble = await submit(input.value.trim());
    press.disabled = false;
    text(problem, trouble);
    shown(problem, trouble);
    if (trouble) input.focus();
  });
  const content = el("div", { class: "content" },
    picture && el("p", { class: "picture", "aria-hidden": "true" }, picture),
    heading(title), hint && el("p", { class: "guide" }, hint), form);
  return { node: screen(content), update() {} };
}

export function waiting({ name }) {
  const room = el("p", { class: "room" });
  const word = el("p", { class: "note", hidden: true });
  const node = screen(el("div", { class: "content middle" },
    el("p", { class: "picture", "aria-hidden": "true" }, "😊"), heading(`${name} 님, 잘 오셨어요`),
    el("p", { class: "guide" }, "선생님이 수업을 시작하면 화면이 저절로 바뀝니다. 그대로 기다리시면 됩니다."), word, room));
  return {
    node,
    update({ title, message }) {
      text(room, title);
      speak(word, message);
    },
  };
}

export function paused() {
  const word = el("p", { class: "note", hidden: true });
  const node = screen(el("div", { class: "content middle" },
    el("p", { class: "picture", "aria-hidden": "true" }, "☕"), heading("잠시 쉬는 시간이에요"),
    el("p", { class: "guide" }, "다시 시작하면 화면이 저절로 바뀝니다."), word));
  return { node, update: ({ message }) => speak(word, message) };
}

function speak(node, message) {
  text(node, message ? `선생님 말씀: ${message}` : "");
  shown(node, message);
}

function offerSound(node, { canListen, isHeard }) {
  text(node, isHeard ? "🔊 다시 듣기" : "🔊 소리로 듣기");
  shown(node, canListen);
}

/** The step, with what one can do about it. */
export function step(act) {
  const parts = {
    where: el("p", { class: "where" }), title: heading(), guide: el("p", { class: "guide" }),
    listen: button("plain small", "", act.listen), voiceless: el("p", { class: "note", hidden: true }),
    word: el("p", { class: "note", hidden: true }), line: el("p", { class: "note call", hidden: true, role: "status" }),
    done: button("main", "다 했어요", act.done), help: button("call", "도와주세요", act.help),
    praise: el("p", { class: "note good", hidden: true, role: "status" }),
  };
  const { where, title, guide, listen, voiceless, word, line, done, help, praise } = parts;
  const content = el("div", { class: "content" }, where, title, guide, listen, voiceless, word);
  const node = screen(content, [line, praise, done, help]);
  return { node, update: (state) => updateStep(node, parts, state) };
}

function updateStep(node, parts, state) {
  const isNew = node.dataset.step !== String(state.step.id);
  node.dataset.step = state.step.id;
  text(parts.where, state.place);
  shown(parts.where, state.place);
  text(parts.title, state.step.title);
  text(parts.guide, state.step.guide_text ?? "선생님 말씀을 듣고 따라 해 보세요.");
  offerSound(parts.listen, state);
  text(parts.voiceless, "이 휴대폰은 소리 내어 읽지 못해요. 글을 읽어 주세요.");
  shown(parts.voiceless, state.isVoiceless);
  speak(parts.word, state.message);
  text(parts.line, state.line);
  shown(parts.line, state.line);
  text(parts.praise, `잘하셨어요! ${whatNow(state)}`);
  shown(parts.praise, state.isDone);
  shown(parts.done, !state.isDone);
  shown(parts.help, !state.line);
  if (isNew) replay(node);
}

function whatNow({ isSent, isLast }) {
  if (!isSent) return "인터넷이 이어지면 선생님께 알려 드릴게요.";
  return isLast ? "마지막 단계까지 다 하셨어요. 선생님 말씀을 기다려 주세요." : "다음 단계를 기다려 주세요.";
}

function replay(node) {
  node.classList.remove("arrive");
  requestAnimationFrame(() => node.classList.add("arrive"));
  scrollTo(0, 0);
}

export function answer(act) {
  const title = heading();
  const words = el("p", { class: "guide" });
  const listen = button("plain small", "", act.listen);
  const about = el("p", { class: "where" });
  const node = screen(el("div", { class: "content" }, about, title, words, listen),
    [button("main", "이제 됐어요", act.helped), button("plain", "아직 잘 안 돼요", act.notYet)]);
  return {
    node,
    update({ answer: given, step: now, ...sound }) {
      text(about, now ? `지금 단계: ${now.title}` : "");
      text(title, given.help_type === "VISIT" ? "선생님이 가고 계세요" : "답이 왔어요");
      text(words, given.help_content);
      offerSound(listen, sound);
    },
  };
}

/** All steps again, at one's own pace. */
export function review(act) {
  const parts = { where: el("p", { class: "where" }), title: heading(), guide: el("p", { class: "guide" }) };
  const listen = button("plain small", "", act.listen);
  const back = button("plain", "← 이전", act.back);
  const next = button("main", "다음 →", act.next);
  const node = screen(el("div", { class: "content" }, parts.where, parts.title, parts.guide, listen),
    [el("div", { class: "pair" }, back, next)]);
  return {
    node,
    update({ step: now, place, isFirst, isLast, ...sound }) {
      text(parts.where, `복습 ${place}`);
      text(parts.title, now.title);
      text(parts.guide, now.guide_text ?? "");
      offerSound(listen, sound);
      back.disabled = isFirst;
      text(next, isLast ? "다 봤어요" : "다음 →");
    },
  };
}
