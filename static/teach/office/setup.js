// The form for the first administrator: a person who has the link that the server printed.

import { el, onSubmit } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { post, Refused } from "../../shared/api.js";

const FIELDS = { email: "login", phone: "login", name: "name", password: "password" };

/** `enter` leads on once the administrator is signed in. */
export async function open({ api, fail, enter }) {
  const secret = secretOfAddress();
  const isOpen = Boolean(secret) && (await isStillOpen(api, secret));
  return { node: isOpen ? setupForm({ api, secret, fail, enter }) : setupOver(), title: words.setup.title };
}

/** Asks whether the link still makes an administrator. If there is no answer, the form is shown, and its own request tells. */
async function isStillOpen(api, secret) {
  const answer = await api.call(post, "/api/setup/check", { secret }).catch(() => null);
  return answer?.is_open ?? true;
}

/** Returns the part of the address after #, or nothing if it cannot be decoded. */
function secretOfAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function setupForm({ api, secret, fail, enter }) {
  const { setup } = words;
  const inputs = {
    name: el("input", { id: "name-of-mine", autocomplete: "name", required: true, maxlength: 40 }),
    login: el("input", { id: "email", autocomplete: "username", required: true, inputmode: "email", maxlength: 200 }),
    password: el("input", { id: "password", type: "password", autocomplete: "new-password", required: true, minlength: 8, maxlength: 200 }),
  };
  const see = el("input", { id: "see", type: "checkbox", onchange: () => { inputs.password.type = see.checked ? "text" : "password"; } });
  const problem = el("p", { class: "notice", role: "alert", id: "problem", hidden: true });
  const showProblem = (sentence, at) => {
    problem.hidden = !sentence;
    problem.textContent = sentence;
    for (const [name, input] of Object.entries(inputs)) {
      input.setAttribute("aria-invalid", String(name === at));
      describe(input, [name === at && problem.id, hints[name] && `${name}-hint`]);
    }
    if (at) inputs[at].after(problem);
    inputs[at]?.focus();
  };
  const hints = { login: setup.loginHint, password: setup.passwordHint };
  const row = (name, label) => [el("label", { for: inputs[name].id }, label), hints[name] && el("p", { class: "hint", id: `${name}-hint` }, hints[name]), inputs[name]];
  for (const name of Object.keys(hints)) describe(inputs[name], [`${name}-hint`]);
  const form = el("form", { class: "card signin setup", novalidate: true }, el("h1", {}, setup.title), el("p", { class: "hint" }, setup.lead),
    row("name", setup.name), row("login", setup.login), row("password", setup.password),
    el("label", { class: "see", for: "see" }, see, setup.see), problem, el("button", { class: "main", "data-act": "setup" }, setup.go));
  form.addEventListener("submit", onSubmit(async () => {
    const typed = { name: inputs.name.value.trim(), login: inputs.login.value.trim(), password: inputs.password.value };
    const missing = Object.keys(typed).find((name) => !typed[name]);
    if (missing) return showProblem(setup.missing[missing], missing);
    try {
      fail(null);
      showProblem("");
      const login = typed.login.includes("@") ? { email: typed.login } : { phone: typed.login };
      await api.enter("/api/setup", { secret, name: typed.name, ...login, password: typed.password });
      history.replaceState(null, "", "/teach");
      return enter();
    } catch (error) {
      if (error.code === "SETUP_OVER") return form.replaceWith(setupOver());
      const at = error instanceof Refused ? FIELDS[error.details?.field] : null;
      return at ? showProblem(setup.wrong[at], at) : fail(error);
    }
  }));
  return form;
}

/** Has screen readers read these elements with a field. */
function describe(input, ids) {
  const described = ids.filter(Boolean).join(" ");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
}

/** A notice that the link has been used, or that the server has been restarted since. */
function setupOver() {
  const { setup } = words;
  return el("section", { class: "card signin", "data-setup": "over" }, el("h1", {}, setup.over), el("p", {}, setup.overMore),
    el("button", { type: "button", class: "main", onclick: () => location.assign("/teach") }, setup.signin));
}
