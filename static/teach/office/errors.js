// Error messages that tell people what they can do.

import { Refused, Unreachable } from "../../shared/api.js";
import { words } from "../../shared/words.js";

/** An error whose message can be shown as it is. */
export class MessageError extends Error {}

/** Tells whether a login has ended. A wrong password at the sign-in form is not meant. */
export function isOfLogin(error) {
  return error.status === 401 && error.code !== "WRONG_CREDENTIALS";
}

/** Returns the message to show for an error. */
export function messageOf(error) {
  const { errors } = words;
  if (error instanceof Unreachable) return errors.unreachable;
  if (error instanceof MessageError) return error.message;
  if (!(error instanceof Refused)) return errors.broken;
  if (error.status === 429) return errors.tooMany(error.retryAfterS || 1);
  return errors.byCode[error.code] ?? errors.other(error.message);
}
