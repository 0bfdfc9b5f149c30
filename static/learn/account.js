// The account of a learner: saved under a phone number, opened from another phone, and signed out of on a phone that was lent.

import { put, Refused } from "../shared/api.js";
import { words } from "../shared/words.js";
import { forgetAll } from "./phone.js";
import { question } from "./question.js";
import { plain } from "./screens.js";
import { show } from "./stage.js";

const phone = () => ({ label: words.account.phone, type: "tel", inputmode: "tel", maxlength: 30, autocomplete: "tel", enterkeyhint: "next" });

/** A password that can be read while it is typed: most people here type with one thumb. */
const password = (label, hint) => ({
  label, hint, maxlength: 200, autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false", enterkeyhint: "go",
});

const home = (back) => ({ act: "record", label: words.account.record, icon: "paper", go: back });

// Saving the record of a guest.

/** `hasEarned`: the certificate of a completion comes with the claim. */
export function claim(api, back, hasEarned) {
  show("claim", () => question({
    title: words.claim.title, hint: words.claim.why, go: words.claim.go,
    fields: [
      { label: words.claim.name, hint: words.claim.nameHint, value: api.user.name, maxlength: 40, autocomplete: "name", enterkeyhint: "next" },
      phone(), password(words.claim.password, words.claim.passwordHint),
    ],
    submit: (...typed) => sendClaim(api, typed, back, hasEarned),
    more: [{ act: "later", label: words.claim.later, go: back }],
  }));
}

const FIELDS = ["name", "phone", "password"];

async function sendClaim(api, [name, number, secret], back, hasEarned) {
  try {
    // If an earlier answer was lost, the account has this password already.
    api.user = await api.call(put, "/api/auth/me", { name, phone: number, password: secret, current_password: secret });
  } catch (error) {
    return problemOf(error);
  }
  // The number stays on one line.
  const lines = [words.claim.elsewhere(number.replaceAll(/[- ]/g, "\u2011")), hasEarned ? words.claim.issued : words.claim.certificate];
  show("claimed", () => plain({ icon: "check", title: words.claim.done, lines, acts: [home(back)] }));
  return "";
}

function problemOf(error) {
  if (error.code === "PHONE_TAKEN") return { text: words.claim.taken, at: 1 };
  const at = FIELDS.indexOf(error.details?.field);
  if (at < 0) throw error;
  return { text: [words.claim.noName, words.claim.noPhone, words.claim.short][at], at };
}

// Signing in on another phone.

export function signIn(api, back) {
  show("signin", () => question({
    title: words.signin.title, hint: words.signin.why, go: words.signin.go,
    fields: [phone(), password(words.signin.password)],
    submit: (...typed) => sendLogin(api, typed, back),
    more: [{ act: "later", label: words.signin.back, go: back }],
  }));
}

async function sendLogin(api, [number, secret], back) {
  try {
    await api.login(number, secret);
  } catch (error) {
    if (!(error instanceof Refused) || error.status === 429 || error.status >= 500) throw error;
    return words.signin.wrong;
  }
  if (api.user.role !== "STUDENT") {
    await api.logout();
    return words.signin.teacher;
  }
  await back();
  return "";
}

// Signing out on a phone that was lent.

export function leave(api, back) {
  const lines = [api.user.guest ? words.leave.guest : words.leave.known];
  show("leave", () => plain({
    icon: "door", title: words.leave.title, lines,
    acts: [{ act: "stay", label: words.leave.stay, go: back }, { act: "leave", label: words.leave.go, go: () => signOut(api, back) }],
  }));
}

async function signOut(api, back) {
  if (!(await api.logout())) {
    const acts = [{ act: "again", label: words.leave.again, go: () => signOut(api, back) }, home(back)];
    return show("leave-offline", () => plain({ icon: "wave", title: words.leave.offline, lines: [words.leave.offlineLine], acts }));
  }
  forgetAll();
  return location.replace("/");
}
