// What this phone last knew of each class it was in, so that it opens at once, and without a network.

import { read, write } from "../shared/store.js";

const CLASSES_MAX = 8;

/** `{session, user, state}` of the class with this code, or null. */
export const remembered = (code) => read(`class.${code}`);

/** The newest first. */
export const allRemembered = () => read("classes", []).map(remembered).filter(Boolean);

export function remember(memory) {
  const code = memory.session.session_code;
  const others = read("classes", []).filter((other) => other !== code);
  for (const old of others.splice(CLASSES_MAX - 1)) write(`class.${old}`, null);
  write("classes", [code, ...others]);
  write(`class.${code}`, memory);
}

export function forget(code) {
  write("classes", read("classes", []).filter((other) => other !== code));
  write(`class.${code}`, null);
}
