// A search among names: what was typed, once its writer pauses.

import { html, useEffect, useState } from "../lib/ui.js";

const WAIT_MS = 350;

/** @param {{label: string, onSearch: (text: string) => void}} props */
export function Search({ label, onSearch }) {
  const [typed, setTyped] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => onSearch(typed.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`<input
    type="search"
    class="search-names"
    value=${typed}
    aria-label=${label}
    placeholder=${label}
    onInput=${(/** @type {any} */ event) => setTyped(event.target.value)}
  />`;
}
