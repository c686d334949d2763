// Accounts of the server: made, found by their name, and given credits.

import { ask, post } from "../../lib/api.js";
import { credits } from "../../lib/format.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Field, FormDialog, NameField } from "../../parts/form.js";
import { Listing } from "../../parts/listing.js";
import { complain, tell } from "../../parts/notes.js";
import { Search } from "../../parts/search.js";

/**
 * @typedef {{id: string, name: string, kind: string, balance: string, held: string,
 *   available: string, priority_max: string, owner: string | null, created_at: string}} Account
 */

export default function Accounts() {
  const [query, setQuery] = useState("");
  const [turn, setTurn] = useState(0);
  const [chosen, choose] = useState(/** @type {Account | null} */ (null));
  const [isNew, setNew] = useState(false);
  /** @type {import("../../parts/table.js").Column<Account>[]} */
  const columns = [
    {
      name: t("Name"),
      cell: one => html`<span>
        <strong>${one.name}</strong>${" "}<span class="tag">${ownerOf(one)}</span>
      </span>`,
    },
    { name: t("To spend"), right: true, cell: one => credits(one.available) },
    { name: t("Set aside"), right: true, cell: one => credits(one.held) },
    { name: t("Highest priority"), cell: one => html`<${Priority} of=${one} onChange=${again} />` },
    {
      name: "",
      right: true,
      cell: one => html`<button class="quiet small" onClick=${() => choose(one)}>
        ${t("Give credits")}
      </button>`,
    },
  ];
  const again = () => setTurn(turn + 1);
  return html`<div class="row row-apart">
      <${Search} label=${t("Search by name")} onSearch=${setQuery} />
      <button class="main" onClick=${() => setNew(true)}>${t("New account")}</button>
    </div>
    <${Listing}
      label=${t("Accounts")}
      path=${`/operator/accounts${query ? `?query=${encodeURIComponent(query)}` : ""}`}
      turn=${turn}
      columns=${columns}
    />
    ${chosen && html`<${Grant} to=${chosen} onGiven=${again} onClose=${() => choose(null)} />`}
    ${isNew && html`<${NewAccount} onMade=${again} onClose=${() => setNew(false)} />`}`;
}

/** Whose it is, where that is somebody else than its name says. @param {Account} account */
function ownerOf({ name, kind, owner }) {
  if (kind === "team") return t("team");
  return owner === name ? t("person") : (owner ?? t("programs"));
}

/**
 * The most urgent that an account's jobs may be.
 * @param {{of: Account, onChange: () => void}} props
 */
function Priority({ of: account, onChange }) {
  const names = { low: t("low"), normal: t("normal"), high: t("high") };
  const set = (/** @type {string} */ priority_max) =>
    ask("PATCH", `/operator/accounts/${account.id}`, { priority_max }).then(onChange, complain);
  return html`<select
    class="select-small"
    aria-label=${t("Highest priority of {name}", { name: account.name })}
    value=${account.priority_max}
    onChange=${(/** @type {any} */ event) => set(event.target.value)}
  >
    ${Object.entries(names).map(
      ([value, name]) => html`<option
        key=${value}
        value=${value}
        selected=${value === account.priority_max}
      >
        ${name}
      </option>`,
    )}
  </select>`;
}

/** @param {{onMade: () => void, onClose: () => void}} props */
function NewAccount({ onMade, onClose }) {
  const [name, setName] = useState("");
  const send = () => post("/operator/accounts", { name: name.trim() }).then(onMade);
  return html`<${FormDialog}
    title=${t("New account")}
    yes=${t("Make the account")}
    isReady=${Boolean(name.trim())}
    send=${send}
    onClose=${onClose}
  >
    <p class="soft">
      ${t("It belongs to nobody: programs use it with keys.")}${" "}
      ${t("People get an account of their own with their sign-in.")}
    </p>
    <${NameField} value=${name} onInput=${setName} />
  <//>`;
}

/** @param {{to: Account, onGiven: () => void, onClose: () => void}} props */
function Grant({ to, onGiven, onClose }) {
  const [amount, setAmount] = useState("100");
  const [note, setNote] = useState("");
  const send = async () => {
    const body = { credits: amount, ...(note.trim() && { note: note.trim() }) };
    await post(`/operator/accounts/${to.id}/grant`, body);
    tell(t("{n} credits were added.", { n: credits(amount) }));
    onGiven();
  };
  return html`<${FormDialog}
    title=${to.name}
    yes=${t("Give credits")}
    isReady=${Number(amount) > 0}
    send=${send}
    onClose=${onClose}
  >
    <${Field}
      name=${t("Credits")}
      value=${amount}
      onInput=${(/** @type {string} */ text) => setAmount(text.trim())}
      inputmode="decimal"
      autocomplete="off"
    />
    <${Field} name=${t("Note")} value=${note} onInput=${setNote} maxlength="200" />
  <//>`;
}
