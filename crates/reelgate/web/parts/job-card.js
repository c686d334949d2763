// A job as it is now: its place in line, how far it is, what came out, and what can be done.

import { near } from "../lib/api.js";
import { ago, inCredits, span, stateName } from "../lib/format.js";
import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Glimpse } from "./glimpse.js";
import { Icon } from "./icon.js";
import { Actions } from "./job-actions.js";
import { Player } from "./player.js";

/** @typedef {import("../lib/types.js").Job} Job */

/**
 * @param {{job: Job, isLarge?: boolean, onPick?: () => void, isPicked?: boolean}} props
 */
export function JobCard({ job, isLarge = false, onPick, isPicked }) {
  return html`<article
    class="card card-${job.state} ${isLarge ? "card-large" : ""}"
    data-job=${job.id}
    data-state=${job.state}
    aria-label=${`${stateName(job.state)}: ${job.prompt}`}
  >
    <${Frame} job=${job} isLarge=${isLarge} />
    <div class="card-text">
      <p class="card-prompt"><a href="/watch/${job.id}">${job.prompt}</a></p>
      <p class="card-facts soft small">
        <${State} job=${job} />
        <span>${job.resolution} · ${job.ratio}</span>
        ${job.duration_s > 0 && html`<span>${span(job.duration_s)}</span>`}
        <span>${inCredits(job.state === "succeeded" ? job.charged : job.price)}</span>
        <time datetime=${job.created_at}>${ago(job.created_at)}</time>
        ${job.test && html`<span class="tag">${t("test")}</span>`}
      </p>
      ${job.error && html`<p class="fault small">${failure(job)}</p>`}
      <div class="card-actions">
        ${
          onPick &&
          html`<label class="pick-box">
            <input type="checkbox" checked=${isPicked} onChange=${onPick} />
            <span>${t("Compare")}</span>
          </label>`
        }
        <${Actions} job=${job} />
      </div>
    </div>
  </article>`;
}

/** @param {Job} job */
function failure(job) {
  const { error } = job;
  if (!error || job.state === "expired") return t("The files were removed.");
  const whose = {
    caller: t("Something in the order."),
    provider: t("A service behind the engine."),
    platform: t("A fault of this server."),
  };
  const blame = whose[/** @type {keyof typeof whose} */ (error.blame)] ?? "";
  return `${error.message}. ${blame} ${job.state === "failed" ? t("Nothing was charged.") : ""}`;
}

/** @param {{job: Job}} props */
export function State({ job }) {
  return html`<span class="state state-${job.state}">
    ${job.cancel_requested && job.state === "running" ? t("Stopping") : stateName(job.state)}
  </span>`;
}

/** @param {{job: Job, isLarge: boolean}} props */
function Frame({ job, isLarge }) {
  const [across, down] = shape(job);
  const style = { aspectRatio: `${across} / ${down}` };
  if (job.output && isLarge) {
    return html`<div class="frame" style=${style}>
      <${Player} job=${job} autoplay=${isLarge} />
    </div>`;
  }
  if (job.output) {
    return html`<a
      class="frame"
      style=${style}
      href="/watch/${job.id}"
      tabindex="-1"
      aria-hidden="true"
    >
      <img src=${near(job.output.poster_url)} alt="" loading="lazy" />
      ${job.output.video_url && html`<span class="frame-play"><${Icon} name="play" /></span>`}
    </a>`;
  }
  return html`<div class="frame frame-empty" style=${style}>
    <${Glimpse} job=${job} />
    <${Progress} job=${job} />
  </div>`;
}

/** @param {Job} job @returns {[number, number]} */
export function shape(job) {
  if (job.output) return [job.output.width, job.output.height];
  const [across = 16, down = 9] = job.ratio === "adaptive" ? [] : job.ratio.split(":").map(Number);
  return [across, down];
}

/** @param {{job: Job}} props */
export function Progress({ job }) {
  if (job.state === "queued") {
    const { ahead = 0, eta_s = null } = job.queue ?? {};
    const place = ahead ? t("{n} before you", { n: ahead }) : t("Next in line");
    return html`<div class="waiting">
      <${Icon} name="clock" size=${28} />
      <strong>${job.queue ? place : t("In line")}</strong>
      ${
        eta_s !== null &&
        html`<span class="soft">${t("about {time}", { time: span(eta_s) })}</span>`
      }
    </div>`;
  }
  if (job.state === "running") {
    const percent = Math.round(job.progress * 100);
    return html`<div class="making">
      <strong>${percent} %</strong>
      <progress
        max="100"
        value=${percent}
        aria-label=${t("Progress")}
      ></progress>
      <span class="soft">${t("Being made")}</span>
    </div>`;
  }
  const icon = job.state === "failed" ? "alert" : job.state === "expired" ? "trash" : "close";
  return html`<div class="waiting"><${Icon} name=${icon} size=${28} /></div>`;
}
