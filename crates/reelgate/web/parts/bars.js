// Amounts beside each other: a bar for each, the longest first.

import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";

/** @typedef {{id: string, name: string, value: number}} Bar */

const SHOWN_MAX = 12;

/**
 * @param {{bars: Bar[], label: string, show: (value: number) => string}} props `show`: an amount
 *   as people write it
 */
export function Bars({ bars, label, show }) {
  const sorted = bars.filter(one => one.value > 0).sort((a, b) => b.value - a.value);
  if (!sorted.length) return html`<p class="soft">${t("Nothing yet.")}</p>`;
  const shown = sorted.slice(0, SHOWN_MAX);
  const rest = sorted.slice(SHOWN_MAX).reduce((sum, one) => sum + one.value, 0);
  if (rest > 0) shown.push({ id: "", name: t("all others"), value: rest });
  const most = Math.max(...shown.map(one => one.value));
  const sum = sorted.reduce((sum, one) => sum + one.value, 0);
  const about = shown.map(one => `${one.name} ${show(one.value)}`).join(", ");
  return html`<div class="bars" role="img" aria-label=${`${label}: ${about}`}>
    ${shown.map(
      one => html`<div key=${one.id} class="bar" title=${one.name}>
        <span class="bar-name">${one.name}</span>
        <span class="bar-rail">
          <i style=${{ inlineSize: `${Math.max(0.5, (one.value / most) * 100)}%` }}></i>
        </span>
        <span class="bar-value">${show(one.value)}</span>
        <span class="bar-share soft">${Math.round((one.value / sum) * 100)} %</span>
      </div>`,
    )}
  </div>`;
}
