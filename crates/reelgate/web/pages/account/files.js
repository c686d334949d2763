// Files that were sent to order with.

import { ask } from "../../lib/api.js";
import { collection } from "../../lib/collection.js";
import { change } from "../../lib/draft.js";
import { ago, size } from "../../lib/format.js";
import { go } from "../../lib/router.js";
import { html, useEffect, useMemo, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm } from "../../parts/controls.js";
import { complain, wrong } from "../../parts/notes.js";
import { addUrl } from "../../parts/references.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, url: string, name: string, kind: string, width: number | null,
 *   height: number | null, bytes: number, created_at: string, used_at: string | null}} Asset
 */

export default function Files() {
  const [turn, setTurn] = useState(0);
  const [doomed, doom] = useState(/** @type {Asset | null} */ (null));
  const list = useMemo(() => collection({ path: "/assets" }), [turn]);
  useEffect(() => (void list.more(), list.stop), [list]);
  const use = (/** @type {Asset} */ asset) => {
    change({ mode: "media" });
    addUrl(asset.url, "reference", asset.kind);
    go("/create");
  };
  const remove = (/** @type {Asset} */ asset) =>
    ask("DELETE", `/assets/${asset.id}`).then(() => setTurn(turn + 1), complain);
  /** @type {import("../../parts/table.js").Column<Asset>[]} */
  const columns = [
    {
      name: t("Name"),
      cell: one => html`<strong>${one.name || one.id}</strong>
        <div class="mono soft">${one.url}</div>`,
    },
    { name: t("Kind"), cell: one => one.kind },
    { name: t("Size"), cell: one => (one.width ? `${one.width} × ${one.height}` : "–") },
    { name: t("Bytes"), right: true, cell: one => size(one.bytes) },
    { name: t("Last used"), cell: one => ago(one.used_at ?? one.created_at) },
    {
      name: "",
      right: true,
      cell: one => html`<span class="actions actions-right">
        <button class="quiet" onClick=${() => use(one)}>${t("Use")}</button>
        <button class="quiet" onClick=${() => doom(one)}>${t("Delete")}</button>
      </span>`,
    },
  ];
  return html`<p class="soft">
      ${t("Files stay as long as orders use them, and are forgotten some time after that.")}
    </p>
    <${Table}
      label=${t("Uploads")}
      rows=${list.items.value}
      columns=${columns}
      id=${(/** @type {Asset} */ one) => one.id}
      empty=${list.isOver.value ? t("Nothing yet.") : t("Loading …")}
    />
    ${list.fault.value && html`<p class="fault" role="alert">${wrong(list.fault.value)}</p>`}
    ${
      doomed &&
      html`<${Confirm}
      title=${t("Delete this file?")}
      text=${t("Orders can no longer name it.")}
      yes=${t("Delete")}
      onYes=${() => remove(doomed)}
      onClose=${() => doom(null)}
    />`
    }`;
}
