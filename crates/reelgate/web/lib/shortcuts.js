// Keys that work on every page. `?` shows them.

import { signal } from "./ui.js";
import { go } from "./router.js";
import { user } from "./session.js";

export const isHelpOpen = signal(false);

/** @type {Record<string, string>} After `g`. */
const PLACES = {
  c: "/create",
  s: "/storyboard",
  w: "/watch",
  g: "/gallery",
  a: "/account",
  d: "/docs",
};
const CHORD_MS = 1500;

let armedAt = 0;

/** @param {KeyboardEvent} event */
function press(event) {
  const target = event.target;
  const isTyping = target instanceof Element && target.closest("input,textarea,select,dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = event.timeStamp - armedAt < CHORD_MS ? PLACES[event.key] : undefined;
  armedAt = event.key === "g" && !to ? event.timeStamp : 0;
  if (to && (user.value || to === "/docs")) {
    event.preventDefault();
    go(to);
  } else if (event.key === "?") {
    isHelpOpen.value = true;
  } else if (event.key === "n" && user.value) {
    event.preventDefault();
    go("/create");
  } else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search instanceof HTMLElement) {
      event.preventDefault();
      search.focus();
    }
  }
}

export function beginShortcuts() {
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}
