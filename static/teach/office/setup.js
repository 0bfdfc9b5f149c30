// The first one here: whoever has the link that the server printed becomes the administrator.

import { el, submits } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { Refused } from "../../shared/api.js";

const FIELDS = { email: "login", phone: "login", name: "name", password: "password" };

/** `secret`: what stands behind # in the address. */
export function setupForm({ api, secret, fail, welcome }) {
  const { setup } = words;
  const inputs = {
    name: el("input", { id: "name-of-mine", autocomplete: "name", required: true, maxlength: 40 }),
    login: el("input", { id: "email", autocomplete: "username", required: true, inputmode: "email", maxlength: 200 }),
    password: el("input", { id: "password", type: "password", autocomplete: "new-password", required: true, minlength: 8, maxlength: 200 }),
  };
  const see = el("input", { id: "see", type: "checkbox", onchange: () => { inputs.password.type = see.checked ? "text" : "password"; } });
  const problem = el("p", { class: "notice", role: "alert", id: "problem", hidden: true });
  const complain = (said, at) => {
    problem.hidden = !said;
    problem.textContent = said;
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
  form.addEventListener("submit", submits(async () => {
    const typed = { name: inputs.name.value.trim(), login: inputs.login.value.trim(), password: inputs.password.value };
    const missing = Object.keys(typed).find((name) => !typed[name]);
    if (missing) return complain(setup.missing[missing], missing);
    try {
      fail(null);
      complain("");
      const login = typed.login.includes("@") ? { email: typed.login } : { phone: typed.login };
      await api.enter("/api/setup", { secret, name: typed.name, ...login, password: typed.password });
      history.replaceState(null, "", "/teach");
      return welcome();
    } catch (error) {
      if (error.code === "SETUP_OVER") return form.replaceWith(setupOver());
      const at = error instanceof Refused ? FIELDS[error.details?.field] : null;
      return at ? complain(setup.wrong[at], at) : fail(error);
    }
  }));
  return form;
}

/** What is read out with a field: the elements of these ids. */
function describe(input, ids) {
  const said = ids.filter(Boolean).join(" ");
  if (said) input.setAttribute("aria-describedby", said);
  else input.removeAttribute("aria-describedby");
}

/** The link has done its work, or the server has started anew. */
export function setupOver() {
  const { setup } = words;
  return el("section", { class: "card signin", "data-setup": "over" }, el("h1", {}, setup.over), el("p", {}, setup.overMore),
    el("button", { type: "button", class: "main", onclick: () => location.assign("/teach") }, setup.signin));
}
