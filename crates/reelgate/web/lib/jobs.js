// The jobs that this page knows, as they are now. Events bring changes; the place in line, which
// events do not tell, is asked for.

import { get, post, team } from "./api.js";
import { follow } from "./events.js";
import { refreshBalance, user } from "./session.js";
import { computed, effect, signal } from "./ui.js";

/** @typedef {import("./types.js").Job} Job */

const RECENT_MAX = 60;
const LINE_EVERY_MS = 2500;
const LINE_ASKED_MAX = 8;

/** Newest first. */
export const recent = signal(/** @type {Job[]} */ ([]));
export const active = computed(() => recent.value.filter(job => !isOver(job)));
export const isLoaded = signal(false);

/** @type {Set<(job: Job) => void>} Who else wants to hear of every change. */
const listeners = new Set();

/** @param {(job: Job) => void} listener */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {Job} job */
export const isOver = job => job.state !== "queued" && job.state !== "running";

/** @param {string} id */
export const jobOf = id => recent.value.find(job => job.id === id);

/** Takes in what was heard of a job, unless something newer is known. @param {Job} heard */
export function note(heard) {
  const known = jobOf(heard.id);
  if (known && known.updated_at > heard.updated_at) return;
  const job = {
    ...heard,
    queue: heard.queue ?? (known?.state === heard.state ? known.queue : null),
  };
  const others = recent.value.filter(one => one.id !== job.id);
  const at = others.findIndex(one => one.created_at < job.created_at);
  others.splice(at < 0 ? others.length : at, 0, job);
  recent.value = others.slice(0, RECENT_MAX);
  for (const listener of listeners) listener(job);
  if (isOver(job) && known && !isOver(known)) void refreshBalance();
}

/** @param {string} id */
export function forget(id) {
  recent.value = recent.value.filter(job => job.id !== id);
}

let users = 0;
let stop = () => {};

/** Keeps the jobs up to date for as long as somebody looks. */
export function watch() {
  users += 1;
  if (users === 1) stop = start();
  return () => {
    users -= 1;
    if (users === 0) stop();
  };
}

function start() {
  let unfollow = () => {};
  const stopEffect = effect(() => {
    // Another person or another team: everything begins anew.
    const who = `${user.value?.id} ${user.value?.name} ${team.value}`;
    unfollow();
    recent.value = [];
    isLoaded.value = false;
    if (!user.value || !who) return;
    unfollow = follow("/events", note);
    void reload();
  });
  const timer = setInterval(askForPlaces, LINE_EVERY_MS);
  return () => {
    stopEffect();
    unfollow();
    clearInterval(timer);
  };
}

async function reload() {
  const found = await get(`/jobs?limit=${RECENT_MAX}`).catch(() => null);
  for (const job of found?.data ?? []) note(job);
  isLoaded.value = true;
  void askForPlaces();
}

async function askForPlaces() {
  if (document.hidden) return;
  const waiting = active.value.filter(job => job.state === "queued");
  for (const job of waiting.slice(-LINE_ASKED_MAX)) {
    const found = await get(`/jobs/${job.id}`).catch(() => null);
    if (found) note(found);
  }
}

/** 32 hex digits. `randomUUID` is there over https only. */
function oneTimeName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {any} order @returns {Promise<Job>} */
export async function submit(order) {
  const headers = { "idempotency-key": oneTimeName() };
  const job = await post("/jobs", order, { headers });
  note(job);
  void refreshBalance();
  return job;
}

/** @param {string} id */
export async function cancel(id) {
  note(await post(`/jobs/${id}/cancel`));
}

/** @param {string} id @returns {Promise<Job>} */
export async function rerun(id) {
  const job = await post(`/jobs/${id}/rerun`);
  note(job);
  void refreshBalance();
  return job;
}
