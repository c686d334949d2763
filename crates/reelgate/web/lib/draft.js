// The order that is being written, and what of it a model can do.

import { keep, kept } from "./keep.js";
import { modelOf } from "./models.js";
import { computed, effect, signal } from "./ui.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Reference} Reference */
/** @typedef {import("./types.js").Job} Job */
/**
 * @typedef {{model: string, mode: "text" | "image" | "media", prompt: string, ratio: string,
 *   resolution: string, duration_s: number, channel: string, seed: string, audio: boolean,
 *   fixed_lens: boolean}} Draft
 */

/** The length that leaves it to the model. */
export const AUTO = -1;

/** @type {Draft} */
const NEW = {
  model: "native/preview",
  mode: "text",
  prompt: "",
  ratio: "16:9",
  resolution: "720p",
  duration_s: 5,
  channel: "standard",
  seed: "",
  audio: true,
  fixed_lens: false,
};

export const draft = signal(/** @type {Draft} */ ({ ...NEW, ...kept("draft", {}) }));
export const references = signal(/** @type {Reference[]} */ ([]));
export const model = computed(() => modelOf(draft.value.model) ?? modelOf(NEW.model));

effect(() => keep("draft", draft.value));

/** @param {Partial<Draft>} change */
export function change(change) {
  draft.value = { ...draft.value, ...change };
}

/** Takes another model and keeps of the rest what it can do. @param {Model} next */
export function choose(next) {
  const now = draft.value;
  const keepIf = (/** @type {any[]} */ list, /** @type {any} */ value, /** @type {any} */ or) =>
    list.includes(value) ? value : or;
  change({
    model: next.id,
    mode: next.makes === "image" && now.mode === "image" ? "media" : now.mode,
    ratio: keepIf(next.ratios, now.ratio, next.ratio_default),
    resolution: keepIf(next.resolutions, now.resolution, next.resolution_default),
    duration_s:
      now.duration_s === AUTO && next.takes_auto
        ? AUTO
        : keepIf(next.durations_s, now.duration_s, next.duration_default_s),
    channel: keepIf(next.channels, now.channel, "standard"),
    audio: next.audio_default && now.audio,
  });
}

/** The references that count in this mode. */
export const used = computed(() => {
  const { mode } = draft.value;
  if (mode === "text") return [];
  return references.value.filter(one => (one.role === "reference") === (mode === "media"));
});

/** The order as the native API takes it. */
export const order = computed(() => {
  const now = draft.value;
  const chosen = model.value;
  /** @type {Record<string, any>} */
  const order = {
    model: now.model,
    prompt: now.prompt.trim(),
    ratio: now.ratio,
  };
  order.resolution = now.resolution;
  const media = used.value.filter(one => one.url).map(({ url, role }) => ({ url, role }));
  if (media.length) order.media = media;
  if (chosen?.makes !== "image") {
    order.duration_s = now.duration_s;
    order.audio = now.audio;
    if (now.fixed_lens) order.fixed_lens = true;
  }
  if (now.channel !== "standard") order.channel = now.channel;
  if (chosen?.takes_seed && now.seed !== "") order.seed = Number(now.seed);
  return order;
});

/**
 * Why the order cannot be sent yet; null when it can.
 * @param {(text: string, gaps?: any) => string} t
 */
export function missing(t) {
  const { prompt, mode } = draft.value;
  const least = model.value?.prompt_chars_min ?? 1;
  if ([...prompt.trim()].length < least) return t("Write what should be seen.");
  if (used.value.some(one => one.fault)) return t("Remove the files that cannot be used.");
  if (used.value.some(one => one.isBusy)) return t("Files are being sent.");
  const isOpened = used.value.some(one => one.role === "first_frame");
  if (mode === "image" && !isOpened) return t("Add the picture to begin with.");
  if (mode === "media" && !used.value.length) return t("Add a reference.");
  return null;
}

/** Writes a new order like one that was made before. @param {Job} job */
export function like(job) {
  const made = modelOf(job.model);
  change({
    model: job.model,
    mode: "text",
    prompt: job.prompt,
    ratio: job.ratio,
    resolution: job.resolution,
    duration_s: job.duration_s,
    seed: made?.takes_seed ? String(job.seed) : "",
    audio: job.audio,
    fixed_lens: job.fixed_lens,
  });
}
