// How the server is: its line, its engines, what failed, and whether the books are right.

import { get, post } from "../../lib/api.js";
import { size, span } from "../../lib/format.js";
import { html, useEffect, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Facts } from "../../parts/job-view.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain } from "../../parts/notes.js";
import { Table } from "../../parts/table.js";
import { Tile } from "../account/credits.js";

const AGAIN_MS = 5000;

/**
 * @typedef {{name: string, state: string, running: number, slots: number,
 *   detail: string}} Engine
 */
/** @typedef {{kind: string, count: number}} Failures */

export default function Overview() {
  const answer = useAnswer(() => get("/operator/overview"), []);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || answer.again(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  const { queue, last_24h: ended, engines, storage, ...about } = answer.found;
  const wait = queue.oldest_wait_ms === null ? "–" : span(queue.oldest_wait_ms / 1000);
  /** @type {import("../../parts/table.js").Column<Engine>[]} */
  const columns = [
    { name: t("Engine"), cell: one => html`<strong>${one.name}</strong>` },
    { name: t("State"), cell: one => html`<span class="tag">${one.state}</span>` },
    { name: t("At work"), right: true, cell: one => `${one.running} / ${one.slots}` },
    { name: t("Detail"), cell: one => one.detail },
  ];
  return html`<div class="tiles">
      <${Tile} name=${t("In line")} value=${queue.waiting} isMain=${true} />
      <${Tile} name=${t("Being made")} value=${queue.running} />
      <${Tile} name=${t("Longest wait")} value=${wait} />
      <${Tile} name=${t("Done in 24 hours")} value=${ended.succeeded} />
      <${Tile} name=${t("Failed in 24 hours")} value=${ended.failed} />
    </div>
    <h2>${t("Engines")}</h2>
    <${Table}
      label=${t("Engines")}
      rows=${engines}
      columns=${columns}
      id=${(/** @type {Engine} */ one) => one.name}
    />
    ${
      ended.by_failure.length > 0 &&
      html`<h2>${t("What failed in 24 hours")}</h2>
        <${Facts} facts=${ended.by_failure.map((/** @type {Failures} */ { kind, count }) => [
          kind,
          count,
        ])} />`
    }
    <${Audit} />
    <h2>${t("The server")}</h2>
    <${Facts}
      facts=${[
        [t("Version"), about.version],
        [t("Running for"), span(about.uptime_s)],
        [t("Database"), about.database],
        [t("Storage"), storage.kind],
        [t("Used"), storage.used_bytes === null ? null : size(storage.used_bytes)],
        [t("Free"), storage.free_bytes === null ? null : size(storage.free_bytes)],
      ]}
    />`;
}

function Audit() {
  const [found, setFound] = useState(
    /** @type {{clean: boolean, findings: any[]} | null} */ (null),
  );
  const [isBusy, setBusy] = useState(false);
  const audit = async () => {
    setBusy(true);
    await post("/operator/audit").then(setFound, complain);
    setBusy(false);
  };
  return html`<section class="panel">
    <div class="row row-apart">
      <h2>${t("Audit")}</h2>
      <button disabled=${isBusy} onClick=${audit}>${t("Audit now")}</button>
    </div>
    <p class="soft" aria-live="polite">
      ${!found && t("Asks the database whether every job and every credit agree.")}
      ${found?.clean && html`<span class="state state-good">${t("Everything agrees.")}</span>`}
    </p>
    ${
      found &&
      !found.clean &&
      html`<pre class="fault" tabindex="0">${JSON.stringify(found.findings, null, 2)}</pre>`
    }
  </section>`;
}
