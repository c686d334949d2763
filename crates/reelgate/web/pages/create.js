// Writing an order, and seeing it being made beside it.

import { change, choose, draft, missing, model, order } from "../lib/draft.js";
import { inCredits } from "../lib/format.js";
import { recent, submit, watch } from "../lib/jobs.js";
import { keep, kept } from "../lib/keep.js";
import { loadModels } from "../lib/models.js";
import { html, useEffect, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Code } from "../parts/code.js";
import { Choice } from "../parts/controls.js";
import { Guide } from "../parts/guide.js";
import { Icon } from "../parts/icon.js";
import { JobCard } from "../parts/job-card.js";
import { complain } from "../parts/notes.js";
import { beginQuote, quote } from "../parts/quote.js";
import { add, filesOf, freeRole, References } from "../parts/references.js";
import { Settings } from "../parts/settings.js";

const HISTORY_MAX = 30;
const SHOWN_MAX = 8;

export default function Create() {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    loadModels().then(() => {
      if (model.value) choose(model.value);
      setReady(true);
    }, complain);
    const stops = [watch(), beginQuote()];
    return () => stops.forEach(stop => stop());
  }, []);
  if (!isReady) return html`<div class="loading" aria-busy="true"></div>`;
  return html`<div class="create">
    <${Composer} />
    <section class="stage" aria-label=${t("Latest")}><${Stage} /></section>
  </div>`;
}

function Composer() {
  const [isBusy, setBusy] = useState(false);
  const [isGuideOpen, openGuide] = useState(false);
  const [isCodeOpen, openCode] = useState(false);
  const [wasTried, setTried] = useState(false);
  const lack = missing(t);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setTried(true);
    if (lack || isBusy) return;
    setBusy(true);
    remember(draft.value.prompt.trim());
    await submit(order.value).then(() => setTried(false), complain);
    setBusy(false);
  };
  const pasted = (/** @type {ClipboardEvent} */ event) => {
    const files = filesOf(event.clipboardData);
    if (files.length) take(event, files);
  };
  const dropped = (/** @type {DragEvent} */ event) => take(event, filesOf(event.dataTransfer));
  return html`<form
    class="composer"
    onSubmit=${send}
    onPaste=${pasted}
    onDragOver=${(/** @type {Event} */ event) => event.preventDefault()}
    onDrop=${dropped}
  >
    <h1 class="hidden">${t("Create")}</h1>
    <${Modes} />
    <${Prompt} openGuide=${() => openGuide(true)} />
    <${References} />
    <${Settings} />
    <div class="composer-end">
      ${wasTried && lack && html`<p class="fault" role="alert">${lack}</p>`}
      ${quote.value.fault && html`<p class="fault" role="alert">${quote.value.fault}</p>`}
      ${
        quote.value.isShort &&
        html`<p class="fault">
          ${t("The balance does not cover this.")}
          <a href="/account">${t("Top up")}</a>
        </p>`
      }
      <div class="send">
        <button type="button" class="quiet" title=${t("As code")} onClick=${() => openCode(true)}>
          <${Icon} name="code" /><span>${t("As code")}</span>
        </button>
        <output class="price" aria-live="polite">
          ${quote.value.price === null ? "" : inCredits(quote.value.price)}
        </output>
        <button
          type="submit"
          class="main"
          disabled=${isBusy}
          title="Ctrl + Enter"
        >
          ${model.value?.makes === "image" ? t("Create picture") : t("Create video")}
        </button>
      </div>
    </div>
    ${isGuideOpen && html`<${Guide} onClose=${() => openGuide(false)} />`}
    ${isCodeOpen && html`<${Code} onClose=${() => openCode(false)} />`}
  </form>`;
}

/** Files that come without being asked for choose the mode that can use them. */
function take(/** @type {Event} */ event, /** @type {File[]} */ files) {
  if (!files.length) return;
  event.preventDefault();
  const onlyImages = files.length <= 2 && files.every(file => file.type.startsWith("image/"));
  if (draft.value.mode === "text") {
    change({
      mode: onlyImages && model.value?.makes === "video" ? "image" : "media",
    });
  }
  for (const file of files) add([file], freeRole());
}

function Modes() {
  const options = [
    { value: "text", name: t("Words") },
    { value: "image", name: t("First picture") },
    { value: "media", name: t("References") },
  ];
  const possible = options.filter(one => one.value !== "image" || model.value?.makes === "video");
  return html`<${Choice}
    label=${t("What it is made from")}
    value=${draft.value.mode}
    options=${possible}
    onChange=${(/** @type {any} */ mode) => change({ mode })}
    class="modes"
  />`;
}

/** @param {{openGuide: () => void}} props */
function Prompt({ openGuide }) {
  const { prompt } = draft.value;
  const most = model.value?.prompt_chars_max ?? 10_000;
  const length = [...prompt].length;
  const sent = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (event.target instanceof HTMLTextAreaElement) event.target.form?.requestSubmit();
  };
  return html`<div class="prompt">
    <label class="hidden" for="prompt">${t("Prompt")}</label>
    <textarea
      id="prompt"
      rows="5"
      maxlength=${most}
      value=${prompt}
      placeholder=${t("A red fox trots along a frozen river at dawn. Slow tracking shot…")}
      onInput=${(/** @type {any} */ event) => change({ prompt: event.target.value })}
      onKeyDown=${sent}
    ></textarea>
    <div class="prompt-end">
      <button type="button" class="quiet small" onClick=${openGuide}>
        <${Icon} name="bulb" size=${16} /><span>${t("Prompt guide")}</span>
      </button>
      <span class="soft small"
        >${length > most * 0.8 ? `${length} / ${most}` : ""}</span>
    </div>
  </div>`;
}

/** @param {string} prompt */
function remember(prompt) {
  const others = kept("prompts", /** @type {string[]} */ ([])).filter(one => one !== prompt);
  keep("prompts", [prompt, ...others].slice(0, HISTORY_MAX));
}

function Stage() {
  const jobs = recent.value.slice(0, SHOWN_MAX);
  if (!jobs.length) return html`<${Empty} />`;
  return html`<div class="cards">
    ${jobs.map((job, at) => html`<${JobCard} key=${job.id} job=${job} isLarge=${at === 0} />`)}
  </div>`;
}

function Empty() {
  return html`<div class="empty">
    <div class="empty-frames" aria-hidden="true"><i></i><i></i><i></i></div>
    <h2>${t("Your first video appears here")}</h2>
    <p class="soft">${t("Write a prompt and press Ctrl + Enter.")}</p>
  </div>`;
}
