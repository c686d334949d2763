// What is asked for when a page opens, and what is shown until it is there.

import { html, useCallback, useEffect, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { wrong } from "./notes.js";

/**
 * Asks once, and again whenever `deps` change or `again` is called.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {any[]} deps
 * @returns {{found: T | null, fault: string, again: () => void}}
 */
export function useAnswer(ask, deps) {
  const [found, setFound] = useState(/** @type {T | null} */ (null));
  const [fault, setFault] = useState("");
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn(now => now + 1), []);
  useEffect(() => {
    let isWanted = true;
    setFault("");
    ask().then(
      answer => isWanted && setFound(answer),
      error => isWanted && setFault(wrong(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [...deps, turn]);
  return { found, fault, again };
}

/** @param {{fault: string, again: () => void}} props */
export function Waiting({ fault, again }) {
  if (!fault) return html`<p class="soft" aria-busy="true">${t("Loading …")}</p>`;
  return html`<p class="fault" role="alert">${fault}</p>
    <button onClick=${again}>${t("Try again")}</button>`;
}
