// API keys: made, shown once, given rails, and made useless.

import { ask, get, post } from "../../lib/api.js";
import { ago, credits, span, when } from "../../lib/format.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm, Copy, Dialog } from "../../parts/controls.js";
import { KeyForm } from "../../parts/key-form.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain, tell } from "../../parts/notes.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, hint: string, style: string, label: string, test: boolean,
 *   credits_per_day: string | null, models: string[], seconds_max: number | null,
 *   resolution_max: string | null, networks: string[], requests_per_minute: number | null,
 *   manages_keys: boolean, created_at: string, expires_at: string | null,
 *   revoked_at: string | null, last_used_at: string | null, key?: string}} Key
 */

export default function Keys() {
  const answer = useAnswer(() => get("/keys"), []);
  const [open, setOpen] = useState(/** @type {Key | "new" | null} */ (null));
  const [made, setMade] = useState(/** @type {Key | null} */ (null));
  const [doomed, doom] = useState(/** @type {Key | null} */ (null));
  const [areOld, showOld] = useState(false);
  if (!answer.found) return html`<${Waiting} ...${answer} /><${Forbidden} fault=${answer.fault} />`;
  /** @type {Key[]} */
  const keys = answer.found.data;
  const living = keys.filter(one => !isOver(one));
  const save = async (/** @type {any} */ body) => {
    if (open === "new") setMade(await post("/keys", body));
    else if (open) await ask("PATCH", `/keys/${open.id}`, body);
    setOpen(null);
    answer.again();
  };
  const revoke = (/** @type {Key} */ one) =>
    ask("DELETE", `/keys/${one.id}`).then(() => {
      tell(t("The key is useless now."));
      answer.again();
    }, complain);
  return html`<div class="row row-apart">
      <p class="soft">${t("A key lets a program order in your name, with your credits.")}</p>
      <button class="main" onClick=${() => setOpen("new")}>${t("New key")}</button>
    </div>
    <${List} keys=${areOld ? keys : living} onChange=${setOpen} onRevoke=${doom} />
    ${
      keys.length > living.length &&
      html`<button class="quiet" onClick=${() => showOld(!areOld)}>
      ${areOld ? t("Hide revoked and expired keys") : t("Show revoked and expired keys")}
    </button>`
    }
    ${
      open &&
      html`<${KeyForm} of=${open === "new" ? null : open} onSave=${save} onClose=${() =>
        setOpen(null)} />`
    }
    ${made && html`<${Made} made=${made} onClose=${() => setMade(null)} />`}
    ${
      doomed &&
      html`<${Confirm}
      title=${t("Revoke this key?")}
      text=${t("Programs that use {name} are refused from now on.", { name: nameOf(doomed) })}
      yes=${t("Revoke")}
      onYes=${() => revoke(doomed)}
      onClose=${() => doom(null)}
    />`
    }`;
}

/** @param {Key} key */
const isOver = key =>
  Boolean(key.revoked_at || (key.expires_at && Date.parse(key.expires_at) < Date.now()));

/** @param {Key} key */
const nameOf = key => key.label || key.hint;

/** @param {{fault: string}} props */
function Forbidden({ fault }) {
  if (!fault) return null;
  return html`<p class="soft">
    ${t("Keys are managed by a person who is signed in, or by a key that may.")}
  </p>`;
}

/**
 * @param {{keys: Key[], onChange: (key: Key) => void, onRevoke: (key: Key) => void}} props
 */
function List({ keys, onChange, onRevoke }) {
  /** @type {import("../../parts/table.js").Column<Key>[]} */
  const columns = [
    {
      name: t("Name"),
      cell: key => html`<strong>${key.label || "–"}</strong>
        <div class="mono soft">${key.hint}</div>`,
    },
    { name: t("Limits"), cell: key => html`<${Rails} of=${key} />` },
    { name: t("Last used"), cell: key => (key.last_used_at ? ago(key.last_used_at) : t("never")) },
    { name: t("Expires"), cell: key => (key.expires_at ? when(key.expires_at) : t("never")) },
    {
      name: "",
      right: true,
      cell: key =>
        isOver(key)
          ? html`<span class="state state-bad">
              ${key.revoked_at ? t("revoked") : t("expired")}
            </span>`
          : html`<span class="actions actions-right">
              <button class="quiet" onClick=${() => onChange(key)}>${t("Change")}</button>
              <button class="quiet" onClick=${() => onRevoke(key)}>${t("Revoke")}</button>
            </span>`,
    },
  ];
  return html`<${Table}
    label=${t("Keys")}
    rows=${keys}
    columns=${columns}
    id=${(/** @type {Key} */ key) => key.id}
  />`;
}

/** @param {{of: Key}} props */
function Rails({ of: key }) {
  const rails = [
    key.test && t("test"),
    key.manages_keys && t("manages keys"),
    key.credits_per_day && t("{n} credits a day", { n: credits(key.credits_per_day) }),
    key.seconds_max && t("up to {time}", { time: span(key.seconds_max) }),
    key.resolution_max && t("up to {size}", { size: key.resolution_max }),
    key.models.length && t("{n} models", { n: key.models.length }),
    key.networks.length && t("{n} networks", { n: key.networks.length }),
    key.requests_per_minute && t("{n} requests a minute", { n: key.requests_per_minute }),
  ].filter(Boolean);
  if (!rails.length) return html`<span class="soft">${t("none")}</span>`;
  return html`<span class="tags">
    ${rails.map(rail => html`<span key=${rail} class="tag">${rail}</span>`)}
  </span>`;
}

/** @param {{made: Key, onClose: () => void}} props */
function Made({ made, onClose }) {
  return html`<${Dialog} title=${t("Your new key")} onClose=${onClose} class="dialog-small">
    <p>${t("Copy it now: it is shown this once and never again.")}</p>
    <div class="shown">
      <input readonly class="mono" value=${made.key} aria-label=${t("Key")} />
      <${Copy} text=${() => made.key ?? ""} />
    </div>
    <footer><button class="main" onClick=${onClose}>${t("I have it")}</button></footer>
  <//>`;
}
