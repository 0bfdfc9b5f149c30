// The state of the connection of a session: in the header, and as a notice when it stays away.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";

/** A connection that comes back within this time is not reported as lost. */
const LOST_AFTER_MS = 1_500;

export class Connection {
  #session;
  #header = document.querySelector("#link");
  #timer = 0;
  #wasOpen = false;
  /** Tells of a connection that is lost, or will not come back. */
  notice = el("p", { class: "notice", role: "alert", hidden: true });
  /** Called with whether it was open before. */
  onOpen = () => {};

  constructor(session) {
    this.#session = session;
    session.onLink = (state) => this.#is(state);
    session.onPaused = () => this.#show();
  }

  close() {
    clearTimeout(this.#timer);
    this.#draw("");
  }

  #is(state) {
    clearTimeout(this.#timer);
    this.#show();
    if (state === "open") {
      shown(this.notice, false);
      this.onOpen(this.#wasOpen);
      this.#wasOpen = true;
      return;
    }
    const isOver = words.line.over[state];
    const { seenAt } = this.#session;
    const tell = () => {
      text(this.notice, isOver ?? words.line.lost(seenAt));
      shown(this.notice, true);
    };
    this.#timer = setTimeout(tell, isOver ? 0 : LOST_AFTER_MS);
  }

  #show() {
    const { link: state, isPaused } = this.#session;
    const isOver = words.line.over[state];
    const shownState = state === "open" && isPaused ? "paused" : state;
    this.#draw(isOver ? "waiting" : shownState, isOver ?? words.line[shownState]);
  }

  #draw(state, label = "") {
    this.#header.dataset.state = state;
    text(this.#header, label);
  }
}
