// Drafts: what was typed and is not saved yet stays on this device, through reloads and lost networks.

import { read, write } from "../../shared/device.js";

const key = (name) => `draft.${name}`;

export function hasDraft(name) {
  return read(key(name)) !== null;
}

export function forgetDraft(name) {
  write(key(name), null);
}

/** Keeps a draft of these fields, and fills in an earlier one. `fields`: by name, inputs or what has a `value` and dispatches `input` as they do; `saved`: their values on the server. */
export function keepDraft(name, fields, saved = {}) {
  const kept = read(key(name));
  const entries = Object.entries(fields);
  const valueOf = ({ value }) => (typeof value === "string" ? value.trim() : value);
  const values = () => Object.fromEntries(entries.map(([field, input]) => [field, valueOf(input)]));
  const fill = (from) => entries.forEach(([field, input]) => {
    input.value = from?.[field] ?? "";
  });
  let known = "";
  /** Fills in values of the server. They are compared as the fields give them back. */
  const begin = (from) => {
    fill(from);
    known = JSON.stringify(values());
  };
  const isChanged = () => JSON.stringify(values()) !== known;
  const keep = () => write(key(name), isChanged() ? values() : null);
  begin(saved);
  if (kept) fill({ ...saved, ...kept });
  entries.forEach(([, input]) => input.addEventListener("input", keep));
  return {
    isRestored: kept !== null && isChanged(),
    isChanged,
    values,
    forget: () => forgetDraft(name),
    /** Begins a draft of something else in the same fields. */
    begin(next = {}) {
      forgetDraft(name);
      begin(next);
    },
  };
}
