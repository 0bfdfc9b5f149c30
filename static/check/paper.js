// The fields of a certificate, in the order of the paper.

import { el } from "../shared/dom.js";
import { language, words } from "../shared/words.js";
import english from "../texts/check.en.js";

/** Returns each printed field as `[name, value, kind]`; those that were not printed are empty. */
export function rows(printed) {
  // A course of one day has one.
  const period = [...new Set([printed.starts, printed.ends])].filter(Boolean).map(day).join(" – ");
  return [
    ["name", printed.name, "large wide"], ["unit", printed.unit, "large wide"], ["course", printed.course, "large wide"], ["class", printed.class], ["period", period],
    ["hours", hours(printed.minutes)], ["completed", day(printed.completed)], ["instructor", printed.instructor],
    ["total", points(printed.total_score)], ["attendance", points(printed.attendance_score)],
    ["progress", points(printed.progress_score)], ["assessment", points(printed.assessment_score)],
    ["issued", day(printed.issued)], ["expires", day(printed.expires)], ["issuer", printed.issuer],
    ["number", printed.number, "exact"], ["code", printed.code, "exact"], ["uuid", printed.uuid, "exact wide"],
  ];
}

export function paper(lines) {
  const name = (key) => el("dt", {}, words.check.fields[key],
    language !== "en" && el("span", { lang: "en" }, english.check.fields[key]));
  return el("dl", { class: "paper" }, lines.filter(([, value]) => value).map(([key, value, kind = ""]) =>
    el("div", { class: kind.includes("wide") && "wide" }, name(key),
      el("dd", { class: kind.replace("wide", "").trim() || null }, value))));
}

/** The name of a day such as `2026-11-21`, the same in every time zone. */
function day(date) {
  if (!/^\d+-\d+-\d+$/.test(date ?? "")) return "";
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));
}

function hours(minutes) {
  return minutes ? words.check.page.hours(Math.floor(minutes / 60), minutes % 60) : "";
}

function points(score) {
  return score === null || score === undefined ? "" : words.check.page.points(Number(score.toFixed(2)));
}
