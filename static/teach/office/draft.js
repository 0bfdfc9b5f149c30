// Drafts: what was typed and is not saved yet stays on this device, through reloads and lost networks.

import { read, write } from "../../shared/device.js";

const key = (name) => `draft.${name}`;

export function hasDraft(name) {
  return read(key(name)) !== null;
}

export function forgetDraft(name) {
  write(key(name), null);
}

/** Keeps a draft of these fields, and fills in an earlier one. `fields`: inputs by name; `saved`: their values on the server. */
export function keepDraft(name, fields, saved = {}) {
  const kept = read(key(name));
  const entries = Object.entries(fields);
  const values = () => Object.fromEntries(entries.map(([field, input]) => [field, input.value.trim()]));
  const fill = (from) => entries.forEach(([field, input]) => {
    input.value = from?.[field] ?? "";
  });
  let known = saved;
  const isChanged = () => entries.some(([field, input]) => input.value.trim() !== (known[field] ?? ""));
  const keep = () => write(key(name), isChanged() ? values() : null);
  fill({ ...saved, ...kept });
  entries.forEach(([, input]) => input.addEventListener("input", keep));
  return {
    isRestored: kept !== null && isChanged(),
    isChanged,
    values,
    forget: () => forgetDraft(name),
    /** Begins a draft of something else in the same fields. */
    begin(next = {}) {
      known = next;
      forgetDraft(name);
      fill(next);
    },
  };
}
