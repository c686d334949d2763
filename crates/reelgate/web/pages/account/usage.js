// What was ordered by day, by model and by key: as charts, each with its table.

import { get } from "../../lib/api.js";
import { credits, inCredits } from "../../lib/format.js";
import { accounts } from "../../lib/session.js";
import { html, useMemo, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Bars } from "../../parts/bars.js";
import { Chart } from "../../parts/chart.js";
import { Choice } from "../../parts/controls.js";
import { Icon } from "../../parts/icon.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { Table } from "../../parts/table.js";
import { Tile } from "./credits.js";

/**
 * @typedef {{group: string, jobs: number, succeeded: number, failed: number, cancelled: number,
 *   charged: string}} Row
 * @typedef {"charged" | "jobs"} Metric
 */

const DAY_MS = 86_400_000;

export default function Usage() {
  const [days, setDays] = useState(30);
  const [metric, setMetric] = useState(/** @type {Metric} */ ("charged"));
  const options = [7, 30, 90].map(n => ({ value: n, name: t("{n} days", { n }) }));
  const metrics = [
    { value: "charged", name: t("Credits") },
    { value: "jobs", name: t("Orders") },
  ];
  return html`<div class="row row-apart">
      <${Choice} label=${t("Time")} value=${days} options=${options} onChange=${setDays} />
      <${Choice} label=${t("Count")} value=${metric} options=${metrics} onChange=${setMetric} />
    </div>
    <${Body} key=${days} days=${days} metric=${metric} />`;
}

/** @param {{days: number, metric: Metric}} props */
function Body({ days, metric }) {
  const until = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  const from = new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  const ask = (/** @type {string} */ by) => get(`/usage?from=${from}&until=${until}&by=${by}`);
  const answer = useAnswer(() => Promise.all([...["day", "model", "key"].map(ask), names()]), []);
  const [byDay, byModel, byKey] = (answer.found ?? []).map(found => found.data);
  const called = answer.found?.[3];
  const points = useMemo(() => filled(byDay ?? [], metric, from, days), [byDay, metric]);
  if (!byDay) return html`<${Waiting} ...${answer} />`;
  const sum = (/** @type {keyof Row} */ name) =>
    byDay.reduce((/** @type {number} */ sum, /** @type {Row} */ row) => sum + Number(row[name]), 0);
  const isMoney = metric === "charged";
  const show = (/** @type {number} */ n) =>
    isMoney ? inCredits(n) : n === 1 ? t("1 order") : t("{n} orders", { n: credits(n) });
  const daily = isMoney ? t("Credits a day") : t("Orders a day");
  return html`<div class="tiles">
      <${Tile} name=${t("Charged")} value=${credits(sum("charged"))} isMain=${true} />
      <${Tile} name=${t("Ordered")} value=${sum("jobs")} />
      <${Tile} name=${t("Done")} value=${sum("succeeded")} />
      <${Tile} name=${t("Failed or cancelled")} value=${sum("failed") + sum("cancelled")} />
    </div>
    <h2>${daily}</h2>
    <${Chart} points=${points} label=${daily} show=${show} />
    <${AsTable} name=${t("Day")} rows=${byDay} />
    <h2>${t("By model")}</h2>
    <${Bars} bars=${barsOf(byModel, metric)} label=${t("By model")} show=${show} />
    <${AsTable} name=${t("Model")} rows=${byModel} />
    <h2>${t("By key")}</h2>
    <${Bars} bars=${barsOf(byKey, metric, called)} label=${t("By key")} show=${show} />
    <${AsTable} name=${t("Key")} rows=${byKey} called=${called} />`;
}

/**
 * @param {Row[]} rows
 * @param {Metric} metric
 * @param {Map<string, string>} [called]
 * @returns {import("../../parts/bars.js").Bar[]}
 */
const barsOf = (rows, metric, called) =>
  rows.map(row => ({
    id: row.group,
    name: called?.get(row.group) ?? row.group,
    value: Number(row[metric]),
  }));

/**
 * The same for those who would rather read, and with everything that no chart shows.
 * @param {{name: string, rows: Row[], called?: Map<string, string>}} props
 */
function AsTable({ name, rows, called }) {
  if (!rows.length) return null;
  return html`<details class="more as-table">
    <summary>${t("As a table")}<${Icon} name="down" size=${16} /></summary>
    <${Rows} name=${name} rows=${rows} called=${called} />
  </details>`;
}

/** What keys are called, by their ids; whoever may not see the keys sees the ids. */
async function names() {
  const found = await get("/keys").catch(() => null);
  const names = new Map(
    accounts.value.map(one => [one.studio_key ?? "", t("ordered in the studio")]),
  );
  for (const key of found?.data ?? []) if (key.label) names.set(key.id, key.label);
  return names;
}

/**
 * Days on which nothing was ordered are days too.
 * @param {Row[]} rows
 * @param {Metric} metric
 * @param {string} from
 * @param {number} days
 */
function filled(rows, metric, from, days) {
  const charged = new Map(rows.map(row => [row.group, Number(row[metric])]));
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(Date.parse(from) + at * DAY_MS).toISOString().slice(0, 10);
    return { day, value: charged.get(day) ?? 0 };
  });
}

/** @param {{name: string, rows: Row[], called?: Map<string, string>}} props */
function Rows({ name, rows, called }) {
  /** @type {import("../../parts/table.js").Column<Row>[]} */
  const columns = [
    { name, cell: row => called?.get(row.group) ?? html`<span class="mono">${row.group}</span>` },
    { name: t("Ordered"), right: true, cell: row => row.jobs },
    { name: t("Done"), right: true, cell: row => row.succeeded },
    { name: t("Failed"), right: true, cell: row => row.failed },
    { name: t("Cancelled"), right: true, cell: row => row.cancelled },
    { name: t("Charged"), right: true, cell: row => credits(row.charged) },
  ];
  return html`<${Table} label=${name} rows=${rows} columns=${columns} id=${(
    /** @type {Row} */ row,
  ) => row.group} />`;
}
