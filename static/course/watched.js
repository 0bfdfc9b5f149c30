// Pieces of videos that were played: gathered from the player, and kept on this device until the server has taken them.

import { post, Refused } from "../shared/api.js";
import { read, write } from "../shared/device.js";

/** Beyond these the videos that were watched first, and the shortest pieces, are given up. */
const VIDEOS_MAX = 20;
const PIECES_MAX = 200;

const storedAs = (api) => `watched.${api.user.id}`;
const othersOf = (api, video) => read(storedAs(api), []).filter((kept) => kept.video_id !== video);

function keep(api, report) {
  write(storedAs(api), [...othersOf(api, report.video_id), report].slice(-VIDEOS_MAX));
}

function forget(api, video) {
  const others = othersOf(api, video);
  write(storedAs(api), others.length ? others : null);
}

/** Tells whether the server will never take a report: the video is gone, or the report is not right. Whose access is over may get it again. */
const isUseless = (error) => error instanceof Refused && (error.status === 400 || error.status === 404);

/** Tells whether one may watch no more. */
export const isClosed = (error) => error instanceof Refused && (error.status === 403 || error.status === 409 && error.code === "INVALID_STATE");

/** Sends what an earlier visit could not send. What cannot be sent now either stays. */
export async function sendKept(api) {
  for (const { at, ...report } of read(storedAs(api), [])) {
    try {
      if (await isBehind(api, report.video_id, at)) delete report.last_position;
      await api.call(post, "/videos/progress/", report);
      forget(api, report.video_id);
    } catch (error) {
      if (isUseless(error)) forget(api, report.video_id);
      else if (!isClosed(error)) return;
    }
  }
}

/** Tells whether one has watched a video since this time, on another device: then it goes on from there. */
async function isBehind(api, video, at) {
  try {
    const { last_accessed: last } = await api.get(`/progress/video/${video}/`);
    return Date.parse(last) > at;
  } catch (error) {
    if (isUseless(error)) return false;
    throw error;
  }
}

/** The pieces of both lists, in order and apart, each `[from, to]` in seconds. */
export function union(one, other) {
  const pieces = [];
  for (const [from, to] of [...one, ...other].sort(([a], [b]) => a - b)) {
    const last = pieces[pieces.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else pieces.push([from, to]);
  }
  const lengthOf = ([from, to]) => to - from;
  const shortest = pieces.map(lengthOf).sort((a, b) => b - a)[PIECES_MAX - 1] ?? 0;
  return pieces.filter((piece) => lengthOf(piece) >= shortest).slice(0, PIECES_MAX);
}

/** The pieces of one video that were played since the page was opened. The server counts each second once, however often it is told. */
export class Watched {
  #api;
  #video;
  #pieces = [];
  #position = 0;
  /** The report that the server has taken last, as text. */
  #taken = "";
  #sending = Promise.resolve();

  constructor(api, video) {
    this.#api = api;
    this.#video = video;
    this.#pieces = read(storedAs(api), []).find((kept) => kept.video_id === video)?.played ?? [];
  }

  /** Takes over what an element has played, and where it is. The browser counts what was played, and nothing that was skipped. */
  gather(element) {
    const { played, readyState, currentTime } = element;
    const ends = Array.from({ length: played.length }, (_, at) => [Math.round(played.start(at)), Math.round(played.end(at))]);
    this.#pieces = union(this.#pieces, ends.filter(([from, to]) => from < to));
    if (readyState > 0) this.#position = Math.floor(currentTime);
  }

  /** Sends what the server has not taken yet. Resolves to the progress, or to null if there is nothing new. `outlives`: the page may be closed at once. */
  send({ outlives } = {}) {
    if (outlives) return this.#send(outlives);
    this.#sending = this.#sending.catch(() => {}).then(() => this.#send());
    return this.#sending;
  }

  async #send(outlives) {
    const report = { video_id: this.#video, played: this.#pieces, last_position: this.#position };
    const text = JSON.stringify(report);
    if (text === this.#taken || report.played.length === 0) return null;
    keep(this.#api, { ...report, at: Date.now() });
    const progress = await this.#api.call(post, "/videos/progress/", report, { outlives });
    this.#taken = text;
    if (JSON.stringify({ ...report, played: this.#pieces, last_position: this.#position }) === text) forget(this.#api, this.#video);
    return progress;
  }
}
