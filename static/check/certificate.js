// Checks a certificate: by the UUID in the address, or by the number and code that its QR carries. Who reads it may be a
// jury abroad: where the reader's language is not English, a second line is.

import { el, text } from "../shared/dom.js";
import { language, openBooks, words } from "../shared/words.js";
import { paper, rows } from "./paper.js";
import english from "../texts/check.en.js";

const SIGNS = { VALID: "✓", EXPIRED: "!", REVOKED: "✕", UNKNOWN: "?" };
/** When the server does not say how long. */
const USUAL_WAIT_S = 60;

const main = document.querySelector("#main");
const query = new URLSearchParams(location.search);
const typed = { number: query.get("number")?.trim() ?? "", code: query.get("code")?.trim() ?? "" };

await openBooks("check");
const { said, states } = words.check;
dress();
check();

/** What stands around the answer. */
function dress() {
  document.title = said.title;
  text(document.querySelector("#where"), said.title);
  document.querySelector("#where").append(" ", inEnglish(({ title }) => title) ?? "");
  main.replaceChildren(el("p", { class: "guide" }, said.looking));
}

/** The same in English, for whoever does not read the first line. */
function inEnglish(find) {
  return language === "en" ? null : el("span", { lang: "en" }, find(english.check.said));
}

async function check() {
  const address = addressOfJson();
  if (!address) return show(el("h1", {}, said.welcome), form());
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
  } catch {
    return show(trouble(said.unreachable, (it) => it.unreachable));
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body.is_masked ? showMasked(body) : showWhole(body);
  if (answer.status === 404 || answer.status === 400) return showUnknown();
  const seconds = Number(answer.headers.get("retry-after")) || USUAL_WAIT_S;
  return show(trouble(said.later(seconds), (it) => it.later(seconds)));
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

function banner(state, since) {
  const known = states[state] ? state : "UNKNOWN";
  document.title = `${states[known]} — ${said.school}`;
  return el("div", { class: "state", "data-state": known, role: "status" },
    el("span", { class: "sign", "aria-hidden": "true" }, el("span", {}, SIGNS[known])),
    el("h1", {}, states[known]),
    el("p", {}, since && el("b", {}, `${since} `),
      language !== "en" && el("span", { lang: "en" }, `${english.check.states[known]}.`)));
}

function showWhole(found) {
  const ended = { EXPIRED: found.expires_at, REVOKED: found.revoked_at }[found.state];
  const day = ended && new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(ended));
  show(
    banner(found.state, day && said.ended[found.state](day)),
    el("p", { class: "note" }, el("b", {}, said.compare), `${said.altered} `, inEnglish((it) => it.altered)),
    paper(rows(found.printed)),
    el("a", { class: "button main", href: found.pdf, target: "_blank", rel: "noopener" }, said.open, inEnglish((it) => it.open)),
    proof(found),
    el("a", { class: "button plain", href: "/certificates" }, said.another));
}

function showMasked(found) {
  show(
    banner(found.state),
    paper([["course", found.course, "large"], ["name", found.name, "large"], ["number", found.number, "exact"]]),
    el("p", { class: "note" }, said.masked),
    form());
}

function showUnknown() {
  show(banner("UNKNOWN"), el("p", { class: "note" }, said.unknown), form());
}

function trouble(what, find) {
  return [
    el("p", { class: "guide" }, what), el("p", {}, inEnglish(find)),
    el("button", { class: "button main", type: "button", onclick: () => location.reload() }, said.again),
  ];
}

/** A form without a script: it leads to the address that the QR would. */
function form() {
  const field = (name, value, hint, needed) => el("input", {
    class: "field", name, value, placeholder: hint, required: needed, maxlength: "40",
    autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
  });
  return el("form", { action: "/certificates", method: "get" },
    el("h2", {}, said.byNumber),
    el("label", {}, said.number, field("number", typed.number, "CERT-20261121-ABCDEF", true)),
    el("label", {}, said.code, field("code", typed.code, "VER-ABCDEFGHJKMN", false)),
    el("button", { class: "button main", type: "submit" }, said.go),
    el("p", {}, `${said.atFoot} `, inEnglish((it) => it.atFoot)));
}

function proof(found) {
  return el("details", { class: "proof" },
    el("summary", {}, `${said.signature} `, inEnglish((it) => it.signature)),
    el("p", {}, said.signed(found.key.algorithm)),
    el("p", {}, inEnglish((it) => it.signedText) ?? said.signedText),
    el("pre", {}, found.facts), el("pre", {}, found.signature), el("pre", {}, found.key.public_key),
    el("p", {}, el("a", { href: found.pdf.replace(/pdf$/, "json") }, "JSON")));
}
