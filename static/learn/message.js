// A message of the teacher or of a helper to this learner alone: a card over the screen, until it is read. The server sends it again until it knows that.

import { read, write } from "../shared/device.js";
import { dialog, el } from "../shared/dom.js";
import { canSpeak } from "../shared/speech.js";
import { languageOf, words } from "../shared/words.js";
import { button } from "./screens.js";
import { listen, readOut } from "./sound.js";
import { freshen } from "./stage.js";

const VIBRATES_MS = 200;

export class MessageToMe {
  #socket;
  #storedAs;
  /** The message that is shown as `{ id, card }`, or null. */
  #open = null;

  /** `storedAs`: the name under which this phone stores the id of the last message that was read. */
  constructor({ socket, storedAs }) {
    [this.#socket, this.#storedAs] = [socket, storedAs];
  }

  /** A message has come, perhaps again. A newer one takes the place of the one before. */
  came({ message_id: id, message, from_name: from }) {
    if (id === this.#open?.id) return;
    // The message was read before a reload, and the server has not heard of that.
    if (id === read(this.#storedAs)) return void this.#tell(id);
    this.close();
    this.#open = { id, card: this.#show(id, message, from) };
    if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(VIBRATES_MS);
    readOut(message);
  }

  /** Takes the card away without a word of the learner. */
  close() {
    const { card } = this.#open ?? {};
    this.#open = null;
    card?.close();
  }

  #show(id, message, from) {
    const card = dialog({ class: "settings to-me", "aria-labelledby": "to-me-title", "aria-describedby": "to-me-text", "data-message": id },
      el("h2", { id: "to-me-title", tabindex: "-1", autofocus: true }, words.toMe.from(from)),
      el("p", { id: "to-me-text", class: "guide", lang: languageOf(message) }, message),
      canSpeak && button("plain small", "hear-message", words.listening.listen, "sound", () => listen(message)),
      el("div", { class: "actions" }, button("main", "read-message", words.toMe.read, "check", () => card.close())));
    document.documentElement.classList.add("covered");
    freshen(card);
    card.addEventListener("close", () => this.#closed(id));
    return card;
  }

  #closed(id) {
    document.documentElement.classList.remove("covered");
    freshen();
    if (this.#open?.id !== id) return;
    this.#open = null;
    write(this.#storedAs, id);
    this.#tell(id);
  }

  #tell(id) {
    this.#socket.ask("message_read", { message_id: id }).catch(() => {});
  }
}
