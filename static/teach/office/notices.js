// Notifications: the number of unread ones in the header, and the list behind it.

import { post } from "../../shared/api.js";
import { el, shown, single, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { ago } from "./dates.js";
import { sign } from "../marking/drawing.js";
import { openDialog } from "./widgets.js";

const CHECKS_EVERY_MS = 60_000;
const LISTED_MAX = 30;
const COUNT_MAX = 99;

export class Notices {
  #api;
  #go;
  #fail;
  #timer = 0;
  #unread = 0;
  #button = document.querySelector("#notices");
  #label = el("span");
  #more = el("span", { class: "unseen" });
  #count = el("b", { class: "unread", "aria-hidden": "true" });

  constructor({ api, go, fail }) {
    this.#api = api;
    this.#go = go;
    this.#fail = fail;
    this.#button.append(sign("bell"), this.#label, this.#more, this.#count);
    this.#button.onclick = single(() => this.#open());
  }

  start() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => document.visibilityState === "visible" && this.check(), CHECKS_EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#unread = 0;
    shown(this.#button, false);
  }

  draw() {
    text(this.#label, words.notices.title);
    text(this.#more, words.notices.more(this.#unread));
    text(this.#count, this.#unread > COUNT_MAX ? `${COUNT_MAX}+` : this.#unread || "");
    shown(this.#count, this.#unread);
  }

  async check() {
    try {
      const { pagination } = await this.#api.get("/api/notifications?unread=true&page_size=1");
      this.#unread = pagination.total_count;
      this.draw();
      shown(this.#button, true);
    } catch {
      // The next check will tell.
    }
  }

  async #open() {
    try {
      const { notifications } = await this.#api.get(`/api/notifications?page_size=${LISTED_MAX}`);
      const list = el("ul", { class: "notices" });
      const dialog = openDialog("drawer", words.notices.title, list);
      list.append(...notifications.map((notice) => this.#line(notice, dialog)));
      if (notifications.length === 0) list.before(el("p", { class: "hint" }, words.notices.none));
      else if (this.#unread > 0) list.before(this.#readAll(notifications[0], dialog));
    } catch (error) {
      this.#fail(error);
    }
  }

  #line(notice, dialog) {
    const when = el("span", { class: "hint" }, ago(notice.created_at));
    const open = el("button", { type: "button", class: "news", onclick: () => this.#follow(notice, dialog) },
      el("span", {}, notice.message, !notice.is_read && el("span", { class: "unseen" }, ` (${words.notices.unread})`)), when);
    return el("li", { class: notice.is_read ? null : "fresh" }, open);
  }

  #readAll(newest, dialog) {
    return el("button", { type: "button", class: "quiet", "data-act": "read-all", onclick: async () => {
      await this.#read("read", { up_to: newest.id });
      dialog.close();
    } }, words.notices.readAll);
  }

  /** Marks notifications as read. `path`: of one, or of all. */
  async #read(path, body = {}) {
    try {
      await this.#api.call(post, `/api/notifications/${path}`, body);
    } catch (error) {
      this.#fail(error);
    }
    await this.check();
  }

  /** Marks it as read, and opens the page on which it can be answered, if there is one. */
  async #follow(notice, dialog) {
    const path = await this.#pageOf(notice);
    if (!notice.is_read) await this.#read(`${notice.id}/read`);
    dialog.close();
    if (path) this.#go(path);
  }

  async #pageOf({ type, related_id: id }) {
    if (type === "ATTENDANCE_REQUESTED") return "/teach/requests";
    if (type === "SESSION_HELP" || type === "SESSION_HANDED_OVER") return `/teach/session/${id}`;
    if (type === "LECTURE_SHARED") return `/teach/lecture/${id}`;
    if (type !== "HELP_REQUEST" && type !== "HELP_ESCALATED") return null;
    const waiting = await this.#api.get("/api/dashboard/help-requests/pending").catch(() => null);
    const call = waiting?.pending_requests.find((call) => call.help_request_id === id);
    return call?.session_id ? `/teach/session/${call.session_id}` : null;
  }
}
