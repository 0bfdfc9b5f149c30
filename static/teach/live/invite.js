// The ways into a session: the QR, the code and the address; and the door.

import { put } from "../../shared/api.js";
import { qrOf, spaced } from "../../shared/code.js";
import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

export class Invite {
  #api;
  #id;
  #fail;
  #code = null;
  #isOpen = true;
  #qr = el("img", { class: "qr", alt: words.invite.qr });
  #spoken = el("p", { class: "code" });
  #url = el("p", { class: "url" });
  #here = el("p", { class: "here" });
  #closed = el("p", { class: "notice" }, words.invite.closed);
  #door = el("button", { type: "button", class: "quiet", "data-act": "door", onclick: () => this.#turn() });

  constructor({ api, id, fail }) {
    this.#api = api;
    this.#id = id;
    this.#fail = fail;
    this.node = el("section", { class: "card invite", "aria-labelledby": "invite-title" }, this.#qr,
      el("div", { class: "ways" }, el("h2", { id: "invite-title" }, words.invite.title), el("p", { class: "hint" }, words.invite.how),
        this.#url, this.#spoken, this.#here, this.#closed, el("div", { class: "row" }, this.#door)));
  }

  draw({ status, door, code, joinUrl }, counts) {
    if (this.#code !== code) this.#show(code, joinUrl);
    this.#isOpen = door === "OPEN";
    this.node.classList.toggle("small", status !== "WAITING");
    text(this.#here, words.invite.here(counts.all));
    text(this.#door, this.#isOpen ? words.invite.close : words.invite.open);
    shown(this.#closed, !this.#isOpen);
    shown(this.node, status !== "REVIEW_MODE");
  }

  /** `joinUrl`: the address that phones can reach, which only the server knows. */
  #show(code, joinUrl) {
    this.#code = code;
    this.#qr.src = qrOf(joinUrl);
    text(this.#spoken, spaced(code));
    this.#url.replaceChildren(...addressParts(joinUrl));
  }

  async #turn() {
    try {
      this.#fail(null);
      await this.#api.call(put, `/api/sessions/${this.#id}`, { door: this.#isOpen ? "CLOSED" : "OPEN" });
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** The address as people type it, without the key. A line may break before the code. */
export function addressParts(joinUrl) {
  const { host, pathname } = new URL(joinUrl);
  return [host, el("wbr"), el("span", {}, pathname)];
}
