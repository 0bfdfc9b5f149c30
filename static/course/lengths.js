// Lengths of videos, and how far one is in them.

import { words } from "../shared/words.js";

/** The seconds of `00:04:10`; 0 while a length is not known. */
export const secondsOf = (duration) => (duration ?? "0").split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

/** Hours, minutes and seconds, as people say them. */
export const wordsOf = (seconds) => words.watch.length(Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60);

/** The length of a video for people, from `00:04:10`. Empty while it is not known. */
export const lengthOf = (duration) => (duration ? wordsOf(secondsOf(duration)) : "");

/** The state of a video by one's progress in it: `new`, `begun` or `done`. */
export const stateOf = (progress) => (progress?.is_completed ? "done" : progress ? "begun" : "new");
