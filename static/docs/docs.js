// The reference of the API, drawn from /openapi.json. An operation is drawn when it is opened.

import { send } from "../shared/api.js";
import { nameOf, Schemas } from "./docs-schema.js";
import { el, shown } from "../shared/dom.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const main = document.querySelector("#main");
const find = document.querySelector("#find");
const token = document.querySelector("#token");

const document_ = await send("GET", "/openapi.json");
const schemas = new Schemas(document_);
const groups = byTag(document_);
const entries = [];

document.querySelector("#title").textContent = `${document_.info.title} API ${document_.info.version}`;
document.querySelector("#about").textContent = document_.info.description ?? "";
document.querySelector("#tags").append(...groups.map(({ tag, anchor, operations }) =>
  el("a", { href: `#${anchor}` }, tag, " ", el("span", {}, String(operations.length)))));
main.replaceChildren(...groups.map(section));
find.addEventListener("input", filter);
addEventListener("hashchange", openNamed);
openNamed();

function byTag({ paths }) {
  const found = new Map();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS.filter((m) => item[m])) {
      const operation = { ...item[method], method, path, parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])] };
      const tag = operation.tags?.[0] ?? "other";
      if (!found.has(tag)) found.set(tag, []);
      found.get(tag).push(operation);
    }
  }
  return [...found].map(([tag, operations]) => ({ tag, operations, anchor: tag.replace(/\W+/g, "-") }));
}

function section({ tag, anchor, operations }) {
  const node = el("section", { id: anchor, "aria-label": tag }, el("h2", {}, tag), operations.map(entry));
  return node;
}

function entry(operation) {
  const isOpen = Array.isArray(operation.security) && operation.security.some((need) => Object.keys(need).length === 0);
  const anchor = `${operation.method}${operation.path.replace(/[^\w]+/g, "-")}`;
  const node = el("details", { id: anchor, class: "operation" }, el("summary", {},
    el("b", { class: `method ${operation.method}` }, operation.method.toUpperCase()), el("code", {}, operation.path),
    el("span", { class: "hint" }, operation.summary ?? ""), isOpen && el("span", { class: "open" }, "no token")));
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) node.append(detail(operation));
  });
  entries.push({ node, words: `${operation.method} ${operation.path} ${operation.summary ?? ""} ${operation.operationId ?? ""}`.toLowerCase() });
  return node;
}

function detail(operation) {
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  return el("div", { class: "detail" }, operation.description && el("p", {}, operation.description),
    operation.parameters.length > 0 && [el("h3", {}, "Parameters"), parameters(operation.parameters)],
    body && [el("h3", {}, "Body ", el("small", {}, nameOf(body))), fields(body), example(body)],
    el("h3", {}, "Responses"), responses(operation.responses), el("h3", {}, "Try it"), tryIt(operation, body));
}

function table(head, rows) {
  return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell ?? "")))))));
}

const code = (words) => el("code", {}, words);

function parameters(all) {
  return table(["Name", "In", "Type", ""], all.map((p) =>
    [code(p.name + (p.required ? " *" : "")), p.in, schemas.type(p.schema), p.description ?? ""]));
}

function fields(schema) {
  const rows = schemas.rows(schema);
  return rows.length > 0 && table(["Key", "Type", ""], rows.map((r) => [code(r.name + (r.required ? " *" : "")), r.type, r.about]));
}

function example(schema) {
  return el("pre", {}, JSON.stringify(schemas.example(schema), null, 2));
}

function responses(all) {
  return el("div", { class: "responses" }, Object.entries(all).map(([status, response]) => {
    const schema = Object.values(response.content ?? {})[0]?.schema;
    const label = [el("b", {}, status), " ", response.description ?? "", schema && el("code", {}, schemas.type(schema))];
    return schema ? lazily(label, () => [fields(schema), example(schema)]) : el("p", { class: "plain" }, label);
  }));
}

function lazily(label, make) {
  const node = el("details", {}, el("summary", {}, label));
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) node.append(...[make()].flat().filter(Boolean));
  });
  return node;
}

function tryIt(operation, body) {
  const inputs = operation.parameters.map((p) => ({ ...p, input: el("input", { autocomplete: "off", placeholder: schemas.type(p.schema) }) }));
  const sent = body && el("textarea", { rows: 8, spellcheck: "false", "aria-label": "Body", value: JSON.stringify(schemas.example(body), null, 2) });
  const answer = el("pre", { class: "answer", "aria-live": "polite", hidden: true });
  const form = el("form", {}, inputs.map(({ name, required, input }) => {
    input.required = Boolean(required);
    return el("label", {}, name, input);
  }), sent, el("button", {}, "Send"), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(operation, inputs, sent?.value, answer);
  });
  return form;
}

async function perform(operation, inputs, sent, answer) {
  const headers = { Accept: "application/json" };
  if (token.value.trim()) headers.Authorization = `Bearer ${token.value.trim()}`;
  if (sent) headers["Content-Type"] = "application/json";
  let path = operation.path;
  const query = new URLSearchParams();
  for (const { name, in: place, input } of inputs) {
    if (!input.value) continue;
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (place === "query") query.set(name, input.value);
    else if (place === "header") headers[name] = input.value;
  }
  shown(answer, true);
  answer.textContent = "…";
  try {
    const response = await fetch(query.size ? `${path}?${query}` : path, { method: operation.method.toUpperCase(), headers, body: sent });
    answer.textContent = `${response.status} ${response.statusText}\n\n${pretty(await response.text())}`;
  } catch (error) {
    answer.textContent = String(error);
  }
}

function pretty(words) {
  try {
    return JSON.stringify(JSON.parse(words), null, 2);
  } catch {
    return words;
  }
}

function filter() {
  const wanted = find.value.trim().toLowerCase().split(/\s+/);
  for (const { node, words } of entries) shown(node, wanted.every((word) => words.includes(word)));
  for (const group of main.children) shown(group, group.querySelector("details.operation:not([hidden])"));
}

function openNamed() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}
