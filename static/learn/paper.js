// The paper of a certificate, as it hangs on the wall: drawn from what is printed on it, as wide as the phone or larger.

import { send } from "../shared/api.js";
import { el, text } from "../shared/dom.js";
import { words } from "../shared/words.js";
import { button, heading, picture } from "./screens.js";
import { show } from "./stage.js";

/** The width of the sheet in points, as the printer knows it; one em of the drawing is ten of them. */
const WIDE_EM = 84.2;
const LARGER = 2.4;

/** `paper` leads to its page and its PDF; `back` to where one came from. */
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
    // What is read first is in the middle.
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
  });
  new ResizeObserver(fit).observe(frame);
  const link = (act, href, label, icon) => el("a", { class: "button plain small", href, "data-act": act }, picture(icon), el("span", {}, label));
  return el("section", { class: "screen" },
    el("div", { class: "content" }, heading(words.paper.title), frame, larger,
      link("print", paper.pdf, words.me.print, "next"), link("check", paper.page, words.paper.check, "check")),
    el("div", { class: "actions still" }, button("main", "record", words.paper.back, "paper", back)));
}

/** It is in Korean with a line of English beside it, whatever the page speaks. */
function diploma(printed) {
  const line = (kind, said, lang) => said && el("p", { class: kind, lang }, said);
  return el("article", { class: "diploma", lang: "ko" },
    line("number", `제 ${printed.number} 호`),
    line("title", "수료증"), line("english", "CERTIFICATE OF COMPLETION", "en"),
    line("name", printed.name),
    line("said", "위 사람은 아래 과정을 성실히 마쳤으므로 이 증서를 드립니다."),
    line("completed", "has successfully completed the course", "en"),
    line("course", printed.course), line("class", printed.class),
    el("div", { class: "facts" }, about(printed).map(cell)), el("div", { class: "facts" }, scores(printed).map(cell)),
    el("div", { class: "foot" }, line("issued", inWords(printed.issued)), line("issuer", printed.issuer),
      el("p", { class: "seal" }, el("b", {}, "수료"), el("span", { lang: "en" }, "CERTIFIED"))),
    line("proof", `${printed.number} · ${printed.code}`), line("proof", printed.uuid));
}

const cell = ([name, english, value]) => el("p", {}, el("span", {}, name, el("i", { lang: "en" }, english)), value);

function about({ starts, ends, minutes, completed, instructor, expires }) {
  return [
    ["기간", "Period", [starts, ends].filter(Boolean).map(dots).join(" – ")],
    ["학습 시간", "Hours", minutes ? hours(minutes) : ""],
    ["수료일", "Completed", dots(completed)], ["강사", "Instructor", instructor],
    ["유효 기한", "Valid until", expires ? dots(expires) : ""],
  ].filter(([, , value]) => value);
}

function scores({ total_score, attendance_score, progress_score, assessment_score }) {
  const all = [["총점", "Total", total_score], ["출석", "Attendance", attendance_score], ["진도", "Progress", progress_score], ["평가", "Assessment", assessment_score]];
  return all.filter(([, , score]) => score !== null).map(([name, english, score]) => [name, english, `${Number(score.toFixed(2))}점`]);
}

const hours = (minutes) => [minutes >= 60 && `${Math.floor(minutes / 60)}시간`, minutes % 60 > 0 && `${minutes % 60}분`].filter(Boolean).join(" ");

/** `2026. 9. 1.` */
const dots = (date) => date.split("-").map((part) => `${Number(part)}.`).join(" ");

function inWords(date) {
  const [year, month, day] = date.split("-").map(Number);
  return `${year}년 ${month}월 ${day}일`;
}
