// Checks a certificate: by the UUID in the address, or by the number and code that its QR carries.

import "../shared/look.js";
import { el } from "../shared/dom.js";

const STATES = {
  VALID: { sign: "✓", title: "유효한 수료증입니다", english: "This certificate is valid." },
  EXPIRED: { sign: "!", title: "유효 기간이 지난 수료증입니다", english: "This certificate has expired." },
  REVOKED: { sign: "✕", title: "취소된 수료증입니다", english: "This certificate has been revoked." },
  UNKNOWN: { sign: "?", title: "해당하는 수료증을 찾을 수 없습니다", english: "There is no such certificate." },
};

const main = document.getElementById("main");
const query = new URLSearchParams(location.search);
const typed = { number: query.get("number")?.trim() ?? "", code: query.get("code")?.trim() ?? "" };

check();

async function check() {
  const address = addressOfJson();
  if (!address) return show(el("h1", {}, "수료증을 확인해 드립니다"), form());
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
  } catch {
    return show(trouble("서버에 연결할 수 없습니다. 인터넷을 확인한 뒤 다시 눌러 주세요.", "The server cannot be reached."));
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body.is_masked ? showMasked(body) : showWhole(body);
  if (answer.status === 404 || answer.status === 400) return showUnknown();
  const seconds = Number(answer.headers.get("retry-after")) || 60;
  show(trouble(`지금은 확인할 수 없습니다. ${seconds}초 뒤에 다시 눌러 주세요.`, `Please try again in ${seconds} seconds.`));
}

function addressOfJson() {
  const uuid = location.pathname.match(/^\/certificates\/([0-9a-fA-F-]{36})$/)?.[1];
  if (uuid) return `/certificates/${uuid}.json`;
  if (!typed.number) return null;
  const asked = new URLSearchParams({ number: typed.number });
  if (typed.code) asked.set("code", typed.code);
  return `/certificates.json?${asked}`;
}

function show(...parts) {
  main.replaceChildren(el("section", { class: "content checked" }, ...parts));
}

function banner(state, said) {
  const words = STATES[state] ?? STATES.UNKNOWN;
  document.title = `${words.title} — 교실`;
  return el("div", { class: "state", "data-state": state, role: "status" },
    el("span", { class: "sign", "aria-hidden": "true" }, el("span", {}, words.sign)),
    el("h1", {}, words.title),
    el("p", {}, said && el("b", {}, `${said} `), el("span", { lang: "en" }, words.english)));
}

function showWhole(found) {
  const printed = found.printed;
  const ended = { EXPIRED: found.expires_at, REVOKED: found.revoked_at }[found.state];
  const how = { EXPIRED: "유효 기간이 끝났습니다.", REVOKED: "취소되었습니다." }[found.state];
  show(
    banner(found.state, ended && `${dayOf(new Date(ended))}에 ${how}`),
    el("p", { class: "note" }, el("b", {}, "종이나 PDF에 적힌 내용이 아래와 모두 같은지 확인해 주세요."),
      "하나라도 다르면 내용이 바뀐 가짜 수료증일 수 있습니다. ", el("span", { lang: "en" }, "If anything differs, the document was altered.")),
    paper(rows(printed)),
    el("a", { class: "button main", href: found.pdf, target: "_blank", rel: "noopener" },
      "수료증 보기 (PDF)", el("span", { lang: "en" }, "Open the certificate")),
    proof(found),
    el("a", { class: "button plain", href: "/certificates" }, "다른 수료증 확인하기"));
}

function showMasked(found) {
  show(
    banner(found.state),
    paper([
      ["과정", "Course", found.course, "large"],
      ["이름", "Name", found.name, "large"],
      ["번호", "Number", found.number, "exact"],
    ]),
    el("p", { class: "note" }, "이름은 일부만 보입니다. 확인 코드까지 적으면 수료증의 모든 내용을 볼 수 있습니다."),
    form());
}

