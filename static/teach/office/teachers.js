// Those who teach a lecture together: its instructor adds and removes colleagues, and a colleague can leave.

import { del, post } from "../../shared/api.js";
import { confirmed, el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { colleagueSearch } from "../people/colleagues.js";

/** The card of a lecture's teachers. They are loaded when it is opened. */
export function teachersOf(on, lecture) {
  return new Teachers(on, lecture).node;
}

class Teachers {
  #on;
  #lecture;
  #path;
  #isOwner;
  #list = el("ul", { class: "staff" });
  #told = el("p", { class: "hint", role: "status" });

  constructor(on, lecture) {
    [this.#on, this.#lecture, this.#path] = [on, lecture, `/api/lectures/${lecture.id}/teachers`];
    this.#isOwner = lecture.my_role === "OWNER";
    this.node = el("details", { class: "card about teachers", ontoggle: () => this.node.open && this.#load() },
      el("summary", {}, words.teachers.title),
      el("div", { class: "pile" }, el("p", { class: "hint" }, this.#isOwner ? words.teachers.hint : words.teachers.hintShared),
        this.#list, this.#isOwner && this.#search(), this.#told, !this.#isOwner && this.#leaveRow()));
  }

  async #load() {
    try {
      const { teachers } = await this.#on.api.get(this.#path);
      this.#draw(teachers);
    } catch (error) {
      this.#on.fail(error);
    }
  }

  #draw(teachers) {
    const had = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...teachers.map((one) => this.#line(one)));
    if (had) this.node.querySelector("summary").focus();
  }

  #line({ user_id: id, name, is_owner: isOwner }) {
    const role = isOwner ? words.teachers.owner : words.teachers.coTeacher;
    return el("li", { "data-teacher": id, "data-owner": String(isOwner) },
      el("p", {}, el("b", {}, name), " ", el("span", { class: "tag" }, role)),
      this.#isOwner && !isOwner && el("button", { type: "button", class: "quiet", "data-act": "end-sharing", "aria-label": words.teachers.endOf(name), onclick: () => this.#end(id, name) }, words.teachers.end));
  }

  #search() {
    return colleagueSearch({ api: this.#on.api, hint: this.#told, line: (one) => this.#found(one), failed: this.#on.fail });
  }

  #found({ user_id: id, label }) {
    const add = async () => {
      if (!(await confirmed(words.teachers.addAsk(label), words.teachers.add, words.office.no, "main"))) return;
      const made = await this.#change(() => this.#on.api.call(post, this.#path, { user_id: id }), words.teachers.added(label));
      if (made) this.#draw(made.teachers);
    };
    const isOwner = id === this.#lecture.instructor.id;
    return el("li", { "data-colleague": id }, el("p", {}, el("b", {}, label)),
      !isOwner && el("button", { type: "button", class: "quiet", "data-act": "share", "aria-label": words.teachers.addOf(label), onclick: add }, words.teachers.add));
  }

  async #end(id, name) {
    if (!(await confirmed(words.teachers.endAsk(name), words.teachers.end, words.office.no))) return;
    await this.#change(() => this.#on.api.call(del, `${this.#path}/${id}`), words.teachers.ended(name));
    await this.#load();
  }

  #leaveRow() {
    return el("div", { class: "row" }, el("button", { type: "button", class: "quiet", "data-act": "leave-lecture", onclick: () => this.#leave() }, words.teachers.leave));
  }

  async #leave() {
    const { api, go } = this.#on;
    if (!(await confirmed(words.teachers.leaveAsk(this.#lecture.title), words.teachers.leave, words.office.no))) return;
    if ((await this.#change(() => api.call(del, `${this.#path}/${api.user.id}`), "")) !== null) go("/teach");
  }

  /** Makes a change, and tells of it. Resolves to its answer, or to null if it failed. */
  async #change(work, told) {
    try {
      this.#on.fail(null);
      const made = await work();
      text(this.#told, told);
      shown(this.#told, true);
      return made ?? {};
    } catch (error) {
      this.#on.fail(error);
      return null;
    }
  }
}
