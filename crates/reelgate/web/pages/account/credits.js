// The balance, ways to more of it, and every movement.

import { post } from "../../lib/api.js";
import { collection } from "../../lib/collection.js";
import { credits, inCredits, when } from "../../lib/format.js";
import { balance, refreshBalance, server } from "../../lib/session.js";
import { html, useEffect, useMemo, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { tell, wrong } from "../../parts/notes.js";
import { Plans, Thanks } from "../../parts/plans.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, kind: string, job: string | null, balance_delta: string,
 *   held_delta: string, note: string | null, at: string}} Entry
 */

export default function Credits() {
  const [turn, setTurn] = useState(0);
  useEffect(() => void refreshBalance(), [turn]);
  const now = balance.value;
  const free = Number(now?.balance ?? 0) - Number(now?.held ?? 0);
  const isSold = server.value.top_up.includes("card");
  return html`<${Thanks} onCome=${() => setTurn(turn + 1)} />
    <div class="tiles">
      <${Tile} name=${t("To spend")} value=${credits(free)} isMain=${true} />
      <${Tile} name=${t("Balance")} value=${credits(now?.balance)} />
      <${Tile} name=${t("Set aside for jobs")} value=${credits(now?.held)} />
    </div>
    ${isSold && html`<h2>${t("Buy credits")}</h2><${Plans} />`}
    <div class="columns"><${Redeem} onDone=${() => setTurn(turn + 1)} /></div>
    <${Statement} key=${turn} />`;
}

/** @param {{name: string, value: any, isMain?: boolean, note?: any}} props */
export function Tile({ name, value, isMain, note }) {
  return html`<div class="tile ${isMain ? "tile-main" : ""}">
    <span class="tile-name">${name}</span><strong>${value}</strong>
    ${note && html`<span class="soft small">${note}</span>`}
  </div>`;
}

/** @param {{onDone: () => void}} props */
function Redeem({ onDone }) {
  const [code, setCode] = useState("");
  const [fault, setFault] = useState("");
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setFault("");
    await post("/account/redeem", { code: code.trim() }).then(
      found => {
        tell(t("{n} credits were added.", { n: credits(found.credits) }));
        setCode("");
        onDone();
      },
      error => setFault(wrong(error)),
    );
  };
  return html`<form class="panel" onSubmit=${send}>
    <h2>${t("Redeem a code")}</h2>
    <div class="inline">
      <input
        value=${code}
        aria-label=${t("Code")}
        placeholder="XXXX-XXXX-XXXX"
        autocomplete="off"
        onInput=${(/** @type {any} */ event) => setCode(event.target.value)}
      />
      <button class="main" disabled=${!code.trim()}>${t("Redeem")}</button>
    </div>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
  </form>`;
}

function Statement() {
  const list = useMemo(() => collection({ path: "/statement" }), []);
  useEffect(() => (void list.more(), list.stop), []);
  const kinds = {
    grant: t("Added"),
    hold: t("Set aside"),
    capture: t("Charged"),
    release: t("Given back"),
    transfer: t("Moved"),
  };
  return html`<h2>${t("Statement")}</h2>
    <${Table}
      label=${t("Statement")}
      rows=${list.items.value}
      id=${(/** @type {Entry} */ entry) => entry.id}
      columns=${[
        { name: t("When"), cell: (/** @type {Entry} */ one) => when(one.at) },
        {
          name: t("What"),
          cell: (/** @type {Entry} */ one) =>
            html`<span class="state state-${one.kind}">
              ${kinds[/** @type {keyof typeof kinds} */ (one.kind)] ?? one.kind}
            </span>`,
        },
        {
          name: t("For"),
          cell: (/** @type {Entry} */ one) =>
            one.job ? html`<a class="mono" href="/watch/${one.job}">${one.job}</a>` : one.note,
        },
        {
          name: t("Balance"),
          right: true,
          cell: (/** @type {Entry} */ one) => signed(one.balance_delta),
        },
        {
          name: t("Set aside"),
          right: true,
          cell: (/** @type {Entry} */ one) => signed(one.held_delta),
        },
      ]}
    />
    ${list.fault.value && html`<p class="fault" role="alert">${wrong(list.fault.value)}</p>`}
    ${
      !list.isOver.value &&
      html`<p class="center">
      <button disabled=${list.isBusy.value} onClick=${list.more}>${t("Show more")}</button>
    </p>`
    }`;
}

/** @param {string} amount */
function signed(amount) {
  const number = Number(amount);
  if (!number) return html`<span class="soft">–</span>`;
  const text = `${number > 0 ? "+" : "−"}${credits(Math.abs(number))}`;
  return html`<span title=${inCredits(amount)}>${text}</span>`;
}
