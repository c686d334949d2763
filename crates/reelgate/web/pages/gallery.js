// Everything that was made, however much that is.

import { get, near } from "../lib/api.js";
import { collection } from "../lib/collection.js";
import { ago, span } from "../lib/format.js";
import { forget, note, onChange, jobOf, watch } from "../lib/jobs.js";
import { loadModels, modelOf, models } from "../lib/models.js";
import { html, useEffect, useMemo, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Dialog } from "../parts/controls.js";
import { Grid } from "../parts/grid.js";
import { Icon } from "../parts/icon.js";
import { State } from "../parts/job-card.js";
import { JobView } from "../parts/job-view.js";
import { complain, wrong } from "../parts/notes.js";

/** @typedef {import("../lib/types.js").Job} Job */
/**
 * @typedef {{state: string, model: string, from: string, until: string, words: string}} Filter
 */

/** @type {Filter} */
const EVERYTHING = { state: "", model: "", from: "", until: "", words: "" };

export default function Gallery() {
  const [filter, setFilter] = useState(EVERYTHING);
  const [shown, show] = useState(-1);
  useEffect(() => (void loadModels().catch(complain), watch()), []);
  const list = useMemo(() => collectionOf(filter), [filter]);
  useEffect(() => list.stop, [list]);
  useEffect(() => onChange(job => replace(list, job)), [list]);
  const items = list.items.value;
  return html`<section class="page page-wide">
    <div class="page-head">
      <h1>${t("Gallery")}</h1>
      <span class="soft" aria-live="polite">${count(items.length, list.isOver.value)}</span>
    </div>
    <${Filters} filter=${filter} onChange=${setFilter} />
    ${list.fault.value && html`<p class="fault" role="alert">${wrong(list.fault.value)}</p>`}
    <${Grid}
      key=${JSON.stringify(filter)}
      label=${t("Gallery")}
      items=${items}
      cellWidth=${250}
      extraHeight=${74}
      onEnd=${list.more}
      cell=${(/** @type {Job} */ job, /** @type {number} */ at) =>
        html`<${Cell} job=${job} onOpen=${() => show(at)} />`}
    />
    ${list.isBusy.value && html`<p class="soft center" aria-busy="true">${t("Looking …")}</p>`}
    ${
      list.isOver.value &&
      !items.length &&
      !list.fault.value &&
      html`<p class="center">
      ${t("Nothing here.")} ${" "} <a href="/create">${t("Create something")}</a>
    </p>`
    }
    ${
      shown >= 0 &&
      items[shown] &&
      html`<${Light} items=${items} at=${shown} show=${show} more=${list.more} />`
    }
  </section>`;
}

/** @param {number} n @param {boolean} isAll */
function count(n, isAll) {
  if (!n) return "";
  return isAll ? t("{n} in all", { n }) : t("{n} and more", { n });
}

/** @param {Filter} filter */
function collectionOf(filter) {
  const query = new URLSearchParams();
  if (filter.state) query.set("state", filter.state);
  if (filter.model) query.set("model", filter.model);
  if (filter.from) query.set("created_after", filter.from);
  if (filter.until) query.set("created_before", dayAfter(filter.until));
  if (filter.words.trim()) query.set("prompt", filter.words.trim());
  return collection({ path: `/jobs?${query}`, slim });
}

/** What the grid shows of a job: there may be very many. @param {Job} job @returns {Job} */
const slim = ({ metadata, ...job }) => ({ ...job, metadata: null });

