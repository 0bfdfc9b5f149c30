// A certificate as it is printed, drawn as wide as the phone or larger.

import { send } from "../shared/api.js";
import { el, text } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { picture } from "./pictures.js";
import { button, heading } from "./screens.js";
import { show } from "./stage.js";

/** The width of the sheet. One em of the drawing is ten points of the print. */
const WIDE_EM = 84.2;
const LARGER = 2.4;

/** The texts on the paper: Korean with a line of English, in every language of the page. */
const PRINTED = {
  number: (number) => `제 ${number} 호`, title: "수료증", text: "위 사람은 아래 과정을 성실히 마쳤으므로 이 증서를 드립니다.", seal: "수료",
  fields: {
    period: ["기간", "Period"], hours: ["학습 시간", "Hours"], completed: ["수료일", "Completed"], instructor: ["강사", "Instructor"],
    expires: ["유효 기한", "Valid until"], total: ["총점", "Total"], attendance: ["출석", "Attendance"], progress: ["진도", "Progress"],
    assessment: ["평가", "Assessment"],
  },
  hours: (hours, minutes) => [hours > 0 && `${hours}시간`, minutes > 0 && `${minutes}분`].filter(Boolean).join(" "),
  points: (points) => `${points}점`, day: (year, month, day) => `${year}년 ${month}월 ${day}일`,
};

/** `paper` has the paths of its page and its PDF; `back` leads to the screen before. */
export async function showPaper(paper, back) {
  const { printed } = await send("GET", `${paper.page}.json`);
  show("paper", () => ({ node: screen(printed, paper, back), update() {} }));
}

function screen(printed, paper, back) {
  const sheet = diploma(printed);
  const frame = el("div", { class: "paper-frame", tabindex: "0", role: "region", "aria-label": words.paper.title }, sheet);
  let isLarger = false;
  const fit = () => {
    const wide = frame.clientWidth * (isLarger ? LARGER : 1);
    sheet.style.width = `${wide}px`;
    sheet.style.fontSize = `${wide / WIDE_EM}px`;
  };
  const larger = button("plain small", "larger", words.paper.larger, "search", () => {
    isLarger = !isLarger;
    text(larger.lastChild, isLarger ? words.paper.smaller : words.paper.larger);
    fit();
    // The middle is read first.
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
  });
  new ResizeObserver(fit).observe(frame);
  const link = (act, href, label, icon) => el("a", { class: "button plain small", href, "data-act": act }, picture(icon), el("span", {}, label));
  return el("section", { class: "screen" },
    el("div", { class: "content" }, heading(words.paper.title), frame, larger,
      link("print", paper.pdf, words.me.print, "next"), link("check", paper.page, words.paper.check, "check")),
    el("div", { class: "actions still" }, button("main", "record", words.paper.back, "paper", back)));
}

function diploma(printed) {
  const it = PRINTED;
  const line = (kind, printed, lang) => printed && el("p", { class: kind, lang }, printed);
  return el("article", { class: "diploma", lang: "ko" },
    line("number", it.number(printed.number)), line("title", it.title), line("english", "CERTIFICATE OF COMPLETION", "en"),
    line("name", printed.name), line("said", it.text), line("completed", "has successfully completed the course", "en"),
    line("course", printed.course), line("class", printed.class),
    el("div", { class: "facts" }, about(printed).map(cell)), el("div", { class: "facts" }, scores(printed).map(cell)),
    el("div", { class: "foot" }, line("issued", it.day(...printed.issued.split("-").map(Number))), line("issuer", printed.issuer),
      el("p", { class: "seal" }, el("b", {}, it.seal), el("span", { lang: "en" }, "CERTIFIED"))),
    line("proof", `${printed.number} · ${printed.code}`), line("proof", printed.uuid));
}

function cell([field, value]) {
  const [name, english] = PRINTED.fields[field];
  return el("p", {}, el("span", {}, name, el("i", { lang: "en" }, english)), value);
}

function about({ starts, ends, minutes, completed, instructor, expires }) {
  return [
    // A course of one day has one.
    ["period", [...new Set([starts, ends])].filter(Boolean).map(dots).join(" – ")],
    ["hours", minutes ? PRINTED.hours(Math.floor(minutes / 60), minutes % 60) : ""],
    ["completed", dots(completed)], ["instructor", instructor], ["expires", expires ? dots(expires) : ""],
  ].filter(([, value]) => value);
}

function scores({ total_score: total, attendance_score: attendance, progress_score: progress, assessment_score: assessment }) {
  const given = Object.entries({ total, attendance, progress, assessment }).filter(([, score]) => score !== null);
  return given.map(([field, score]) => [field, PRINTED.points(Number(score.toFixed(2)))]);
}

/** `2026. 9. 1.` */
const dots = (date) => date.split("-").map((part) => `${Number(part)}.`).join(" ");
