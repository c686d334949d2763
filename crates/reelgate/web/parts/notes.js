// Short messages at the edge of the window, read out to those who do not see them.

import { Refusal } from "../lib/api.js";
import { noticeEnd } from "../lib/session.js";
import { html, signal } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "./icon.js";

/** @typedef {{id: number, kind: "good" | "bad", text: string}} Note */

const SHOWN_MS = 6000;
const SHOWN_MAX = 4;
const notes = signal(/** @type {Note[]} */ ([]));
let last = 0;

/** @param {string} text @param {"good" | "bad"} [kind] */
export function tell(text, kind = "good") {
  const id = ++last;
  notes.value = [...notes.value, { id, kind, text }].slice(-SHOWN_MAX);
  setTimeout(() => drop(id), SHOWN_MS);
}

/** Says what went wrong, in the server's words. @param {unknown} error */
export function complain(error) {
  noticeEnd(error);
  tell(wrong(error), "bad");
}

/** @param {unknown} error */
export function wrong(error) {
  if (error instanceof Refusal) {
    const later = error.retryAfter ? ` ${t("Try again in {n} s.", { n: error.retryAfter })}` : "";
    return t(error.message) + later;
  }
  return error instanceof Error ? error.message : String(error);
}

/** @param {number} id */
function drop(id) {
  notes.value = notes.value.filter(note => note.id !== id);
}

export function Notes() {
  return html`<div class="notes" role="status" aria-live="polite">
    ${notes.value.map(
      note =>
        html`<div key=${note.id} class="note note-${note.kind}">
          <${Icon} name=${note.kind === "good" ? "check" : "alert"} />
          <span>${note.text}</span>
          <button
            class="quiet small"
            aria-label=${t("Close")}
            onClick=${() => drop(note.id)}
          >
            <${Icon} name="close" size=${16} />
          </button>
        </div>`,
    )}
  </div>`;
}
