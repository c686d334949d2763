// Redeem codes: made, shown once, and made useless.

import { ask, get, post } from "../../lib/api.js";
import { credits, inCredits, when } from "../../lib/format.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm } from "../../parts/controls.js";
import { Field, FormDialog } from "../../parts/form.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain, tell } from "../../parts/notes.js";
import { ShownOnce } from "../../parts/once.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, hint: string, label: string, credits: string, uses: number,
 *   uses_max: number, expires_at: string | null, revoked_at: string | null, code?: string}} Code
 */

const DAY_S = 86_400;

export default function Codes() {
  const answer = useAnswer(() => get("/operator/codes"), []);
  const [isNew, setNew] = useState(false);
  const [made, setMade] = useState(/** @type {Code | null} */ (null));
  const [doomed, doom] = useState(/** @type {Code | null} */ (null));
  const [areOld, showOld] = useState(false);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  /** @type {Code[]} */
  const codes = answer.found.data;
  const good = codes.filter(one => !endOf(one));
  const revoke = (/** @type {Code} */ one) =>
    ask("DELETE", `/operator/codes/${one.id}`).then(() => {
      tell(t("The code is useless now."));
      answer.again();
    }, complain);
  const finished = (/** @type {Code} */ code) => {
    setMade(code);
    answer.again();
  };
  return html`<div class="row row-apart">
      <p class="soft">${t("Whoever has a code brings its credits to their account, once.")}</p>
      <button class="main" onClick=${() => setNew(true)}>${t("New code")}</button>
    </div>
    <${List} codes=${areOld ? codes : good} onRevoke=${doom} />
    ${
      codes.length > good.length &&
      html`<button class="quiet" onClick=${() => showOld(!areOld)}>
        ${areOld ? t("Hide codes that are over") : t("Show codes that are over")}
      </button>`
    }
    ${isNew && html`<${NewCode} onMade=${finished} onClose=${() => setNew(false)} />`}
    ${
      made &&
      html`<${ShownOnce}
        title=${t("Your new code")}
        name=${t("Code")}
        secret=${made.code ?? ""}
        note=${t("Copy it now: it is shown this once and never again.")}
        onClose=${() => setMade(null)}
      />`
    }
    ${
      doomed &&
      html`<${Confirm}
        title=${t("Revoke this code?")}
        text=${t("Nobody redeems it from now on. What it brought stays where it is.")}
        yes=${t("Revoke")}
        onYes=${() => revoke(doomed)}
        onClose=${() => doom(null)}
      />`
    }`;
}

/** Why a code brings nothing any more; empty while it does. @param {Code} code */
function endOf(code) {
  if (code.revoked_at) return t("revoked");
  if (code.uses >= code.uses_max) return t("used up");
  if (code.expires_at && Date.parse(code.expires_at) < Date.now()) return t("expired");
  return "";
}

/** @param {{codes: Code[], onRevoke: (code: Code) => void}} props */
function List({ codes, onRevoke }) {
  /** @type {import("../../parts/table.js").Column<Code>[]} */
  const columns = [
    {
      name: t("Code"),
      cell: one => html`<strong>${one.label || t("no label")}</strong>
        <div class="mono soft">${one.hint}</div>`,
    },
    { name: t("Credits"), right: true, cell: one => credits(one.credits) },
    {
      name: t("Redeemed"),
      right: true,
      cell: one => t("{n} of {most}", { n: one.uses, most: one.uses_max }),
    },
    { name: t("Expires"), cell: one => (one.expires_at ? when(one.expires_at) : t("never")) },
    {
      name: "",
      right: true,
      cell: one =>
        endOf(one)
          ? html`<span class="state state-bad">${endOf(one)}</span>`
          : html`<button
              class="quiet small"
              aria-label=${t("Revoke {name}", { name: one.label || one.hint })}
              onClick=${() => onRevoke(one)}
            >
              ${t("Revoke")}
            </button>`,
    },
  ];
  return html`<${Table}
    label=${t("Codes")}
    rows=${codes}
    columns=${columns}
    id=${(/** @type {Code} */ one) => one.id}
  />`;
}

/** @param {{onMade: (code: Code) => void, onClose: () => void}} props */
function NewCode({ onMade, onClose }) {
  const [amount, setAmount] = useState("100");
  const [uses, setUses] = useState("1");
  const [days, setDays] = useState("");
  const [label, setLabel] = useState("");
  const send = () =>
    post("/operator/codes", {
      credits: amount,
      uses: Number(uses),
      label: label.trim(),
      ...(days && { expires_in_s: Math.round(Number(days) * DAY_S) }),
    }).then(onMade);
  const total = Number(amount) * Number(uses);
  return html`<${FormDialog}
    title=${t("New code")}
    yes=${t("Make the code")}
    isReady=${Number.isFinite(total) && total > 0 && (!days || Number(days) > 0)}
    send=${send}
    onClose=${onClose}
  >
    <${Field}
      name=${t("Label")}
      value=${label}
      onInput=${setLabel}
      maxlength="64"
      autocomplete="off"
      placeholder=${t("spring campaign, friends …")}
    />
    <div class="columns">
      <${Field}
        name=${t("Credits")}
        value=${amount}
        onInput=${(/** @type {string} */ text) => setAmount(text.trim())}
        inputmode="decimal"
        autocomplete="off"
      />
      <${Field}
        name=${t("Accounts that may redeem it")}
        value=${uses}
        onInput=${(/** @type {string} */ text) => setUses(text.trim())}
        inputmode="numeric"
        autocomplete="off"
      />
      <${Field}
        name=${t("Expires in days")}
        value=${days}
        onInput=${(/** @type {string} */ text) => setDays(text.trim())}
        inputmode="numeric"
        autocomplete="off"
        placeholder=${t("never")}
      />
    </div>
    <p class="soft small" aria-live="polite">
      ${total > 0 && t("Altogether {n} at most.", { n: inCredits(total) })}
    </p>
  <//>`;
}
