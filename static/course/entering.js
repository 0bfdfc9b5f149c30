// Signing in and registering, for those who buy a course or watch it. A guest of a class keeps what they have under a name.

import { post, put, Refused } from "../shared/api.js";
import { words } from "../shared/words.js";
import { question } from "../learn/question.js";
import { show } from "../learn/stage.js";

/** Asks who it is, and then calls `done`. `why`: the reason, in words. */
export function enter(api, why, done) {
  if (api.user?.guest) register(api, why, done);
  else signIn(api, why, done);
}

const login = (hint) => ({ label: words.signin.login, hint, type: "text", maxlength: 200, autocomplete: "username", autocapitalize: "none", spellcheck: "false", enterkeyhint: "next" });

/** A password that can be read while it is typed: most people here type with one thumb. */
const password = (hint) => ({
  label: words.signin.password, hint, maxlength: 200, autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false", enterkeyhint: "go",
});

function signIn(api, why, done) {
  show("signin", () => question({
    title: words.signin.title, hint: why, go: words.signin.go, fields: [login(), password()],
    submit: (...typed) => sendLogin(api, typed, done),
    more: [{ act: "register", label: words.signin.register, icon: "person", go: () => register(api, why, done) }],
  }));
}

async function sendLogin(api, [name, secret], done) {
  try {
    await api.login(name, secret);
  } catch (error) {
    if (!(error instanceof Refused) || !error.isFinal && error.status !== 401) throw error;
    return words.signin.wrong;
  }
  if (api.user.role !== "STUDENT") {
    await api.logout();
    return words.signin.teacher;
  }
  await done();
  return "";
}

function register(api, why, done) {
  const more = api.user?.guest ? [] : [{ act: "signin", label: words.register.known, icon: "person", go: () => signIn(api, why, done) }];
  show("register", () => question({
    title: words.register.title, hint: api.user?.guest ? words.register.guest : why, go: words.register.go,
    fields: [
      { label: words.register.name, hint: words.register.nameHint, value: api.user?.name ?? "", maxlength: 40, autocomplete: "name", enterkeyhint: "next" },
      login(words.register.loginHint), password(words.register.passwordHint),
    ],
    submit: (...typed) => sendNew(api, typed, done), more,
  }));
}

const FIELDS = { name: 0, email: 1, phone: 1, password: 2 };

async function sendNew(api, [name, login, secret], done) {
  const contact = login.includes("@") ? { email: login } : { phone: login };
  try {
    if (api.user?.guest) api.user = await api.call(put, "/api/auth/me", { name, ...contact, password: secret, current_password: secret });
    else await api.call(post, "/api/auth/register", { name, ...contact, password: secret });
  } catch (error) {
    return problemOf(error);
  }
  if (!api.user) await api.login(login, secret);
  await done();
  return "";
}

function problemOf(error) {
  if (error.code === "PHONE_TAKEN" || error.code === "EMAIL_TAKEN") return { text: words.register.taken, at: 1 };
  const at = FIELDS[error.details?.field];
  if (at === undefined) throw error;
  return { text: [words.register.noName, words.register.noLogin, words.register.short][at], at };
}
