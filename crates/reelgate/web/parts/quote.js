// What the order would cost, asked for while it is being written.

import { post, Refusal } from "../lib/api.js";
import { order } from "../lib/draft.js";
import { balance, user } from "../lib/session.js";
import { effect, signal } from "../lib/ui.js";

const WAIT_MS = 350;

/**
 * @typedef {{price: string | null, fault: string, field: string, isShort: boolean}} Quote
 */
export const quote = signal(
  /** @type {Quote} */ ({ price: null, fault: "", field: "", isShort: false }),
);

/** Keeps the quote up to date until it is stopped. */
export function beginQuote() {
  /** @type {any} */
  let timer = 0;
  let asked = new AbortController();
  const stop = effect(() => {
    const wanted = order.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      asked.abort();
      asked = new AbortController();
      void update(wanted, asked.signal);
    }, WAIT_MS);
  });
  return () => (stop(), clearTimeout(timer), asked.abort());
}

/** @param {Record<string, any>} wanted @param {AbortSignal} signal */
async function update(wanted, signal) {
  if (!user.value) return;
  // A price does not depend on the words, and the words may not be there yet.
  const { prompt, ...rest } = wanted;
  if (!prompt) wanted = { ...rest, prompt: "a quiet lake" };
  try {
    const { price } = await post("/quote", wanted);
    if (signal.aborted) return;
    const free = Number(balance.value?.balance ?? 0) - Number(balance.value?.held ?? 0);
    quote.value = {
      price,
      fault: "",
      field: "",
      isShort: Number(price) > free,
    };
  } catch (error) {
    if (signal.aborted) return;
    const { message, field } = error instanceof Refusal ? error : { message: "", field: "" };
    quote.value = { price: null, fault: message, field, isShort: false };
  }
}
