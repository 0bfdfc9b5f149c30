// The helpers of a session, for those who lead it: who they are, how one more comes, and handing the class over.

import { post, Unreachable } from "../../shared/api.js";
import { qrOfHelpers } from "../../shared/code.js";
import { confirmed, dialog, el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { colleagueSearch } from "../people/colleagues.js";

const CONNECTS_WITHIN_MS = 2_500;
const TICKS_PER_LOAD = 3;
/** Those whose part does not end in one session. */
const TEACHERS = ["INSTRUCTOR", "CO_TEACHER"];

export class Staff {
  #api;
  #path;
  #fail;
  #staff = [];
  #helperUrl = null;
  /** Called with the address of helpers when it has changed: a removal makes a new one. */
  #onUrl = () => {};
  #isLoading = false;
  #again = false;
  #timer = 0;
  #ticks = 0;
  #title = el("h2", { id: "staff-title", tabindex: "-1" });
  #list = el("ul", { class: "staff" });
  #nobody = el("p", { class: "hint" }, words.staff.nobody);
  #told = el("p", { class: "unseen", role: "status" });

  /** `known`: the list as it was when the page was opened. */
  constructor({ api, id, fail, known }) {
    this.#api = api;
    this.#path = `/api/sessions/${id}/staff`;
    this.#fail = fail;
    const call = el("button", { type: "button", class: "quiet", "data-act": "call-helpers", "aria-haspopup": "dialog", onclick: () => this.#invite() }, words.staff.call);
    this.node = el("section", { class: "card staff-card", "aria-labelledby": "staff-title" }, this.#title, this.#nobody, this.#list, this.#told, el("div", { class: "row" }, call));
    this.#take(known);
  }

  draw({ status }) {
    shown(this.node, status !== "REVIEW_MODE");
  }

  /** Someone came to help or helps no more. A new helper is connected a moment later. */
  changed() {
    this.load();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load(), CONNECTS_WITHIN_MS);
  }

  /** Nothing tells when a helper connects or disconnects, so it is looked up now and then while there are helpers. */
  tick() {
    this.#ticks += 1;
    if (this.#staff.length > 0 && this.#ticks % TICKS_PER_LOAD === 0 && document.visibilityState === "visible") this.load();
  }

  close() {
    clearTimeout(this.#timer);
  }

  /** Loads the list. Calls while it is loading become one more load. */
  async load() {
    this.#again = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#again) {
      this.#again = false;
      await this.#fetch();
    }
    this.#isLoading = false;
  }

  async #fetch() {
    try {
      this.#take(await this.#api.get(this.#path));
    } catch (error) {
      // Without a connection the page says so already, and loads again when it is back.
      if (!(error instanceof Unreachable)) this.#fail(error);
    }
  }

  #take({ staff, helper_url: url }) {
    if (url !== this.#helperUrl) this.#onUrl(url);
    this.#helperUrl = url;
    this.#staff = staff.filter(({ user_id: id }) => id !== this.#api.user?.id);
    this.#draw();
  }

  #draw() {
    const helpers = this.#staff.filter(({ role }) => !TEACHERS.includes(role));
    text(this.#title, words.staff.title(helpers.length));
    shown(this.#nobody, this.#staff.length === 0);
    shown(this.#list, this.#staff.length > 0);
    const drawn = JSON.stringify(this.#staff);
    if (this.#list.dataset.drawn === drawn) return;
    this.#list.dataset.drawn = drawn;
    if (this.#list.contains(document.activeElement)) this.#title.focus();
    this.#list.replaceChildren(...this.#staff.map((one) => this.#line(one)));
  }

  #line({ user_id: id, name, role, connected }) {
    const end = !TEACHERS.includes(role) && el("button", { type: "button", class: "quiet", "data-act": "end-help", "aria-label": words.staff.endOf(name), onclick: () => this.#end(id, name) }, words.staff.end);
    return el("li", { "data-staff": id, "data-role": role, "data-connected": String(connected) },
      el("p", {}, el("b", {}, name), " ", el("span", { class: "tag" }, words.staff.role[role]), " ", el("span", { class: "hint" }, connected ? words.staff.here : words.staff.away)), end);
  }

  async #end(id, name) {
    if (!(await confirmed(words.staff.endAsk(name), words.staff.end, words.office.no))) return;
    await this.#change(`${this.#path}/${id}/remove`, {}, words.staff.ended(name));
  }

  /** Makes a change, and tells of it. Resolves to whether it was made. */
  async #change(path, body, told) {
    try {
      this.#fail(null);
      await this.#api.call(post, path, body);
      text(this.#told, told);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      this.load();
    }
  }

  // Calling more of them.

  #invite() {
    const hint = el("p", { class: "hint", role: "status" });
    const [qr, address] = [el("img", { class: "qr", alt: words.staff.qr }), el("input", { id: "helper-url", readonly: true, onfocus: ({ target }) => target.select() })];
    this.#onUrl = (url) => {
      if (url) [qr.src, address.value] = [qrOfHelpers(url), url];
    };
    this.#onUrl(this.#helperUrl);
    const node = dialog({ class: "ask call-helpers", "aria-labelledby": "call-helpers-title" }, el("h2", { id: "call-helpers-title", tabindex: "-1", autofocus: true }, words.staff.call),
      this.#helperUrl && [el("p", {}, words.staff.how), qr,
        el("label", { for: "helper-url" }, words.staff.address), address],
      this.#search(hint, () => node.close()),
      hint, el("div", { class: "row" }, el("button", { type: "button", class: "main", "data-act": "close", onclick: () => node.close() }, words.person.close)));
  }

  /** Finds colleagues by name. `close` closes the dialog before a question or a failure is shown. */
  #search(hint, close) {
    const failed = (error) => {
      close();
      this.#fail(error);
    };
    const line = (one) => this.#colleague(one, close);
    return el("details", {}, el("summary", {}, words.staff.colleagues), colleagueSearch({ api: this.#api, hint, line, failed }));
  }

  #colleague({ user_id: id, label }, close) {
    const give = (role, told) => this.#change(this.#path, { user_id: id, role }, told);
    const help = async () => {
      close();
      await give("HELPER", words.staff.invited(label));
    };
    const handOver = async () => {
      close();
      if (await confirmed(words.staff.handOverAsk(label), words.staff.handOver, words.office.no, "main")) await give("HOST", words.staff.handedOver(label));
    };
    return el("li", { "data-colleague": id }, el("p", {}, el("b", {}, label)),
      el("div", { class: "row" },
        el("button", { type: "button", class: "quiet", "data-act": "invite", "aria-label": words.staff.inviteOf(label), onclick: help }, words.staff.invite),
        el("button", { type: "button", class: "quiet", "data-act": "hand-over", "aria-label": words.staff.handOverTo(label), onclick: handOver }, words.staff.handOver)));
  }
}
