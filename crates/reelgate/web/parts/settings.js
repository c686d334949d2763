// What can be set about an order: only what the chosen model can do.

import { AUTO, change, choose, draft, model } from "../lib/draft.js";
import { span } from "../lib/format.js";
import { apiName, families, modelOf } from "../lib/models.js";
import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Choice, Switch } from "./controls.js";
import { Icon } from "./icon.js";

const SEED_MAX = 4_294_967_295;

/** @param {{isShared?: boolean}} props for films that have lengths of their own */
export function Settings({ isShared = false }) {
  const chosen = model.value;
  if (!chosen) return null;
  const isVideo = chosen.makes === "video";
  return html`<div class="settings">
    <${Models} isShared=${isShared} />
    <${Ratio} ratios=${chosen.ratios} />
    ${
      chosen.resolutions.length > 1 &&
      html`<div class="setting">
        <span class="setting-name">${t("Resolution")}</span>
        <${Choice}
          label=${t("Resolution")}
          value=${draft.value.resolution}
          options=${chosen.resolutions.map(resolutionOption)}
          onChange=${(/** @type {string} */ resolution) => change({ resolution })}
        />
      </div>`
    }
    ${isVideo && !isShared && html`<${Duration} of=${chosen} />`}
    <${More} />
  </div>`;
}

/** @param {string} value */
const resolutionOption = value => ({ value, name: value.replace("-plus", "+") });

/** @param {{isShared: boolean}} props */
function Models({ isShared }) {
  const picked = (/** @type {any} */ event) => {
    const next = modelOf(event.target.value);
    if (next) choose(next);
  };
  const mark = (/** @type {any} */ one) => (one.makes === "image" ? ` · ${t("picture")}` : "");
  return html`<label class="setting">
    <span class="setting-name">${t("Model")}</span>
    <select value=${draft.value.model} onChange=${picked} name="model">
      ${families().map(
        ([api, list]) =>
          html`<optgroup key=${api} label=${apiName(api)}>
            ${list
              .filter(one => !isShared || one.makes === "video")
              .map(
                one =>
                  html`<option
                  key=${one.id}
                  value=${one.id}
                  selected=${one.id === draft.value.model}
                >
                  ${one.title}${mark(one)}
                </option>`,
              )}
          </optgroup>`,
      )}
    </select>
  </label>`;
}

/** @param {{ratios: string[]}} props */
function Ratio({ ratios }) {
  return html`<div class="setting">
    <span class="setting-name">${t("Format")}</span>
    <${Choice}
      label=${t("Format")}
      class="ratios"
      value=${draft.value.ratio}
      options=${ratios.map(ratio => ({
        value: ratio,
        name: ratio === "adaptive" ? t("Adaptive") : ratio,
        picture: html`<${Shape} ratio=${ratio} />`,
      }))}
      onChange=${(/** @type {string} */ ratio) => change({ ratio })}
    />
  </div>`;
}

/** @param {{ratio: string}} props */
function Shape({ ratio }) {
  const [across = 1, down = 1] = ratio === "adaptive" ? [1.3, 1] : ratio.split(":").map(Number);
  const scale = 14 / Math.max(across, down);
  const [width, height] = [across * scale, down * scale];
  return html`<svg
    width="18"
    height="18"
    viewBox="0 0 18 18"
    aria-hidden="true"
  >
    <rect
      x=${9 - width / 2}
      y=${9 - height / 2}
      width=${width}
      height=${height}
      rx="1.5"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-dasharray=${ratio === "adaptive" ? "2 2" : undefined}
    />
  </svg>`;
}

/** @param {{of: import("../lib/types.js").Model}} props */
function Duration({ of: chosen }) {
  const isAuto = draft.value.duration_s === AUTO;
  const auto = chosen.takes_auto
    ? html`<${Switch}
        label=${t("As long as it needs")}
        note=${t("The longest is set aside; what is not needed comes back.")}
        value=${isAuto}
        onChange=${(/** @type {boolean} */ on) =>
          change({ duration_s: on ? AUTO : chosen.duration_default_s })}
      />`
    : null;
  return html`${!isAuto && html`<${Seconds} durations=${chosen.durations_s} />`}${auto}`;
}

/** @param {{durations: number[]}} props */
function Seconds({ durations }) {
  const at = Math.max(0, durations.indexOf(draft.value.duration_s));
  const picked = (/** @type {any} */ event) =>
    change({
      duration_s: durations[Number(event.target.value)] ?? durations[0] ?? 5,
    });
  return html`<label class="setting">
    <span class="setting-name">${t("Length")}</span>
    <span class="range">
      <input
        type="range"
        min="0"
        max=${durations.length - 1}
        step="1"
        value=${at}
        aria-valuetext=${span(draft.value.duration_s)}
        onInput=${picked}
      />
      <output>${span(draft.value.duration_s)}</output>
    </span>
  </label>`;
}

function More() {
  const chosen = model.value;
  const now = draft.value;
  if (!chosen) return null;
  const isVideo = chosen.makes === "video";
  return html`<details class="more">
    <summary>${t("More")} <${Icon} name="down" size=${16} /></summary>
    <div class="more-body">
      ${
        chosen.channels.length > 1 &&
        html`<div class="setting">
          <span class="setting-name">${t("Channel")}</span>
          <${Choice}
            label=${t("Channel")}
            value=${now.channel}
            options=${chosen.channels.map(one => ({ value: one, name: one }))}
            onChange=${(/** @type {string} */ channel) => change({ channel })}
          />
        </div>`
      }
      ${
        chosen.takes_seed &&
        html`<label class="setting">
          <span class="setting-name">${t("Seed")}</span>
          <span class="seed">
            <input
              inputmode="numeric"
              name="seed"
              value=${now.seed}
              placeholder=${t("any")}
              onInput=${(/** @type {any} */ event) => change({ seed: digits(event.target.value) })}
            />
            <button
              type="button"
              class="quiet"
              aria-label=${t("Another seed")}
              onClick=${() => change({ seed: String(Math.floor(Math.random() * SEED_MAX)) })}
            >
              <${Icon} name="dice" />
            </button>
          </span>
        </label>`
      }
      ${
        isVideo &&
        html`<${Switch}
            label=${t("Sound")}
            value=${now.audio}
            onChange=${(/** @type {boolean} */ audio) => change({ audio })}
          />
          <${Switch}
            label=${t("Fixed camera")}
            value=${now.fixed_lens}
            onChange=${(/** @type {boolean} */ fixed_lens) => change({ fixed_lens })}
          />`
      }
    </div>
  </details>`;
}

/** @param {string} text */
function digits(text) {
  const number = text.replace(/\D/g, "").slice(0, 10);
  return Number(number) > SEED_MAX ? String(SEED_MAX) : number;
}
