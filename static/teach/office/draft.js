// What was typed and is not saved yet stays on this device: no reload, no lost network and no closed window loses it.

import { read, write } from "../../shared/device.js";

const place = (name) => `draft.${name}`;

export function hasDraft(name) {
  return read(place(name)) !== null;
}

export function forgetDraft(name) {
  write(place(name), null);
}

/** `fields` are inputs by their names, `saved` what the server has of them. What was kept is filled in. */
export function keepDraft(name, fields, saved = {}) {
  const kept = read(place(name));
  const entries = Object.entries(fields);
  const values = () => Object.fromEntries(entries.map(([key, input]) => [key, input.value.trim()]));
  const fill = (from) => entries.forEach(([key, input]) => {
    input.value = from?.[key] ?? "";
  });
  let known = saved;
  const isChanged = () => entries.some(([key, input]) => input.value.trim() !== (known[key] ?? ""));
  const keep = () => write(place(name), isChanged() ? values() : null);
  fill({ ...saved, ...kept });
  entries.forEach(([, input]) => input.addEventListener("input", keep));
  return {
    isRestored: kept !== null && isChanged(),
    isChanged,
    values,
    forget: () => forgetDraft(name),
    /** Another thing is written into the same fields. */
    begin(next = {}) {
      known = next;
      forgetDraft(name);
      fill(next);
    },
  };
}
