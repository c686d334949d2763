// What a key is called and what it may do.

import { loadModels, models } from "../lib/models.js";
import { html, useEffect, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Dialog, Switch } from "./controls.js";
import { wrong } from "./notes.js";

/** @typedef {import("../pages/account/keys.js").Key} Key */

const DAY_S = 86_400;
const RESOLUTIONS = ["480p", "720p", "1080p", "1080p-plus", "4k"];

/**
 * @param {{of: Key | null, onSave: (body: any) => Promise<void>, onClose: () => void}} props
 */
export function KeyForm({ of: key, onSave, onClose }) {
  const [form, setForm] = useState(() => filled(key));
  const [fault, setFault] = useState("");
  useEffect(() => void loadModels().catch(() => null), []);
  const set = (/** @type {Partial<ReturnType<typeof filled>>} */ change) =>
    setForm({ ...form, ...change });
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    onSave(bodyOf(form, !key)).catch(error => setFault(wrong(error)));
  };
  const field = (/** @type {string} */ name, /** @type {"label"} */ of, more = {}) =>
    html`<label class="field">
      <span>${name}</span>
      <input
        value=${form[of]}
        onInput=${(/** @type {any} */ event) => set({ [of]: event.target.value })}
        ...${more}
      />
    </label>`;
  const any = (/** @type {string} */ of) => /** @type {"label"} */ (of);
  const number = { inputmode: "decimal", placeholder: t("no limit") };
  return html`<${Dialog} title=${key ? t("Change the key") : t("New key")} onClose=${onClose}>
    <form onSubmit=${send}>
      ${field(t("Name"), "label", { maxlength: 64, placeholder: t("laptop, agent, shop …") })}
      ${!key && html`<${Style} form=${form} set=${set} />`}
      <div class="columns">
        ${field(t("Credits a day"), any("credits_per_day"), number)}
        ${field(t("Longest clip, in seconds"), any("seconds_max"), number)}
        <label class="field">
          <span>${t("Largest resolution")}</span>
          <select
            value=${form.resolution_max}
            onChange=${(/** @type {any} */ event) => set({ resolution_max: event.target.value })}
          >
            <option value="">${t("no limit")}</option>
            ${RESOLUTIONS.map(one => html`<option key=${one} value=${one}>${one}</option>`)}
          </select>
        </label>
        ${field(t("Requests a minute"), any("requests_per_minute"), number)}
        ${field(t("Expires in days"), any("days"), { ...number, placeholder: t("never") })}
        ${field(t("Networks, with commas between"), any("networks"), {
          placeholder: "203.0.113.0/24",
        })}
      </div>
      <label class="field">
        <span>${t("Models")}</span>
        <select
          multiple
          size="5"
          onChange=${(/** @type {any} */ event) =>
            set({
              models: [...event.target.selectedOptions].map((/** @type {any} */ one) => one.value),
            })}
        >
          ${models.value.map(
            one =>
              html`<option
                key=${one.id}
                value=${one.id}
                selected=${form.models.includes(one.id)}
              >
                ${one.id}
              </option>`,
          )}
        </select>
        <small class="soft">${t("None chosen means every model.")}</small>
      </label>
      <${Switch}
        label=${t("May manage keys")}
        value=${form.manages_keys}
        onChange=${(/** @type {boolean} */ manages_keys) => set({ manages_keys })}
      />
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("Back")}</button>
        <button class="main">${key ? t("Save") : t("Make the key")}</button>
      </footer>
    </form>
  <//>`;
}

/** @param {{form: any, set: (change: any) => void}} props */
function Style({ form, set }) {
  const styles = [
    ["sk", t("Real orders (sk_live_…)")],
    ["test", t("Rehearsals that cost nothing (sk_test_…)")],
    ["sd2", t("Real orders, in the look of API C (sd2_…)")],
    ["dk", t("Real orders, in the look of API B (dk_…)")],
  ];
  return html`<label class="field">
    <span>${t("For")}</span>
    <select
      value=${form.style}
      onChange=${(/** @type {any} */ event) => set({ style: event.target.value })}
    >
      ${styles.map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}
    </select>
  </label>`;
}

/** @param {Key | null} key */
function filled(key) {
  const left = key?.expires_at ? (Date.parse(key.expires_at) - Date.now()) / 1000 / DAY_S : 0;
  return {
    label: key?.label ?? "",
    style: key?.style ?? "sk",
    credits_per_day: key?.credits_per_day ?? "",
    seconds_max: key?.seconds_max ? String(key.seconds_max) : "",
    resolution_max: key?.resolution_max ?? "",
    requests_per_minute: key?.requests_per_minute ? String(key.requests_per_minute) : "",
    days: left > 0 ? String(Math.ceil(left)) : "",
    networks: key?.networks.join(", ") ?? "",
    models: key?.models ?? [],
    manages_keys: key?.manages_keys ?? false,
  };
}

/**
 * A new key leaves out what is not set; a changed one lifts it.
 * @param {any} form
 * @param {boolean} isNew
 */
function bodyOf(form, isNew) {
  const number = (/** @type {string} */ text) => (text === "" ? null : Number(text));
  const days = number(form.days);
  /** @type {Record<string, any>} */
  const body = {
    label: form.label,
    credits_per_day: form.credits_per_day || null,
    seconds_max: number(form.seconds_max),
    resolution_max: form.resolution_max || null,
    requests_per_minute: number(form.requests_per_minute),
    expires_in_s: days === null ? null : Math.round(days * DAY_S),
    networks: form.networks.split(/[\s,]+/).filter(Boolean),
    models: form.models,
    manages_keys: form.manages_keys,
  };
  if (isNew) body.style = form.style;
  const kept = Object.entries(body).filter(([, value]) => !isNew || value !== null);
  return Object.fromEntries(kept);
}
