// Name, logo and time zone of the school, from the settings of the server.

import { send } from "./api.js";
import { read, write } from "./device.js";
import { el } from "./dom.js";

const NONE = { name: null, logo_url: null, time_zone: null };
/** The school as it was at the last visit, so that it can be shown at once. */
let school = read("school") ?? NONE;
let loading = null;

/** Loads them. If the server cannot be reached, they stay as they were. */
export function loadSchool() {
  loading ??= send("GET", "/api/school").then((found) => {
    if (JSON.stringify(found) === JSON.stringify(school)) return;
    school = found;
    write("school", found);
  }).catch(() => { loading = null; });
  return loading;
}

/** The name of the school, or another text if it has none. */
export function schoolName(otherwise) {
  return school.name ?? otherwise;
}

/** The address of the logo, or of another picture if there is none. */
export function schoolLogo(otherwise) {
  return school.logo_url ?? otherwise;
}

/** The zone in which the school's days and times are shown; until it is known that of this device. */
export function schoolZone() {
  return school.time_zone ?? undefined;
}

/** Makes a line with logo and name, which fills itself when they are loaded. It is hidden if the school has no name. */
export function schoolSign() {
  const node = el("p", { class: "school" });
  const fill = () => {
    node.hidden = !school.name;
    const logo = school.logo_url && el("img", { src: school.logo_url, alt: "", fetchpriority: "low", decoding: "async" });
    node.replaceChildren(...[logo, school.name && el("span", {}, school.name)].filter(Boolean));
  };
  fill();
  loadSchool().then(fill);
  return node;
}
