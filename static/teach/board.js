// The live board of one class: who needs me, and the big buttons.

import { confirmed, el, perFrame, shown, text } from "../shared/dom.js";
import { HelpQueue } from "./help.js";
import { PeopleList } from "./people.js";
import { Roster, STATES } from "./roster.js";
import { put } from "../shared/api.js";
import { holeForInstructor, LiveSocket } from "../shared/socket.js";

const LINKS = { connecting: "연결하는 중", open: "연결됨", waiting: "다시 연결하는 중입니다" };
/** Who is signed out reads it on the sign-in page. */
const OVER = {
  gone: "이 수업을 찾을 수 없습니다.", removed: "이 수업에서 나왔습니다.",
  forbidden: "이 수업의 강사만 볼 수 있습니다.", replaced: "다른 창에서 열렸습니다.",
};

export class Board {
  #api;
  #id;
  #fail;
  #socket;
  #roster = new Roster();
  #steps = [];
  #help;
  #people;
  #parts;
  #isBusy = false;
  #code = null;
  #paint = perFrame(() => this.#draw());

  constructor({ api, id, fail }) {
    this.#api = api;
    this.#id = id;
    this.#fail = fail;
  }

  async open() {
    const { subtasks } = await this.#api.get(`/api/sessions/${this.#id}/steps`);
    this.#steps = subtasks;
    this.#help = new HelpQueue({
      api: this.#api, session: this.#id, fail: this.#fail, nameOf: (user) => this.#roster.people.get(user.id)?.label ?? user.name,
    });
    this.#people = new PeopleList({ api: this.#api, session: this.#id, fail: this.#fail });
    this.#parts = parts(this);
    this.node = layout(this.#parts, this.#people.node, this.#help.node);
    this.#connect();
    return this;
  }

  close() {
    this.#socket.stop();
    this.#help.close();
    link("");
  }

  #connect() {
    const id = this.#id;
    this.#socket = new LiveSocket({
      api: this.#api, path: `/ws/session/${id}/instructor/`, params: { batch: 1 }, hasHole: holeForInstructor,
      ask: `/api/sessions/${id}/current`,
    });
    this.#socket.onFrame = (frame) => this.#heard(frame);
    this.#socket.onState = (state) => {
      if (state === "open") this.#fail(null);
      link(state, LINKS[state]);
    };
    this.#socket.onOver = (why) => link(OVER[why] ? "waiting" : "", OVER[why]);
    this.#socket.start();
  }

  #heard(frame) {
    this.#roster.heard(frame);
    if (this.#roster.helpHasChanged) {
      this.#roster.helpHasChanged = false;
      this.#help.load();
    }
    if (this.#roster.stateIsOld) {
      this.#roster.stateIsOld = false;
      this.#socket.refresh();
    }
    this.#paint();
  }

  // The buttons.

  get #at() {
    return this.#steps.findIndex((step) => step.id === this.#roster.step?.id);
  }

  start() {
    return this.#command("start", { first_subtask_id: this.#steps[0]?.id });
  }

  next() {
    return this.#move(1);
  }

  back() {
    return this.#move(-1);
  }

  /** Named, not counted: pressed twice it is still the same step. */
  #move(by) {
    const step = this.#steps[this.#at + by];
    return step && this.#command("next-step", { next_subtask_id: step.id });
  }

  pause() {
    return this.#command("pause", {});
  }

  resume() {
    return this.#command("resume", {});
  }

  async end() {
    if (await confirmed("수업을 끝낼까요? 끝낸 수업은 다시 시작할 수 없습니다.", "수업 끝내기")) await this.#command("end", {});
  }

  async #command(name, body) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#paint();
    const { message } = this.#parts;
    try {
      this.#fail(null);
      await this.#api.once(`/api/sessions/${this.#id}/${name}`, { ...body, message: message.value.trim() || null });
      message.value = "";
    } catch (error) {
      this.#fail(error);
    }
    this.#isBusy = false;
    this.#paint();
  }

  async door() {
    const door = this.#roster.door === "OPEN" ? "CLOSED" : "OPEN";
    try {
      await this.#api.call(put, `/api/sessions/${this.#id}`, { door });
    } catch (error) {
      this.#fail(error);
    }
  }

  async sheet() {
    try {
      await this.#api.download(`/api/sessions/${this.#id}/attendance.csv`, `${this.#roster.title} 출석부.csv`);
    } catch (error) {
      this.#fail(error);
    }
  }

  // The page.

  #draw() {
    const { status, step, door, title, code, joinUrl, lecture, shown: phones } = this.#roster;
    if (!status) return;
    const p = this.#parts;
    text(p.title, lecture.title);
    text(p.about, `${title} · ${STATES[status]}`);
    text(p.door, door === "OPEN" ? "문 닫기" : "문 열기");
    shown(p.door, status !== "REVIEW_MODE");
    shown(p.closed, door === "CLOSED" && status !== "REVIEW_MODE");
    if (this.#code !== code) this.#invite(code, joinUrl);
    this.#placeInvite(status === "WAITING");
    shown(p.invite, status !== "REVIEW_MODE");
    this.#drawStep(status, step, phones);
    this.#drawButtons(status);
    this.#people.draw(this.#roster.people, status);
  }

  /** Large and first while people come in, small and last in class. */
  #placeInvite(isLarge) {
    const { invite, wide, side } = this.#parts;
    invite.classList.toggle("small", !isLarge);
    if (isLarge && wide.firstChild !== invite) wide.prepend(invite);
    if (!isLarge && invite.parentNode !== side) side.append(invite);
  }

  #drawStep(status, step, phones) {
    const p = this.#parts;
    const counts = this.#roster.counts();
    const inClass = status === "IN_PROGRESS" || status === "PAUSED";
    shown(p.now, inClass);
    text(p.count, `${counts.done} / ${counts.all} 마침`);
    p.bar.max = Math.max(1, counts.all);
    p.bar.value = counts.done;
    text(p.phones, `휴대폰 ${phones}대가 이 단계를 보고 있습니다${counts.away ? ` · 자리 비움 ${counts.away}명` : ""}`);
    text(p.where, inClass ? `${this.#at + 1} / ${this.#steps.length}단계` : "");
    text(p.step, step?.title);
    text(p.guide, step?.guide_text);
    text(p.coming, nextWords(this.#steps[this.#at + 1]));
    text(p.here, `${counts.all}명이 들어왔습니다`);
  }

  #drawButtons(status) {
    const p = this.#parts;
    const is = (...wanted) => wanted.includes(status);
    shown(p.start, is("WAITING"));
    shown(p.next, is("IN_PROGRESS"));
    shown(p.back, is("IN_PROGRESS"));
    shown(p.pause, is("IN_PROGRESS"));
    shown(p.resume, is("PAUSED"));
    shown(p.end, !is("REVIEW_MODE"));
    shown(p.say, !is("REVIEW_MODE"));
    shown(p.over, is("REVIEW_MODE"));
    shown(p.stepless, is("WAITING") && this.#steps.length === 0);
    for (const button of [p.start, p.pause, p.resume, p.end]) button.disabled = this.#isBusy;
    p.start.disabled ||= this.#steps.length === 0;
    p.next.disabled = this.#isBusy || this.#at >= this.#steps.length - 1;
    p.back.disabled = this.#isBusy || this.#at <= 0;
  }

  /** The address that phones can reach is known to the server, not to this browser. */
  #invite(code, joinUrl) {
    this.#code = code;
    const p = this.#parts;
    p.qr.src = `/qr/${code}.svg`;
    text(p.code, code);
    const { origin, pathname } = new URL(joinUrl);
    p.url.replaceChildren(origin, el("wbr"), el("span", {}, pathname));
  }
}

