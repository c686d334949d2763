// Light or dark: as the system says, until the user says otherwise.

import { keep, kept } from "./keep.js";
import { effect, signal } from "./ui.js";

/** @typedef {"system" | "light" | "dark"} Theme */

export const theme = signal(/** @type {Theme} */ (kept("theme", "system")));

export function beginTheme() {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    keep("theme", theme.value === "system" ? null : theme.value);
  });
}
