// The dark wall: the board and the wall screens that are open in the same browser tell each other of it. A presentation clicker has a
// key for it, and it presses that key on whichever page is in front.

import { uuid } from "../../shared/device.js";

/** The wall screen's side. */
export class DarkWall {
  #id = uuid();
  #channel;
  #onChange;
  #onHide = () => this.close();
  isDark = false;

  constructor(session, onChange) {
    this.#channel = channelOf(session);
    this.#onChange = onChange;
    this.#channel.onmessage = ({ data }) => {
      if (data.asks) this.#tell();
      else if (data.turns) this.turn(data.isDark);
    };
    addEventListener("pagehide", this.#onHide);
    this.#tell();
  }

  turn(isDark) {
    if (this.isDark === isDark) return;
    this.isDark = isDark;
    this.#tell();
    this.#onChange();
  }

  close() {
    removeEventListener("pagehide", this.#onHide);
    this.#channel.postMessage({ gone: this.#id });
    this.#channel.close();
  }

  #tell() {
    this.#channel.postMessage({ wall: this.#id, isDark: this.isDark });
  }
}

/** The board's side: the wall screens of this browser. */
export class Walls {
  #channel;
  #dark = new Map();
  onChange = () => {};

  constructor(session) {
    this.#channel = channelOf(session);
    this.#channel.onmessage = ({ data }) => {
      if (data.wall) this.#dark.set(data.wall, data.isDark);
      else if (data.gone) this.#dark.delete(data.gone);
      else return;
      this.onChange();
    };
    this.#channel.postMessage({ asks: true });
  }

  get areOpen() {
    return this.#dark.size > 0;
  }

  get areDark() {
    return this.areOpen && [...this.#dark.values()].every(Boolean);
  }

  turn(isDark) {
    this.#channel.postMessage({ turns: true, isDark });
  }

  close() {
    this.#channel.close();
  }
}

const channelOf = (session) => new BroadcastChannel(`gyosil.wall.${session}`);
