// Rows and columns; on a narrow window each row becomes a block of its own.

import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";

/**
 * @template T
 * @typedef {{name: string, cell: (row: T) => any, right?: boolean}} Column
 */

/**
 * @template T
 * @param {{label: string, columns: Column<T>[], rows: T[], id: (row: T) => string,
 *   empty?: string}} props
 */
export function Table({ label, columns, rows, id, empty }) {
  if (!rows.length) return html`<p class="soft">${empty ?? t("Nothing yet.")}</p>`;
  return html`<div class="table" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(
            one => html`<th key=${one.name} scope="col" class=${one.right ? "right" : ""}>
              ${one.name}
            </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          row => html`<tr key=${id(row)}>
            ${columns.map(
              one => html`<td
                key=${one.name}
                data-name=${one.name}
                class=${one.right ? "right" : ""}
              >
                ${one.cell(row)}
              </td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