function showUnknown() {
  show(
    banner("UNKNOWN"),
    el("p", { class: "note" }, "번호와 코드를 수료증에 적힌 그대로 적었는지 다시 확인해 주세요. 그래도 없다면 이 학교에서 드린 수료증이 아닙니다."),
    form());
}

function trouble(words, english) {
  return [
    el("p", { class: "guide" }, words),
    el("p", { lang: "en" }, english),
    el("button", { class: "button main", type: "button", onclick: () => location.reload() }, "다시 확인하기"),
  ];
}

/** A form without a script: it leads to the address that the QR would. */
function form() {
  const field = (name, value, hint, needed) => el("input", {
    class: "field", name, value, placeholder: hint, required: needed, maxlength: "40",
    autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
  });
  return el("form", { action: "/certificates", method: "get" },
    el("h2", {}, "번호로 확인하기"),
    el("label", {}, "수료증 번호", field("number", typed.number, "CERT-20261121-ABCDEF", true)),
    el("label", {}, "확인 코드", field("code", typed.code, "VER-ABCDEFGHJKMN", false)),
    el("button", { class: "button main", type: "submit" }, "확인하기"),
    el("p", {}, "번호와 코드는 수료증 맨 아래에 있습니다. ",
      el("span", { lang: "en" }, "Both are at the foot of the certificate.")));
}

/** Every printed field, in the order of the paper. What was not printed is not here. */
function rows(printed) {
  const period = [printed.starts, printed.ends].filter(Boolean).map(day).join(" – ");
  return [
    ["이름", "Name", printed.name, "large wide"],
    ["과정", "Course", printed.course, "large wide"],
    ["차수", "Class", printed.class],
    ["기간", "Period", period],
    ["학습 시간", "Hours", hours(printed.minutes)],
    ["수료일", "Completed", day(printed.completed)],
    ["강사", "Instructor", printed.instructor],
    ["총점", "Total", points(printed.total_score)],
    ["출석", "Attendance", points(printed.attendance_score)],
    ["진도", "Progress", points(printed.progress_score)],
    ["평가", "Assessment", points(printed.assessment_score)],
    ["발급일", "Issued", day(printed.issued)],
    ["유효 기한", "Valid until", day(printed.expires)],
    ["발급한 곳", "Issued by", printed.issuer],
    ["번호", "Number", printed.number, "exact"],
    ["확인 코드", "Code", printed.code, "exact"],
    ["고유 번호", "UUID", printed.uuid, "exact wide"],
  ];
}

function paper(lines) {
  return el("dl", { class: "paper" }, lines.filter(([, , value]) => value).map(([korean, english, value, kind = ""]) =>
    el("div", { class: kind.includes("wide") && "wide" },
      el("dt", {}, korean, el("span", { lang: "en" }, english)),
      el("dd", { class: kind.replace("wide", "").trim() || null }, value))));
}

function proof(found) {
  return el("details", { class: "proof" },
    el("summary", {}, "전자 서명 ", el("span", { lang: "en" }, "Digital signature")),
    el("p", {}, `학교의 서명 키(${found.key.algorithm})로 서명한 글입니다. 인터넷 없이도 누구나 서명을 확인할 수 있습니다.`),
    el("p", { lang: "en" }, "Signed text, signature and public key (base64):"),
    el("pre", {}, found.facts), el("pre", {}, found.signature), el("pre", {}, found.key.public_key),
    el("p", {}, el("a", { href: found.pdf.replace(/pdf$/, "json") }, "JSON")));
}

function day(date) {
  const [year, month, number] = (date ?? "").split("-").map(Number);
  return number ? `${year}년 ${month}월 ${number}일` : "";
}

/** As the calendar on the reader's own wall has it. */
function dayOf(instant) {
  return `${instant.getFullYear()}년 ${instant.getMonth() + 1}월 ${instant.getDate()}일`;
}

function hours(minutes) {
  if (!minutes) return "";
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [whole && `${whole}시간`, rest && `${rest}분`].filter(Boolean).join(" ");
}

function points(score) {
  return score === null || score === undefined ? "" : `${Number(score.toFixed(2))}점`;
}
