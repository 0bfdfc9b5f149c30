// What the pages say, in the reader's language. All texts are in `texts/`, a book per page and language.

import { read, write } from "./device.js";

const TAGS = ["ko", "ja", "en"];
/** Each by its own name, looked up when it is wanted: on a slow phone that takes as long as a page does. */
export const LANGUAGES = Object.defineProperties({}, Object.fromEntries(TAGS.map((tag) => [tag, { enumerable: true, get: () => called(tag) }])));

/** The language that is spoken now: `ko`, `ja` or `en`. */
export let language = chosen();
/** The texts that are open, all sections of all books. An importer sees a new language at once. */
export let words = {};

let open = [];

function called(tag) {
  return new Intl.DisplayNames(tag, { type: "language" }).of(tag);
}

function chosen() {
  const known = (tag) => (TAGS.includes(tag) ? tag : null);
  return known(read("language")) ?? navigator.languages?.map((tag) => known(tag.slice(0, 2))).find(Boolean) ?? "ko";
}

/** Opens the books by their names: `texts/{book}.{language}.js`. */
export async function openBooks(...books) {
  open = books;
  const wanted = language;
  const texts = await fetched(wanted);
  if (wanted === language) lay(texts);
}

/** Remembered on this device; the same books are opened in it, and `language` is told to the window. Throws where they cannot be had. */
export async function speakIn(wanted) {
  const texts = await fetched(wanted);
  language = wanted;
  write("language", wanted);
  lay(texts);
  dispatchEvent(new Event("language"));
}

function fetched(wanted) {
  return Promise.all(open.map((book) => import(`../texts/${book}.${wanted}.js`)));
}

function lay(texts) {
  words = Object.assign({}, ...texts.map((text) => text.default));
  document.documentElement.lang = language;
}

/** Sentences after one another, as the page's language writes them; what is empty is left out. */
export function sentences(...said) {
  return said.filter(Boolean).join(language === "ja" ? "" : " ");
}

/** In which language a text is written, told by its letters; the page's own where they do not tell. */
export function languageOf(text) {
  if (/[\uac00-\ud7a3\u3131-\u318e]/.test(text)) return "ko";
  if (/[\u3041-\u30ff]/.test(text)) return "ja";
  if (/[a-z]/i.test(text) && !/[\u4e00-\u9fff]/.test(text)) return "en";
  return language;
}
