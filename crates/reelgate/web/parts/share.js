// A link to a clip for somebody without a sign-in, good until a day that its maker chooses.

import { post } from "../lib/api.js";
import { when } from "../lib/format.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Choice, Copy, Dialog } from "./controls.js";
import { wrong } from "./notes.js";

const DAY_S = 86_400;
const DAYS = [1, 7, 30];

/** @param {{id: string, onClose: () => void}} props */
export function Share({ id, onClose }) {
  const [days, setDays] = useState(7);
  const [made, setMade] = useState(/** @type {{url: string, expires: string} | null} */ (null));
  const [fault, setFault] = useState("");
  const make = () => {
    setFault("");
    post(`/jobs/${id}/share`, { expires_in_s: days * DAY_S }).then(setMade, error =>
      setFault(wrong(error)),
    );
  };
  const name = (/** @type {number} */ n) => (n === 1 ? t("1 day") : t("{n} days", { n }));
  const chosen = (/** @type {number} */ value) => (setDays(value), setMade(null));
  return html`<${Dialog} title=${t("Share")} onClose=${onClose} class="dialog-small">
    <p>${t("Whoever has the link can watch the clip, until it ends.")}</p>
    <${Choice}
      label=${t("Time")}
      value=${days}
      options=${DAYS.map(n => ({ value: n, name: name(n) }))}
      onChange=${chosen}
    />
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${
      made
        ? html`<div class="shown share-link">
            <input readonly class="mono" value=${made.url} aria-label=${t("Link")} />
            <${Copy} text=${() => made.url} />
            <p class="soft small">${t("Good until {day}", { day: when(made.expires) })}</p>
          </div>`
        : html`<footer><button class="main" onClick=${make}>${t("Make the link")}</button></footer>`
    }
  <//>`;
}
