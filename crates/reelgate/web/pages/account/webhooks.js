// Addresses that hear of every job, and what was sent to them.

import { ask, get, post } from "../../lib/api.js";
import { ago } from "../../lib/format.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm, Copy, Dialog } from "../../parts/controls.js";
import { Deliveries } from "../../parts/deliveries.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain, tell, wrong } from "../../parts/notes.js";

/**
 * @typedef {{id: string, url: string, events: string[], description: string, enabled: boolean,
 *   disabled_by: string | null, secret?: string, health: {consecutive_failures: number,
 *   last_success_at: string | null, last_failure_at: string | null}}} Webhook
 */

const EVENTS = ["job.queued", "job.running", "job.succeeded", "job.failed", "job.cancelled"];

export default function Webhooks() {
  const answer = useAnswer(() => get("/webhooks"), []);
  const [open, setOpen] = useState(/** @type {Webhook | "new" | null} */ (null));
  const [secret, showSecret] = useState("");
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  /** @type {Webhook[]} */
  const webhooks = answer.found.data;
  const saved = (/** @type {Webhook} */ webhook) => {
    setOpen(null);
    if (webhook.secret) showSecret(webhook.secret);
    answer.again();
  };
  return html`<div class="row row-apart">
      <p class="soft">
        ${t("Your server is told of every job, instead of asking.")} ${" "}
        <a href="/docs/api/webhooks">${t("How to receive")}</a>
      </p>
      <button class="main" onClick=${() => setOpen("new")}>${t("New endpoint")}</button>
    </div>
    ${!webhooks.length && html`<p class="soft">${t("Nothing yet.")}</p>`}
    <div class="stack">
      ${webhooks.map(
        one => html`<${Endpoint}
          key=${one.id}
          webhook=${one}
          again=${answer.again}
          onChange=${() => setOpen(one)}
          onSecret=${showSecret}
        />`,
      )}
    </div>
    ${
      open &&
      html`<${Form} of=${open === "new" ? null : open} onSaved=${saved} onClose=${() =>
        setOpen(null)} />`
    }
    ${
      secret &&
      html`<${Dialog} title=${t("The secret")} onClose=${() => showSecret("")} class="dialog-small">
      <p>${t("Your server checks signatures with it. It is shown this once.")}</p>
      <div class="shown">
        <input readonly class="mono" value=${secret} aria-label=${t("The secret")} />
        <${Copy} text=${() => secret} />
      </div>
    <//>`
    }`;
}

/**
 * @param {{webhook: Webhook, again: () => void, onChange: () => void,
 *   onSecret: (secret: string) => void}} props
 */
function Endpoint({ webhook, again, onChange, onSecret }) {
  const [isOpen, setOpen] = useState(false);
  const [isDoomed, doom] = useState(false);
  const [turn, setTurn] = useState(0);
  const { health } = webhook;
  const path = `/webhooks/${webhook.id}`;
  const test = () =>
    post(`${path}/test`).then(() => {
      tell(t("A test is on its way."));
      setOpen(true);
      setTurn(turn + 1);
    }, complain);
  const rotate = () => post(`${path}/rotate`).then(found => onSecret(found.secret), complain);
  const remove = () => ask("DELETE", path).then(again, complain);
  const toggle = () => ask("PATCH", path, { enabled: !webhook.enabled }).then(again, complain);
  return html`<article class="panel">
    <div class="row row-apart">
      <div class="grow">
        <h2 class="mono">${webhook.url}</h2>
        <p class="row small soft">
          <span class="state state-${webhook.enabled ? "good" : "bad"}">
            ${webhook.enabled ? t("on") : t("off")}
          </span>
          ${webhook.description}
          <span>${webhook.events.join(", ")}</span>
          ${
            health.last_success_at &&
            html`<span>${t("last received {ago}", { ago: ago(health.last_success_at) })}</span>`
          }
          ${
            health.consecutive_failures > 0 &&
            html`<span class="fault">
            ${t("{n} failures in a row", { n: health.consecutive_failures })}
          </span>`
          }
        </p>
      </div>
    </div>
    <div class="actions">
      <button class="quiet" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
        ${t("Deliveries")}
      </button>
      <button class="quiet" onClick=${test} disabled=${!webhook.enabled}>${t("Test")}</button>
      <button class="quiet" onClick=${onChange}>${t("Change")}</button>
      <button class="quiet" onClick=${toggle}>
        ${webhook.enabled ? t("Switch off") : t("Switch on")}
      </button>
      <button class="quiet" onClick=${rotate}>${t("New secret")}</button>
      <button class="quiet" onClick=${() => doom(true)}>${t("Delete")}</button>
    </div>
    ${isOpen && html`<${Deliveries} key=${turn} path=${path} />`}
    ${
      isDoomed &&
      html`<${Confirm}
      title=${t("Delete this endpoint?")}
      text=${t("What still waits to be sent is given up.")}
      yes=${t("Delete")}
      onYes=${remove}
      onClose=${() => doom(false)}
    />`
    }
  </article>`;
}

/**
 * @param {{of: Webhook | null, onSaved: (webhook: Webhook) => void, onClose: () => void}} props
 */
function Form({ of: webhook, onSaved, onClose }) {
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [events, setEvents] = useState(webhook?.events ?? EVENTS);
  const [fault, setFault] = useState("");
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { url: url.trim(), description, events };
    const sent = webhook ? ask("PATCH", `/webhooks/${webhook.id}`, body) : post("/webhooks", body);
    sent.then(onSaved, error => setFault(wrong(error)));
  };
  const toggle = (/** @type {string} */ name) =>
    setEvents(EVENTS.filter(one => (one === name) !== events.includes(one)));
  return html`<${Dialog} title=${webhook ? t("Change the endpoint") : t("New endpoint")} onClose=${
    onClose
  }>
    <form onSubmit=${send}>
      <label class="field">
        <span>${t("Address")}</span>
        <input
          type="url"
          required
          value=${url}
          placeholder="https://example.com/reelgate"
          onInput=${(/** @type {any} */ event) => setUrl(event.target.value)}
        />
      </label>
      <label class="field">
        <span>${t("Description")}</span>
        <input
          value=${description}
          maxlength="256"
          onInput=${(/** @type {any} */ event) => setDescription(event.target.value)}
        />
      </label>
      <fieldset class="checks">
        <legend>${t("Events")}</legend>
        ${EVENTS.map(
          name => html`<label key=${name}>
            <input
              type="checkbox"
              checked=${events.includes(name)}
              onChange=${() => toggle(name)}
            />
            <span class="mono">${name}</span>
          </label>`,
        )}
      </fieldset>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("Back")}</button>
        <button class="main" disabled=${!events.length}>${t("Save")}</button>
      </footer>
    </form>
  <//>`;
}
