// Everything about one job: the film, the order, the money, and where the file comes from.

import { inCredits, size, span, when } from "../lib/format.js";
import { isOver } from "../lib/jobs.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Copy } from "./controls.js";
import { Deliveries } from "./deliveries.js";
import { Glimpse } from "./glimpse.js";
import { Icon } from "./icon.js";
import { Actions } from "./job-actions.js";
import { Progress, shape, State } from "./job-card.js";
import { Player } from "./player.js";

/** @typedef {import("../lib/types.js").Job} Job */

/** @param {{job: Job, onGone?: () => void}} props */
export function JobView({ job, onGone }) {
  const [across, down] = shape(job);
  return html`<article
    class="page job"
    data-job=${job.id}
    data-state=${job.state}
  >
    <div class="job-film">
      ${
        job.output
          ? html`<${Player} job=${job} steps=${true} />`
          : html`<div
              class="frame frame-empty"
              style=${{ aspectRatio: `${across} / ${down}` }}
            >
              <${Glimpse} job=${job} />
              <${Progress} job=${job} />
            </div>`
      }
      <${Actions} job=${job} isFull=${true} onGone=${onGone} />
    </div>
    <div class="job-text">
      <h1 class="job-prompt">${job.prompt}</h1>
      <p class="row">
        <${State} job=${job} />
        <span class="soft small">${when(job.created_at)}</span>
        <${Copy} text=${() => job.prompt} label=${t("Copy the prompt")} />
      </p>
      ${job.error && html`<p class="fault">${job.error.message}</p>`}
      <h2>${t("The order")}</h2>
      <${Facts} facts=${ordered(job)} />
      <h2>${t("Where it comes from")}</h2>
      <${Facts} facts=${origin(job)} />
      <${Messages} job=${job} />
      ${
        job.metadata &&
        html`<h2>${t("Your metadata")}</h2>
          <pre tabindex="0">${JSON.stringify(job.metadata, null, 2)}</pre>`
      }
    </div>
  </article>`;
}

/** What was sent to the address that came with the order. @param {{job: Job}} props */
function Messages({ job }) {
  const [isOpen, setOpen] = useState(false);
  const opened = (/** @type {any} */ event) => setOpen(event.currentTarget.open);
  return html`<details class="more job-messages" onToggle=${opened}>
    <summary>${t("Messages to the order's own address")}<${Icon} name="down" size=${16} /></summary>
    ${isOpen && html`<${Deliveries} path=${`/webhooks/${job.id}`} />`}
  </details>`;
}

/** @param {{facts: [string, any][]}} props */
export function Facts({ facts }) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return html`<dl class="facts">
    ${known.map(
      ([name, value]) =>
        html`<div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** @param {Job} job @returns {[string, any][]} */
function ordered(job) {
  const isVideo = job.duration_s > 0;
  return [
    [t("Model"), job.model],
    [t("Format"), job.ratio],
    [t("Resolution"), job.resolution],
    [t("Length"), isVideo ? span(job.duration_s) : null],
    [t("Seed"), job.seed],
    [t("Sound"), isVideo ? (job.audio ? t("yes") : t("no")) : null],
    [t("Fixed camera"), job.fixed_lens ? t("yes") : null],
    [t("Price"), inCredits(job.price)],
    [t("Charged"), isOver(job) ? inCredits(job.charged) : null],
    [t("Number"), html`<code>${job.id}</code>`],
  ];
}

/** @param {Job} job @returns {[string, any][]} */
function origin(job) {
  const output = job.output;
  const took = job.finished_at
    ? (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000
    : null;
  return [
    [t("Engine"), output?.engine],
    [t("Size"), output && `${output.width} × ${output.height}`],
    [t("Frames"), output?.video_url ? output.frames : null],
    [t("File"), output && size(output.bytes)],
    ["SHA-256", output && html`<code class="digest">${output.sha256}</code>`],
    [t("Attempts"), job.attempt],
    [t("Ordered"), when(job.created_at)],
    [t("Finished"), job.finished_at && when(job.finished_at)],
    [t("Took"), took === null ? null : span(took)],
  ];
}
