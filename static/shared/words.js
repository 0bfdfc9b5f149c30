// What the pages say, in the reader's language. All texts are in `texts/`, a book per page and language.

import { read, write } from "./store.js";

export const LANGUAGES = { ko: "한국어", ja: "日本語", en: "English" };

/** The language that is spoken now: `ko`, `ja` or `en`. */
export let language = chosen();
/** The texts that are open, all sections of all books. An importer sees a new language at once. */
export let words = {};

let open = [];

function chosen() {
  const known = (tag) => LANGUAGES[tag] && tag;
  return known(read("language")) ?? navigator.languages?.map((tag) => known(tag.slice(0, 2))).find(Boolean) ?? "ko";
}

/** Opens the books by their names: `texts/{book}.{language}.js`. */
export async function openBooks(...books) {
  open = books;
  const texts = await Promise.all(books.map((book) => import(`../texts/${book}.${language}.js`)));
  words = Object.assign({}, ...texts.map((text) => text.default));
  document.documentElement.lang = language;
}

/** Remembered on this device; the same books are opened in it. */
export async function speakIn(wanted) {
  language = wanted;
  write("language", wanted);
  await openBooks(...open);
}
