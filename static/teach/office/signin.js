// The sign-in form.

import { el, onSubmit } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

export function signInForm({ api, fail, enter, reason }) {
  const name = el("input", { id: "email", name: "email", autocomplete: "username", required: true, inputmode: "email" });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const form = el("form", { class: "card signin" }, el("h1", {}, words.signin.title), reason && el("p", { class: "hint" }, reason),
    el("label", { for: "email" }, words.signin.login), name,
    el("label", { for: "password" }, words.signin.password), password,
    el("button", { class: "main", "data-act": "signin" }, words.signin.go));
  form.addEventListener("submit", onSubmit(async () => {
    try {
      fail(null);
      await api.login(name.value.trim(), password.value);
      enter();
    } catch (error) {
      fail(error);
      password.select();
    }
  }));
  return form;
}
