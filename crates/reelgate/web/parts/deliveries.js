// What was sent to an endpoint: every attempt, its body, and once more.

import { get, post } from "../lib/api.js";
import { ago, when } from "../lib/format.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Copy, Dialog } from "./controls.js";
import { useAnswer, Waiting } from "./load.js";
import { complain, tell } from "./notes.js";
import { Table } from "./table.js";

/**
 * @typedef {{id: string, type: string, job_id: string | null, state: string, tries: number,
 *   last_status: number | null, created_at: string, next_try_at: string | null,
 *   attempts?: {number: number, at: string, took_ms: number, status: number | null,
 *   error: string | null}[], payload?: any}} Delivery
 */

/** @param {{path: string}} props of the endpoint */
export function Deliveries({ path }) {
  const answer = useAnswer(() => get(`${path}/deliveries?limit=50`), [path]);
  const [shown, show] = useState("");
  const close = () => (show(""), answer.again());
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  /** @type {import("./table.js").Column<Delivery>[]} */
  const columns = [
    { name: t("When"), cell: one => ago(one.created_at) },
    { name: t("Event"), cell: one => html`<span class="mono">${one.type}</span>` },
    { name: t("State"), cell: one => html`<${DeliveryState} of=${one} />` },
    { name: t("Attempts"), right: true, cell: one => one.tries },
    { name: t("Answer"), right: true, cell: one => one.last_status ?? "–" },
    {
      name: "",
      right: true,
      cell: one => html`<button class="quiet small" onClick=${() => show(one.id)}>
        ${t("Look")}
      </button>`,
    },
  ];
  return html`<div class="row row-apart">
      <h3>${t("Deliveries")}</h3>
      <button class="quiet small" onClick=${answer.again}>${t("Look again")}</button>
    </div>
    <${Table}
      label=${t("Deliveries")}
      rows=${answer.found.data}
      columns=${columns}
      id=${(/** @type {Delivery} */ one) => one.id}
    />
    ${shown && html`<${One} path=${`${path}/deliveries/${shown}`} onClose=${close} />`}`;
}

/** @param {{of: Delivery}} props */
function DeliveryState({ of: one }) {
  const names = { pending: t("waiting"), delivered: t("received"), dead: t("given up") };
  const looks = { pending: "wait", delivered: "good", dead: "bad" };
  const state = /** @type {keyof typeof names} */ (one.state);
  return html`<span class="state state-${looks[state]}">${names[state] ?? one.state}</span>`;
}

/** @param {{path: string, onClose: () => void}} props */
function One({ path, onClose }) {
  const answer = useAnswer(() => get(path), [path]);
  /** @type {Delivery | null} */
  const one = answer.found;
  const replay = () =>
    post(`${path}/replay`).then(() => {
      tell(t("It is sent once more."));
      setTimeout(answer.again, 1500);
    }, complain);
  const body = JSON.stringify(one?.payload, null, 2) ?? "";
  return html`<${Dialog} title=${t("Delivery")} onClose=${onClose} class="dialog-wide">
    ${!one && html`<${Waiting} ...${answer} />`}
    ${
      one &&
      html`<p class="row">
        <${DeliveryState} of=${one} /><span class="mono">${one.type}</span>
        <code class="soft">${one.id}</code>
        ${one.job_id && html`<a class="mono" href="/watch/${one.job_id}">${one.job_id}</a>`}
      </p>
      ${
        one.next_try_at &&
        html`<p class="soft">${t("Tried again {time}", { time: when(one.next_try_at) })}</p>`
      }
      <${Table}
        label=${t("Attempts")}
        rows=${one.attempts ?? []}
        id=${(/** @type {any} */ attempt) => String(attempt.number)}
        columns=${[
          { name: t("Attempt"), cell: (/** @type {any} */ attempt) => attempt.number },
          { name: t("When"), cell: (/** @type {any} */ attempt) => when(attempt.at) },
          {
            name: t("Took"),
            right: true,
            cell: (/** @type {any} */ attempt) => `${attempt.took_ms} ms`,
          },
          {
            name: t("Answer"),
            cell: (/** @type {any} */ attempt) => attempt.status ?? attempt.error ?? "–",
          },
        ]}
      />
      <h3>${t("Body")}</h3>
      <div class="code">
        <${Copy} text=${() => body} />
        <pre tabindex="0"><code>${body}</code></pre>
      </div>
      <footer>
        <button class="main" disabled=${one.state === "pending"} onClick=${replay}>
          ${t("Send once more")}
        </button>
      </footer>`
    }
  <//>`;
}
