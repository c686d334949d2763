// A table of a list that is read part by part.

import { collection } from "../lib/collection.js";
import { html, useEffect, useMemo } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { wrong } from "./notes.js";
import { Table } from "./table.js";

/**
 * @param {{label: string, path: string, turn?: number, columns: import("./table.js").Column<any>[],
 *   id?: (row: any) => string}} props `turn`: another one reads the list anew
 */
export function Listing({ label, path, turn = 0, columns, id = row => row.id }) {
  const list = useMemo(() => collection({ path }), [path, turn]);
  useEffect(() => (void list.more(), list.stop), [list]);
  return html`<${Table}
      label=${label}
      rows=${list.items.value}
      columns=${columns}
      id=${id}
      empty=${list.isOver.value ? t("Nothing here.") : t("Loading …")}
    />
    ${list.fault.value && html`<p class="fault" role="alert">${wrong(list.fault.value)}</p>`}
    ${
      !list.isOver.value &&
      html`<p class="center">
        <button disabled=${list.isBusy.value} onClick=${list.more}>${t("Show more")}</button>
      </p>`
    }`;
}
