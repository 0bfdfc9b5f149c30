// The page that checks a certificate, by the UUID or the number in the address, or by a number and code. It may be read by
// strangers abroad, so in other languages a second line is in English.

import { el, text } from "../shared/dom.js";
import { language, openBooks, words } from "../shared/words.js";
import { paper, rows } from "./paper.js";
import english from "../texts/check.en.js";

const SIGNS = { VALID: "✓", EXPIRED: "!", REVOKED: "✕", UNKNOWN: "?" };
/** The wait that is shown if the server names none. */
const USUAL_WAIT_S = 60;

const main = document.querySelector("#main");
/** The number in `/certificates/CERT-…` or `/certificates/CERT-…/verify`, which counts as if it stood in the query. */
const inPath = (location.pathname.match(/^\/certificates\/([^/]+)\/verify\/?$/) ?? location.pathname.match(/^\/certificates\/(CERT-[^/]+)\/?$/i))?.[1];
const query = new URLSearchParams(inPath ? `number=${inPath}` : location.search);
const typed = { number: query.get("number")?.trim() ?? "", code: query.get("code")?.trim() ?? "" };

await openBooks("check");
const { page, states } = words.check;
drawFrame();
check();

/** Draws the page around the answer. */
function drawFrame() {
  document.title = page.title;
  text(document.querySelector("#where"), page.title);
  document.querySelector("#where").append(" ", inEnglish(({ title }) => title) ?? "");
  main.replaceChildren(el("p", { class: "guide" }, page.looking));
}

/** A text in English, unless the page is in English. `find` picks it from the book. */
function inEnglish(find) {
  return language === "en" ? null : el("span", { lang: "en" }, find(english.check.page));
}

async function check() {
  const address = addressOfJson();
  if (!address) return show(el("h1", {}, page.welcome), form());
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
  } catch {
    return show(trouble(page.unreachable, (texts) => texts.unreachable));
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body.is_masked ? showMasked(body) : showWhole(body);
  if (answer.status === 404 || answer.status === 400) return showUnknown();
  const seconds = Number(answer.headers.get("retry-after")) || USUAL_WAIT_S;
  return show(trouble(page.later(seconds), (texts) => texts.later(seconds)));
}

function addressOfJson() {
  const uuid = location.pathname.match(/^\/certificates\/(?:verify\/)?([0-9a-fA-F-]{36})\/?$/)?.[1];
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
  document.title = `${states[known]} — ${page.school}`;
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
    banner(found.state, day && page.ended[found.state](day)),
    el("p", { class: "note" }, el("b", {}, page.compare), `${page.altered} `, inEnglish((texts) => texts.altered)),
    paper(rows(found.printed)),
    el("a", { class: "button main", href: found.pdf, target: "_blank", rel: "noopener" }, page.open, inEnglish((texts) => texts.open)),
    proof(found),
    el("a", { class: "button plain", href: "/certificates" }, page.another));
}

function showMasked(found) {
  show(
    banner(found.state),
    paper([["unit", found.unit, "large"], ["course", found.course, "large"], ["name", found.name, "large"], ["number", found.number, "exact"]]),
    el("p", { class: "note" }, page.masked),
    form());
}

function showUnknown() {
  show(banner("UNKNOWN"), el("p", { class: "note" }, page.unknown), form());
}

function trouble(what, find) {
  return [
    el("p", { class: "guide" }, what), el("p", {}, inEnglish(find)),
    el("button", { class: "button main", type: "button", onclick: () => location.reload() }, page.again),
  ];
}

/** A form that needs no script: it leads to the same address as the QR. */
function form() {
  const field = (name, value, hint, needed) => el("input", {
    class: "field", name, value, placeholder: page.example(hint), required: needed, maxlength: "40",
    autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
  });
  return el("form", { action: "/certificates", method: "get" },
    el("h2", {}, page.byNumber),
    el("label", {}, page.number, field("number", typed.number, "CERT-20261121-ABCDEF", true)),
    el("label", {}, page.code, field("code", typed.code, "VER-ABCDEFGHJKMN", false)),
    el("button", { class: "button main", type: "submit" }, page.go),
    el("p", {}, `${page.atFoot} `, inEnglish((texts) => texts.atFoot)));
}

function proof(found) {
  return el("details", { class: "proof" },
    el("summary", {}, `${page.signature} `, inEnglish((texts) => texts.signature)),
    el("p", {}, page.signed(found.key.algorithm)),
    el("p", {}, inEnglish((texts) => texts.signedText) ?? page.signedText),
    el("pre", {}, found.facts), el("pre", {}, found.signature), el("pre", {}, found.key.public_key),
    el("p", {}, el("a", { href: found.pdf.replace(/pdf$/, "json") }, "JSON")));
}
