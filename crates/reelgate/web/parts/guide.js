// Help with the words: what a prompt consists of, examples to begin with, and the last ones.

import { change, draft } from "../lib/draft.js";
import { kept } from "../lib/keep.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Choice, Dialog } from "./controls.js";
import { Templates } from "./templates.js";

/** @type {[string, string[]][]} What a shot needs, and words for it. They go into the prompt. */
const PARTS = [
  [
    "Camera",
    [
      "slow push in",
      "tracking shot from the side",
      "orbit",
      "static camera",
      "aerial view",
      "handheld",
    ],
  ],
  [
    "Lighting",
    ["low morning sun", "golden hour", "overcast", "neon at night", "candlelight", "moonlight"],
  ],
  ["Weather", ["light snow", "rain on glass", "fog", "wind in the grass", "clear sky"]],
  [
    "Style",
    [
      "cinematic, muted colours",
      "watercolour",
      "black and white film",
      "paper cut-out",
      "shallow depth of field",
    ],
  ],
  ["What to avoid", ["no text, no logo", "no subtitles", "natural motion", "stable face"]],
];

/** @type {[string, string][]} */
const EXAMPLES = [
  [
    "Nature",
    "A red fox trots along a frozen river at dawn, low sun through birches, breath " +
      "visible in the cold. Slow tracking shot from the side, shallow depth of field, " +
      "muted colours.",
  ],
  [
    "City",
    "Rain on a night street, neon signs mirrored in the puddles, a cyclist passes " +
      "from left to right. Static camera, low angle, cinematic.",
  ],
  [
    "Product",
    "A glass perfume bottle on wet black stone, water drops roll down, a soft light " +
      "moves across it. Slow orbit, shallow depth of field, no text, no logo.",
  ],
  [
    "Landscape",
    "Storm clouds gather over a mountain lake, wind draws lines on the water. Aerial " +
      "view, slow push in, time-lapse, natural colours.",
  ],
  [
    "Several shots",
    "Shot 1: wide aerial of the harbour at dusk, slow push in.\nShot 2: close on a " +
      "fisherman coiling rope, handheld.\nShot 3: the boat leaves, static camera, the " +
      "light goes out.",
  ],
  [
    "Drawn",
    "A paper boat crosses a puddle in a courtyard, watercolour, soft light after " +
      "rain. Slow tracking shot, calm.",
  ],
];

/** @param {{onClose: () => void}} props */
export function Guide({ onClose }) {
  const [tab, choose] = useState("parts");
  const tabs = [
    { value: "parts", name: t("Building blocks") },
    { value: "examples", name: t("Examples") },
    { value: "history", name: t("My last prompts") },
    { value: "templates", name: t("Templates") },
  ];
  return html`<${Dialog}
    title=${t("Prompt guide")}
    onClose=${onClose}
    class="dialog-side"
  >
    <${Choice}
      label=${t("Prompt guide")}
      value=${tab}
      options=${tabs}
      onChange=${choose}
    />
    ${tab === "parts" && html`<${Parts} />`}
    ${tab === "examples" && html`<${Examples} onClose=${onClose} />`}
    ${tab === "history" && html`<${History} onClose=${onClose} />`}
    ${tab === "templates" && html`<${Templates} onClose=${onClose} />`}
    <p class="soft small">
      <a href="/docs/prompt-guide" onClick=${onClose}
        >${t("Read the whole guide")}</a>
    </p>
  <//>`;
}

function Parts() {
  return html`<div class="guide">
    <ol class="guide-order">
      <li>${t("subject: who or what, with the traits that matter")}</li>
      <li>${t("action: one clear movement with a beginning and an end")}</li>
      <li>${t("place: where, what time of day, what weather")}</li>
      <li>${t("camera: one movement, and how fast")}</li>
      <li>${t("style: photographic or drawn, light, palette")}</li>
      <li>${t("what must not appear")}</li>
    </ol>
    ${PARTS.map(
      ([name, words]) =>
        html`<section key=${name}>
          <h3>${t(name)}</h3>
          <div class="words">
            ${words.map(
              word =>
                html`<button
                  key=${word}
                  type="button"
                  lang="en"
                  onClick=${() => insert(word)}
                >
                  ${word}
                </button>`,
            )}
          </div>
        </section>`,
    )}
    <p class="soft small prompt-now" lang="en" aria-live="polite">
      ${draft.value.prompt}
    </p>
  </div>`;
}

/** @param {string} word */
function insert(word) {
  const before = draft.value.prompt.trimEnd();
  const joint = !before ? "" : /[.!?,:]$/.test(before) ? " " : ", ";
  change({ prompt: before + joint + word });
}

/** @param {{onClose: () => void}} props */
function Examples({ onClose }) {
  return html`<ul class="prompts">
    ${EXAMPLES.map(
      ([name, prompt]) =>
        html`<li key=${name}>
          <button
            type="button"
            onClick=${() => (change({ prompt }), onClose())}
          >
            <strong>${t(name)}</strong><span lang="en">${prompt}</span>
          </button>
        </li>`,
    )}
  </ul>`;
}

/** @param {{onClose: () => void}} props */
function History({ onClose }) {
  const prompts = kept("prompts", /** @type {string[]} */ ([]));
  if (!prompts.length) return html`<p class="soft">${t("Nothing yet.")}</p>`;
  return html`<ul class="prompts">
    ${prompts.map(
      prompt =>
        html`<li key=${prompt}>
          <button
            type="button"
            onClick=${() => (change({ prompt }), onClose())}
          >
            <span>${prompt}</span>
          </button>
        </li>`,
    )}
  </ul>`;
}
