// How long what is kept, and how the server is set up. Both are set where the server is started.

import { get } from "../../lib/api.js";
import { size, span } from "../../lib/format.js";
import { html } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{what: string, kept_s: number | null, setting: string | null}} Kept
 * @typedef {{key: string, option: string | null, variable: string | null,
 *   value: boolean | number | string | null}} Setting
 */

export default function Settings() {
  const answer = useAnswer(() => get("/operator/settings"), []);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  /** @type {{retention: Kept[], settings: Setting[]}} */
  const { retention, settings } = answer.found;
  return html`<h2>${t("How long what is kept")}</h2>
    <${Retention} rows=${retention} />
    <h2>${t("How the server is set up")}</h2>
    <p class="soft">
      ${t("Set in the file of settings, by an option or by a variable of the environment.")}${" "}
      ${t("The server reads them when it starts.")}${" "}
      <a href="/docs/operating">${t("Operating guide")}</a>
    </p>
    <${Rows} rows=${settings} />`;
}

/** @param {{rows: Kept[]}} props */
function Retention({ rows }) {
  /** @type {Record<string, [string, string]>} */
  const names = {
    files: [
      t("Clips and pictures"),
      t("since their job ended; their owner can delete them sooner"),
    ],
    uploads: [t("Uploads"), t("since they were last used")],
    references: [t("Fetched references"), t("since they were last used")],
    jobs: [t("Orders, with their prompts"), t("without their files")],
    ledger: [t("Movements of credits"), t("nothing can change or remove them")],
    deliveries: [t("Messages to webhooks"), t("since they arrived or were given up")],
    idempotency_keys: [t("Idempotency keys"), t("since their request")],
    sessions: [t("Sessions"), t("since their sign-in")],
  };
  /** @type {import("../../parts/table.js").Column<Kept>[]} */
  const columns = [
    {
      name: t("What"),
      cell: one => html`<strong>${names[one.what]?.[0] ?? one.what}</strong>
        <div class="soft small">${names[one.what]?.[1]}</div>`,
    },
    { name: t("Kept for"), cell: one => (one.kept_s === null ? t("ever") : span(one.kept_s)) },
    {
      name: t("Set by"),
      cell: one =>
        one.setting
          ? html`<span class="mono">${one.setting}</span>`
          : html`<span class="soft">${t("the program")}</span>`,
    },
  ];
  return html`<${Table}
    label=${t("How long what is kept")}
    rows=${rows}
    columns=${columns}
    id=${(/** @type {Kept} */ one) => one.what}
  />`;
}

/** @param {{rows: Setting[]}} props */
function Rows({ rows }) {
  /** @type {import("../../parts/table.js").Column<Setting>[]} */
  const columns = [
    { name: t("In the file"), cell: one => html`<span class="mono">${one.key}</span>` },
    { name: t("Now"), cell: one => html`<strong>${shown(one)}</strong>` },
    {
      name: t("Or by"),
      cell: one =>
        one.option
          ? html`<span class="mono">${one.option}</span>
              <div class="mono soft">${one.variable}</div>`
          : html`<span class="soft">–</span>`,
    },
  ];
  return html`<${Table}
    label=${t("How the server is set up")}
    rows=${rows}
    columns=${columns}
    id=${(/** @type {Setting} */ one) => one.key}
  />`;
}

/** @param {Setting} setting in the unit that its name ends with */
function shown({ key, value }) {
  if (value === null) return t("not set");
  if (typeof value === "boolean") return value ? t("on") : t("off");
  if (typeof value === "string") return html`<span class="mono">${value}</span>`;
  if (key === "jobs.retention_days") {
    return value ? span(value * 86_400) : t("kept for ever");
  }
  if (key === "jobs.running_per_account_max" && !value) return t("no limit");
  if (key.endsWith("_s")) return span(value);
  if (key.endsWith("bytes_max")) return size(value);
  return value;
}
