// Texts of the pages in the reader's language. They stand in `texts/`: a book is a file with the texts of one group of
// pages in one language. A page opens the books that it needs.

import { read, write } from "./device.js";

const TAGS = ["ko", "ja", "en"];
/** The name of each language in that language. It is made when it is asked for, since making all three takes a slow phone as long as a page. */
export const LANGUAGES = Object.defineProperties({}, Object.fromEntries(TAGS.map((tag) => [tag, { enumerable: true, get: () => nameOf(tag) }])));

/** The language of the pages now: `ko`, `ja` or `en`. */
export let language = chosen();
/** The sections of all open books. Importers see the new texts as soon as the language changes. */
export let words = {};

const open = new Set();
/** The language that was chosen last; its books may not be there yet. */
let newest = language;

function nameOf(tag) {
  return new Intl.DisplayNames(tag, { type: "language" }).of(tag);
}

function chosen() {
  const known = (tag) => (TAGS.includes(tag) ? tag : null);
  return known(read("language")) ?? navigator.languages?.map((tag) => known(tag.slice(0, 2))).find(Boolean) ?? "ko";
}

/** The path of a book, relative to `texts/`. */
export const bookPath = (book) => `${book}.${language}.js`;

/** Opens books by their names, such as `learn/lesson`, beside those that are open. Throws if one cannot be loaded. */
export async function openBooks(...books) {
  const wanted = language;
  const texts = await load(books, wanted);
  if (wanted !== language) return openBooks(...books);
  for (const book of books) open.add(book);
  return add(texts);
}

/**
 * Changes the language, remembers it on this device, and tells the window by the event `language`. Resolves to false if another
 * one was chosen meanwhile. Throws if an open book cannot be loaded in it.
 */
export async function changeLanguage(wanted) {
  newest = wanted;
  const books = [...open];
  const texts = await load(books, wanted);
  if (newest !== wanted) return false;
  // A page has opened another book meanwhile.
  if (open.size > books.length) return changeLanguage(wanted);
  language = wanted;
  write("language", wanted);
  add(texts);
  return dispatchEvent(new Event("language"));
}

function load(books, wanted) {
  return Promise.all(books.map((book) => import(`../texts/${book}.${wanted}.js`)));
}

function add(texts) {
  words = Object.assign({}, words, ...texts.map((text) => text.default));
  document.documentElement.lang = language;
}

/** Joins sentences as the page's language does. Empty ones are left out. */
export function sentences(...all) {
  return all.filter(Boolean).join(language === "ja" ? "" : " ");
}

/** The language of a text, recognised by its letters; the page's own if they do not tell. */
export function languageOf(text) {
  if (/[\uac00-\ud7a3\u3131-\u318e]/.test(text)) return "ko";
  if (/[\u3041-\u30ff]/.test(text)) return "ja";
  if (/[a-z]/i.test(text) && !/[\u4e00-\u9fff]/.test(text)) return "en";
  return language;
}