function nextWords(step) {
  return step ? `다음: ${step.title}` : "마지막 단계입니다";
}

function link(state, words = "") {
  const node = document.querySelector("#link");
  node.dataset.state = state;
  text(node, words);
}

function parts(board) {
  const button = (kind, label, act) => el("button", { type: "button", class: `big ${kind}`, onclick: () => board[act]() }, label);
  return {
    wide: el("div", { class: "wide" }), side: el("div", { class: "side" }),
    title: el("h1"), about: el("p", { class: "hint" }),
    door: el("button", { type: "button", class: "quiet", onclick: () => board.door() }),
    sheet: el("button", { type: "button", class: "quiet", onclick: () => board.sheet() }, "출석부 내려받기"),
    closed: el("p", { class: "notice" }, "교실 문이 닫혀 있습니다. 새로 들어올 수 없습니다."),
    invite: el("section", { class: "card invite", "aria-label": "들어오는 방법" }),
    qr: el("img", { alt: "수업에 들어오는 QR 코드", class: "qr" }), code: el("p", { class: "code" }), url: el("p", { class: "url" }),
    here: el("p", { class: "here" }),
    now: el("section", { class: "card now", "aria-label": "지금 단계" }), where: el("p", { class: "hint" }), step: el("h2"),
    guide: el("p", { class: "guide" }), count: el("p", { class: "count" }), bar: el("progress", { "aria-label": "마친 사람" }),
    phones: el("p", { class: "hint" }), coming: el("p", { class: "hint" }),
    stepless: el("p", { class: "notice" }, "단계가 없습니다. «단계 편집»에서 먼저 단계를 만들어 주세요."),
    over: el("p", { class: "notice good" }, "수업이 끝났습니다. 수강생은 계속 복습할 수 있습니다."),
    say: el("div", { class: "say" }),
    message: el("input", { id: "message", maxlength: 500, placeholder: "예: 천천히 따라 해 보세요" }),
    start: button("main", "수업 시작", "start"), back: button("quiet", "← 이전 단계", "back"), next: button("main", "다음 단계 →", "next"),
    pause: button("quiet", "잠시 쉬기", "pause"), resume: button("main", "다시 시작", "resume"), end: button("call", "수업 끝내기", "end"),
  };
}

function layout(p, people, help) {
  p.invite.append(p.qr, el("div", {}, el("p", { class: "hint" }, "휴대폰 카메라로 QR을 찍어 주세요. 안 되면 인터넷 주소창에 아래 주소를 적어 주세요."), p.url, p.code, p.here));
  p.now.append(p.where, p.step, p.guide, el("div", { class: "tally" }, p.count, p.bar), p.phones, p.coming);
  p.say.append(el("label", { for: "message" }, "모두에게 한마디 (없어도 됩니다)"), p.message);
  const controls = el("section", { class: "card controls", "aria-label": "수업 진행" }, p.stepless, p.over, p.say,
    el("div", { class: "buttons" }, p.start, p.back, p.next, p.resume, p.pause, p.end));
  p.wide.append(p.now, controls, people);
  p.side.append(help, p.invite);
  return el("div", { class: "board" },
    el("div", { class: "head" }, el("div", {}, el("p", {}, el("a", { href: "/teach" }, "← 내 강의")), p.title, p.about), el("div", { class: "row" }, p.sheet, p.door)),
    p.closed, el("div", { class: "columns" }, p.wide, p.side));
}
