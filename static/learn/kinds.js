// The kind of this phone, by which it chooses among the pictures of a step: its make, or one of the two systems. The phone guesses;
// its owner can choose among the kinds that the steps name.

import { read, write } from "../shared/device.js";
import { pictureFor } from "../shared/marks.js";

const SYSTEMS = ["ANDROID", "IPHONE"];
/** A phone of which nothing is known shows the pictures for all. */
export const OTHER = "ALL";
const agent = navigator.userAgent;
/** The system of this phone, or null on a computer. */
const system = /iPhone|iPad|iPod/.test(agent) ? "IPHONE" : /Android/.test(agent) ? "ANDROID" : null;
/** The model as the maker writes it, such as «SM-A346N». Only some browsers tell. */
let model = "";
/** The kinds that the steps of the session name. */
let named = [];

navigator.userAgentData?.getHighEntropyValues?.(["model"]).then((values) => { model = values.model ?? ""; }, () => {});

/** Takes note of the kinds that these steps name. */
export function learnKinds(steps) {
  const all = steps.flatMap(({ pictures = [] }) => pictures.map(({ shown_on: kind }) => kind));
  named = [...new Set(all)].filter((kind) => kind && kind !== "ALL").sort((a, b) => SYSTEMS.indexOf(b) - SYSTEMS.indexOf(a));
}

/** The kinds to choose from, the last one for any other phone: none where the steps name only one. */
export const offeredKinds = () => (named.length > 1 ? [...new Set([...named, system ?? OTHER])] : []);

/** The kind that the owner has chosen, else the guess. */
export const kindNow = () => read("kind") ?? guessed() ?? OTHER;

export function chooseKind(kind) {
  write("kind", kind);
  dispatchEvent(new Event("kind"));
}

/** Tells whether the owner must be asked: there is a choice, and the phone cannot know it by itself. */
export function mustAskKind() {
  if (offeredKinds().length === 0 || read("kind")) return false;
  const isCertain = SYSTEMS.includes(guessed()) ? named.every((kind) => SYSTEMS.includes(kind)) : guessed();
  return !isCertain;
}

/** A make matches if the number of its model is in the phone's own: a «Galaxy A34» is an «SM-A346N». */
function guessed() {
  const numbers = (make) => make.toUpperCase().match(/[A-Z]*\d+/g) ?? [];
  const make = model && named.find((kind) => numbers(kind).length > 0 && numbers(kind).every((number) => model.toUpperCase().includes(number)));
  return make || system;
}

/** The system of this phone; of one that may be either, `ANDROID`. */
export function systemNow() {
  const kind = kindNow();
  return SYSTEMS.includes(kind) ? kind : system ?? SYSTEMS[0];
}

/** The kinds by which this phone chooses pictures, the likeliest first; the second one is null on a computer. */
export const kindsNow = () => [kindNow(), system];

/** The picture of a step for this phone, or null. */
export const pictureOf = (step) => (step ? pictureFor(step, kindsNow()) : null);
