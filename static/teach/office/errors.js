// What went wrong, in words that the reader can do something with.

import { Refused, Unreachable } from "../../shared/api.js";
import { words } from "../../shared/words.js";

/** Says itself already what is the matter. */
export class Plain extends Error {}

/** The login has ended, and it was not just now that someone typed a wrong password. */
export function isOfLogin(error) {
  return error.status === 401 && error.code !== "WRONG_CREDENTIALS";
}

export function plainly(error) {
  const { errors } = words;
  if (error instanceof Unreachable) return errors.unreachable;
  if (error instanceof Plain) return error.message;
  if (!(error instanceof Refused)) return errors.broken;
  if (error.status === 429) return errors.tooMany(error.retryAfterS || 1);
  return errors.byCode[error.code] ?? errors.other(error.message);
}
