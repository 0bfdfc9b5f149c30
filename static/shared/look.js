// How large and in which colours this device shows the pages.

import { read, write } from "./store.js";

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

export function lookLike({ size, theme }) {
  write("size", size);
  write("theme", theme);
  apply();
}

function apply() {
  const { size, theme } = look();
  root.dataset.size = size;
  root.dataset.theme = theme === "auto" ? ofDevice() : theme;
}

function ofDevice() {
  if (wantsContrast.matches) return "contrast";
  return isDark.matches ? "dark" : "light";
}

for (const query of [isDark, wantsContrast]) query.addEventListener?.("change", apply);
// Another tab of this device has changed it.
addEventListener("storage", apply);
apply();
