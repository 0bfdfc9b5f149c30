// The school whose pages these are: its name and logo, where the settings of the server give it any.

import { send } from "./api.js";
import { read, write } from "./device.js";
import { el } from "./dom.js";

const NONE = { name: null, logo_url: null };
/** What was known at the last visit, so that it stands there at once. */
let school = read("school") ?? NONE;
let asked = null;

/** Resolves when it is known; who cannot reach the server keeps what was known. */
export function meetSchool() {
  asked ??= send("GET", "/api/school").then((found) => {
    if (JSON.stringify(found) === JSON.stringify(school)) return;
    school = found;
    write("school", found);
  }).catch(() => { asked = null; });
  return asked;
}

/** The name, or what is said where the school has none. */
export function schoolName(otherwise) {
  return school.name ?? otherwise;
}

/** The logo's address, or another picture. */
export function schoolLogo(otherwise) {
  return school.logo_url ?? otherwise;
}

/** A line with logo and name, which fills itself; nothing where the school has no name. */
export function schoolSign() {
  const node = el("p", { class: "school" });
  const fill = () => {
    node.hidden = !school.name;
    const logo = school.logo_url && el("img", { src: school.logo_url, alt: "", fetchpriority: "low", decoding: "async" });
    node.replaceChildren(...[logo, school.name && el("span", {}, school.name)].filter(Boolean));
  };
  fill();
  meetSchool().then(fill);
  return node;
}