/** The chosen day is included. @param {string} day */
function dayAfter(day) {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

/** @param {ReturnType<typeof collectionOf>} list @param {Job} job */
function replace(list, job) {
  const at = list.items.value.findIndex(one => one.id === job.id);
  if (at >= 0) list.items.value = list.items.value.with(at, job);
}

/** @param {{filter: Filter, onChange: (filter: Filter) => void}} props */
function Filters({ filter, onChange }) {
  const [words, setWords] = useState(filter.words);
  useEffect(() => {
    const timer = setTimeout(() => words !== filter.words && onChange({ ...filter, words }), 350);
    return () => clearTimeout(timer);
  }, [words]);
  const set = (/** @type {keyof Filter} */ name) => (/** @type {any} */ event) =>
    onChange({ ...filter, words, [name]: event.target.value });
  const states = [
    ["", t("All")],
    ["succeeded", t("Done")],
    ["failed", t("Failed")],
    ["cancelled", t("Cancelled")],
    ["expired", t("Removed")],
  ];
  return html`<div class="filters" role="search">
    <label class="search">
      <${Icon} name="search" size=${18} /><span class="hidden">${t("Search in prompts")}</span>
      <input
        type="search"
        value=${words}
        placeholder=${t("Search in prompts")}
        maxlength="200"
        onInput=${(/** @type {any} */ event) => setWords(event.target.value)}
      />
    </label>
    <select aria-label=${t("State")} value=${filter.state} onChange=${set("state")}>
      ${states.map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}
    </select>
    <select aria-label=${t("Model")} value=${filter.model} onChange=${set("model")}>
      <option value="">${t("Every model")}</option>
      ${models.value.map(one => html`<option key=${one.id} value=${one.id}>${one.id}</option>`)}
    </select>
    <input
      type="date"
      aria-label=${t("From")}
      value=${filter.from}
      onChange=${set("from")}
    />
    <input
      type="date"
      aria-label=${t("Until")}
      value=${filter.until}
      onChange=${set("until")}
    />
    ${
      JSON.stringify({ ...filter, words }) !== JSON.stringify(EVERYTHING) &&
      html`<button class="quiet" onClick=${() => (setWords(""), onChange(EVERYTHING))}>
      ${t("Show all")}
    </button>`
    }
  </div>`;
}

/** @param {{job: Job, onOpen: () => void}} props */
function Cell({ job, onOpen }) {
  const output = job.output;
  return html`<button class="cell" onClick=${onOpen} data-job=${job.id}>
    <span class="cell-film">
      ${output && html`<img src=${near(output.poster_url)} alt="" loading="lazy" />`}
      ${!output && html`<${State} job=${job} />`}
      ${output?.video_url && html`<span class="cell-length">${span(job.duration_s)}</span>`}
      ${
        output?.image_url &&
        html`<span class="cell-length"><${Icon} name="image" size=${14} /></span>`
      }
    </span>
    <span class="cell-prompt">${job.prompt}</span>
    <span class="cell-facts soft small">
      ${modelOf(job.model)?.title ?? job.model} · ${ago(job.created_at)}
    </span>
  </button>`;
}

/**
 * One of them, large, with those before and behind it.
 * @param {{items: Job[], at: number, show: (at: number) => void, more: () => void}} props
 */
function Light({ items, at, show, more }) {
  const item = /** @type {Job} */ (items[at]);
  const [job, setJob] = useState(item);
  useEffect(() => {
    setJob(item);
    // Links are good for a day, and a gallery may be open for longer.
    get(`/jobs/${item.id}`).then(found => (setJob(found), jobOf(item.id) && note(found)), complain);
    if (at > items.length - 10) more();
  }, [item.id]);
  const step = (/** @type {number} */ by) => items[at + by] && show(at + by);
  const press = (/** @type {KeyboardEvent} */ event) => {
    const isFilm = event.target instanceof HTMLVideoElement;
    if (event.key === "ArrowLeft" && !isFilm) step(-1);
    if (event.key === "ArrowRight" && !isFilm) step(1);
  };
  const current = job.id === item.id ? job : item;
  const place = t("{n} of {most}", { n: at + 1, most: items.length });
  const close = () => show(-1);
  return html`<${Dialog} title=${place} onClose=${close} class="dialog-full">
    <div class="light" onKeyDown=${press}>
      <div class="light-steps">
        <button class="quiet" disabled=${at === 0} onClick=${() => step(-1)}>
          <${Icon} name="back" />${t("Newer")}
        </button>
        <button class="quiet" disabled=${at + 1 >= items.length} onClick=${() => step(1)}>
          ${t("Older")}<${Icon} name="next" />
        </button>
      </div>
      <${JobView} key=${item.id} job=${current} onGone=${() => (forget(item.id), show(-1))} />
    </div>
  <//>`;
}
