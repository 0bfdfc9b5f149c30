// This device: what the pages remember on it, and the size and colours in which it shows them.

// Storage. It never holds a token. In a browser that forbids storage, values last as long as the page.

const unstored = new Map();

export function read(key, otherwise = null) {
  try {
    if (unstored.has(key)) return JSON.parse(unstored.get(key));
    return JSON.parse(localStorage.getItem(`gyosil.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function write(key, value) {
  try {
    if (value === null || value === undefined) localStorage.removeItem(`gyosil.${key}`);
    else localStorage.setItem(`gyosil.${key}`, JSON.stringify(value));
    unstored.delete(key);
  } catch {
    unstored.set(key, JSON.stringify(value ?? null));
  }
}

/** Removes all values whose names begin with one of these. */
export function removeAll(...starts) {
  try {
    const isMeant = (key) => starts.some((start) => key.startsWith(`gyosil.${start}`));
    Object.keys(localStorage).filter(isMeant).forEach((key) => localStorage.removeItem(key));
  } catch {
    // Nothing is stored then.
  }
}

// `crypto.randomUUID` is missing on plain http, where most classrooms are.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The id of this device: a newer tab takes the place of an older one with the same id. */
export function device() {
  const known = read("device");
  if (known) return known;
  const made = uuid();
  write("device", made);
  return made;
}

// Size and colours. They apply from the moment that a page loads this file, which every page does.

export const SIZES = [100, 115, 135, 160, 200];
export const THEMES = ["auto", "light", "dark", "contrast"];

const root = document.documentElement;
const isDark = matchMedia("(prefers-color-scheme: dark)");
const wantsContrast = matchMedia("(prefers-contrast: more)");

export function look() {
  const size = read("size");
  const theme = read("theme");
  return { size: SIZES.includes(size) ? size : SIZES[0], theme: THEMES.includes(theme) ? theme : THEMES[0] };
}

export function changeLook({ size, theme }) {
  write("size", size);
  write("theme", theme);
  apply();
}

function apply() {
  const { size, theme } = look();
  root.dataset.size = size;
  root.dataset.theme = theme === "auto" ? themeOfSystem() : theme;
  dispatchEvent(new Event("look"));
}

function themeOfSystem() {
  if (wantsContrast.matches) return "contrast";
  return isDark.matches ? "dark" : "light";
}

for (const query of [isDark, wantsContrast]) query.addEventListener?.("change", apply);
// Another tab of this device has changed the look.
addEventListener("storage", apply);
apply();
