// Accounts of the server: found by their name, and given credits.

import { post } from "../../lib/api.js";
import { collection } from "../../lib/collection.js";
import { credits } from "../../lib/format.js";
import { html, useEffect, useMemo, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Dialog } from "../../parts/controls.js";
import { tell, wrong } from "../../parts/notes.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, name: string, kind: string, balance: string, held: string,
 *   available: string, priority_max: string, created_at: string}} Account
 */

const SEARCH_WAIT_MS = 350;

export default function Accounts() {
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState("");
  const [turn, setTurn] = useState(0);
  const [chosen, choose] = useState(/** @type {Account | null} */ (null));
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), SEARCH_WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const search = query ? `?query=${encodeURIComponent(query)}` : "";
  const path = `/operator/accounts${search}`;
  const list = useMemo(() => collection({ path }), [path, turn]);
  useEffect(() => (void list.more(), list.stop), [list]);
  /** @type {import("../../parts/table.js").Column<Account>[]} */
  const columns = [
    { name: t("Name"), cell: one => html`<strong>${one.name}</strong>` },
    { name: t("Kind"), cell: one => one.kind },
    { name: t("Balance"), right: true, cell: one => credits(one.balance) },
    { name: t("Set aside"), right: true, cell: one => credits(one.held) },
    {
      name: "",
      right: true,
      cell: one => html`<button class="quiet small" onClick=${() => choose(one)}>
        ${t("Give credits")}
      </button>`,
    },
  ];
  const given = () => (choose(null), setTurn(turn + 1));
  return html`<div class="row">
      <input
        type="search"
        value=${typed}
        aria-label=${t("Search by name")}
        placeholder=${t("Search by name")}
        onInput=${(/** @type {any} */ event) => setTyped(event.target.value)}
      />
    </div>
    <${Table}
      label=${t("Accounts")}
      rows=${list.items.value}
      columns=${columns}
      id=${(/** @type {Account} */ one) => one.id}
      empty=${list.isOver.value ? t("Nothing here.") : t("Loading …")}
    />
    ${list.fault.value && html`<p class="fault" role="alert">${wrong(list.fault.value)}</p>`}
    ${
      !list.isOver.value &&
      html`<p class="center">
      <button disabled=${list.isBusy.value} onClick=${list.more}>${t("Show more")}</button>
    </p>`
    }
    ${chosen && html`<${Grant} to=${chosen} onGiven=${given} onClose=${() => choose(null)} />`}`;
}

/** @param {{to: Account, onGiven: () => void, onClose: () => void}} props */
function Grant({ to, onGiven, onClose }) {
  const [amount, setAmount] = useState("100");
  const [note, setNote] = useState("");
  const [fault, setFault] = useState("");
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { credits: amount, ...(note.trim() && { note: note.trim() }) };
    post(`/operator/accounts/${to.id}/grant`, body).then(
      () => {
        tell(t("{n} credits were added.", { n: credits(amount) }));
        onGiven();
      },
      error => setFault(wrong(error)),
    );
  };
  return html`<${Dialog} title=${to.name} onClose=${onClose} class="dialog-small">
    <form onSubmit=${send}>
      <label class="field">
        <span>${t("Credits")}</span>
        <input
          inputmode="decimal"
          value=${amount}
          onInput=${(/** @type {any} */ event) => setAmount(event.target.value.trim())}
        />
      </label>
      <label class="field">
        <span>${t("Note")}</span>
        <input
          value=${note}
          maxlength="200"
          onInput=${(/** @type {any} */ event) => setNote(event.target.value)}
        />
      </label>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("Back")}</button>
        <button class="main" disabled=${!(Number(amount) > 0)}>${t("Give credits")}</button>
      </footer>
    </form>
  <//>`;
}
