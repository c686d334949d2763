// A list of the server, read part by part as somebody scrolls through it.

import { get } from "./api.js";
import { batch, signal } from "./ui.js";

const PART = 100;
/** A filter may leave little of a part: parts are read until there is as much as this. */
const FOUND_WANTED = 24;

/**
 * @template T
 * @param {{path: string, slim?: (item: any) => T}} what
 */
export function collection({ path, slim = item => item }) {
  const items = signal(/** @type {T[]} */ ([]));
  const isOver = signal(false);
  const isBusy = signal(false);
  const fault = signal(/** @type {unknown} */ (null));
  let cursor = "";
  let isStopped = false;

  async function more() {
    if (isBusy.value || isOver.value || isStopped) return;
    isBusy.value = true;
    fault.value = null;
    try {
      let found = 0;
      while (!isStopped && !isOver.value && found < FOUND_WANTED) {
        found += await part();
      }
    } catch (error) {
      fault.value = error;
      isOver.value = true;
    }
    isBusy.value = false;
  }

  async function part() {
    const joint = path.includes("?") ? "&" : "?";
    const next = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const answer = await get(`${path}${joint}limit=${PART}${next}`);
    if (isStopped) return 0;
    const more = answer.data.map(slim);
    cursor = answer.next ?? "";
    batch(() => {
      items.value = items.value.concat(more);
      isOver.value = !cursor;
    });
    return more.length;
  }

  const stop = () => (isStopped = true);
  return { items, isOver, isBusy, fault, more, stop };
}
