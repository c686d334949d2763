// A storyboard: shots in order, all in one format. Each is an order of its own; one that goes on
// from the shot before waits for it, and begins with its last frame.

import { near, get, post } from "./api.js";
import { order } from "./draft.js";
import { isOver, jobOf, onChange, submit } from "./jobs.js";
import { keep, kept } from "./keep.js";
import { computed, effect, signal } from "./ui.js";

/** @typedef {import("./types.js").Job} Job */
/**
 * @typedef {{id: number, prompt: string, seconds: number, follows: boolean, job: string,
 *   sign: string}} Shot `sign`: what `job` was ordered as
 */

export const SHOTS_MAX = 24;
/** The price does not depend on which picture it is. */
const SOME_FRAME = { url: "https://example.com/frame.png", role: "first_frame" };

export const shots = signal(kept("board", /** @type {Shot[]} */ ([])));
/** Whether what is missing is being ordered. */
export const isRunning = signal(false);
const known = signal(/** @type {Map<string, Job>} */ (new Map()));

effect(() => keep("board", shots.value));

/** @param {number} id @param {Partial<Shot>} how */
export function alter(id, how) {
  shots.value = shots.value.map(shot => (shot.id === id ? { ...shot, ...how } : shot));
}

/** @param {string} [prompt] */
export function addShot(prompt = "") {
  if (shots.value.length >= SHOTS_MAX) return;
  const before = shots.value.at(-1);
  const id = Math.max(0, ...shots.value.map(shot => shot.id)) + 1;
  const seconds = before?.seconds ?? Math.max(1, order.value.duration_s ?? 5);
  const shot = { id, prompt, seconds, follows: before?.follows ?? false, job: "", sign: "" };
  shots.value = [...shots.value, shot];
}

/** @param {number} id */
export function dropShot(id) {
  shots.value = shots.value.filter(shot => shot.id !== id);
}

/** @param {number} id @param {number} by */
export function moveShot(id, by) {
  const from = shots.value.findIndex(shot => shot.id === id);
  const rest = shots.value.filter(shot => shot.id !== id);
  const shot = shots.value[from];
  if (!shot || from + by < 0 || from + by > rest.length) return;
  rest.splice(from + by, 0, shot);
  shots.value = rest;
}

/** The first shot has nothing to go on from. @param {number} at */
export const followsAt = at => at > 0 && Boolean(shots.value[at]?.follows);

/** @param {Shot} shot @returns {Record<string, any>} */
function orderOf(shot) {
  const { media, seed, ...rest } = order.value;
  return { ...rest, prompt: shot.prompt.trim(), duration_s: shot.seconds };
}

/** @param {number} at */
function signAt(at) {
  const shot = /** @type {Shot} */ (shots.value[at]);
  return JSON.stringify([orderOf(shot), followsAt(at) ? shots.value[at - 1]?.job : ""]);
}

/** The job of every shot, as long as it is still what the shot says. */
export const jobs = computed(() => {
  /** @type {(Job | null)[]} */
  const found = [];
  shots.value.forEach((shot, at) => {
    const job = known.value.get(shot.job) ?? null;
    const isStale = shot.sign !== signAt(at) || (followsAt(at) && !found[at - 1]);
    found.push(isStale ? null : job);
  });
  return found;
});

export const isWhole = computed(
  () => jobs.value.length > 0 && jobs.value.every(job => job?.state === "succeeded"),
);

/** Knows the jobs of the shots and orders what is missing, until it is stopped. */
export function followBoard() {
  const hear = (/** @type {Job} */ job) => {
    if (shots.value.some(shot => shot.job === job.id)) {
      known.value = new Map(known.value).set(job.id, job);
      void advance();
    }
  };
  for (const { job } of shots.value) {
    const now = jobOf(job);
    if (now) hear(now);
    else if (job) get(`/jobs/${job}`).then(hear, () => null);
  }
  return onChange(hear);
}

/** Orders all that is missing, shot by shot. */
export function begin() {
  isRunning.value = true;
  return advance();
}

export function stop() {
  isRunning.value = false;
}

let isBusy = false;

/** Orders what can be ordered now. One at a time, so that no shot is ordered twice. */
async function advance() {
  if (isBusy || !isRunning.value) return;
  isBusy = true;
  try {
    for (let at = 0; at < shots.value.length && isRunning.value; at += 1) {
      const job = jobs.value[at];
      if (job?.state === "succeeded" || (job && !isOver(job))) continue;
      const before = followsAt(at) ? jobs.value[at - 1] : null;
      // Its turn comes when the shot before is done; when that failed, the user decides.
      if (followsAt(at) && before?.state !== "succeeded") break;
      await orderShot(at, before);
    }
    const isDone = jobs.value.every(job => job && isOver(job));
    const isStuck = jobs.value.some(job => job && isOver(job) && job.state !== "succeeded");
    if (isDone || isStuck) isRunning.value = false;
  } catch (error) {
    isRunning.value = false;
    throw error;
  } finally {
    isBusy = false;
  }
}

/** @param {number} at @param {Job | null | undefined} before */
async function orderShot(at, before) {
  const shot = /** @type {Shot} */ (shots.value[at]);
  const sign = signAt(at);
  const opening = before ? [{ url: await sendLastFrame(before), role: "first_frame" }] : [];
  const job = await submit({ ...orderOf(shot), ...(before && { media: opening }) });
  known.value = new Map(known.value).set(job.id, job);
  alter(shot.id, { job: job.id, sign });
}

/** @param {Job} job @returns {Promise<string>} the address of an upload */
async function sendLastFrame(job) {
  const blob = await (await fetch(near(job.output?.last_frame_url))).blob();
  const form = new FormData();
  form.append("file", new File([blob], "last-frame.png", { type: blob.type }));
  return (await post("/uploads", form)).url;
}

/** What the shots that are missing will cost. @param {AbortSignal} signal */
export async function priceOfMissing(signal) {
  const missing = shots.value.filter((_, at) => jobs.value[at]?.state !== "succeeded");
  /** @type {Map<string, Promise<number>>} */
  const asked = new Map();
  const prices = missing.map(shot => {
    const follows = followsAt(shots.value.indexOf(shot));
    const kind = `${shot.seconds} ${follows}`;
    const body = {
      ...orderOf(shot),
      prompt: "a quiet lake",
      ...(follows && { media: [SOME_FRAME] }),
    };
    const price = asked.get(kind) ?? post("/quote", body).then(found => Number(found.price));
    asked.set(kind, price);
    return price;
  });
  const sum = (await Promise.all(prices)).reduce((sum, one) => sum + one, 0);
  return signal.aborted ? null : sum;
}
