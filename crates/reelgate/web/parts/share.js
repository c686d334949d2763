// A link to a clip for people who have no account here.

import { post } from "../lib/api.js";
import { span, when } from "../lib/format.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Choice, Copy, Dialog } from "./controls.js";
import { wrong } from "./notes.js";

/** @typedef {import("../lib/types.js").Job} Job */

const DAY_S = 86_400;

/** @param {{job: Job, onClose: () => void}} props */
export function Share({ job, onClose }) {
  const [days, setDays] = useState(7);
  const [link, setLink] = useState(/** @type {{url: string, expires: string} | null} */ (null));
  const [fault, setFault] = useState("");
  const make = () =>
    post(`/jobs/${job.id}/share`, { expires_in_s: days * DAY_S }).then(setLink, error =>
      setFault(wrong(error)),
    );
  return html`<${Dialog}
    title=${t("Share")}
    onClose=${onClose}
    class="dialog-small"
  >
    <p>
      ${t("Everybody with the link can see this clip until the link expires.")}
    </p>
    <${Choice}
      label=${t("Valid for")}
      value=${days}
      options=${[1, 7, 30].map(n => ({ value: n, name: span(n * DAY_S) }))}
      onChange=${(/** @type {number} */ n) => (setDays(n), setLink(null))}
    />
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${
      link
        ? html`<div class="shown">
            <input readonly value=${link.url} aria-label=${t("Link")} />
            <${Copy} text=${() => link.url} />
            <p class="soft small">
              ${t("Valid until {time}", { time: when(link.expires) })}
            </p>
          </div>`
        : html`<footer>
            <button class="main" onClick=${make}>${t("Make a link")}</button>
          </footer>`
    }
  <//>`;
}
