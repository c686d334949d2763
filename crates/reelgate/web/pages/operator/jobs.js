// The jobs of all accounts, and everything that happened to one of them.

import { get } from "../../lib/api.js";
import { ago, credits, stateName, when } from "../../lib/format.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Dialog } from "../../parts/controls.js";
import { Listing } from "../../parts/listing.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, account_name: string, dialect: string, model: string, state: string,
 *   failure: string | null, message: string | null, price: string, created_at: string}} Job
 * @typedef {{at: string, what: string, detail: string}} Happening
 */

const STATES = ["", "queued", "running", "succeeded", "failed", "cancelled"];

export default function Jobs() {
  const [state, setState] = useState("");
  const [shown, show] = useState("");
  const path = state ? `/operator/jobs?state=${state}` : "/operator/jobs";
  /** @type {import("../../parts/table.js").Column<Job>[]} */
  const columns = [
    { name: t("When"), cell: one => ago(one.created_at) },
    { name: t("Account"), cell: one => one.account_name },
    { name: t("Model"), cell: one => html`<span class="mono">${one.model}</span>` },
    {
      name: t("State"),
      cell: one => html`<span class="state state-${one.state}" title=${one.message ?? ""}>
        ${stateName(one.state)}
      </span>`,
    },
    { name: t("Price"), right: true, cell: one => credits(one.price) },
    {
      name: "",
      right: true,
      cell: one => html`<button class="quiet small" onClick=${() => show(one.id)}>
        ${t("Look")}
      </button>`,
    },
  ];
  return html`<div class="row">
      <select
        class="state-filter"
        aria-label=${t("State")}
        onChange=${(/** @type {any} */ event) => setState(event.target.value)}
      >
        ${STATES.map(
          one => html`<option key=${one} value=${one}>${one ? stateName(one) : t("All")}</option>`,
        )}
      </select>
    </div>
    <${Listing} label=${t("Jobs")} path=${path} columns=${columns} />
    ${shown && html`<${Timeline} id=${shown} onClose=${() => show("")} />`}`;
}

/** @param {{id: string, onClose: () => void}} props */
function Timeline({ id, onClose }) {
  const answer = useAnswer(() => get(`/operator/jobs/${id}/timeline`), [id]);
  /** @type {import("../../parts/table.js").Column<Happening>[]} */
  const columns = [
    { name: t("When"), cell: one => when(one.at) },
    { name: t("What"), cell: one => html`<span class="mono">${one.what}</span>` },
    { name: t("Detail"), cell: one => one.detail },
  ];
  return html`<${Dialog} title=${id} onClose=${onClose} class="dialog-wide">
    ${!answer.found && html`<${Waiting} ...${answer} />`}
    ${
      answer.found &&
      html`<${Table}
        label=${t("What happened")}
        rows=${answer.found.events}
        columns=${columns}
        id=${(/** @type {Happening} */ one) => `${one.at} ${one.what} ${one.detail}`}
      />`
    }
  <//>`;
}
