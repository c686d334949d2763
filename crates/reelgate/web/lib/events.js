// Server-sent events over `fetch`, because an EventSource cannot say who is asking.

import { BASE, credentials } from "./api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Tells every event until it is stopped, over as many connections as that takes.
 * @param {string} path
 * @param {(data: any) => void} tell
 * @returns {() => void} stops it
 */
export function follow(path, tell) {
  const stop = new AbortController();
  void run(path, tell, stop.signal);
  return () => stop.abort();
}

/** @param {string} path @param {(data: any) => void} tell @param {AbortSignal} signal */
async function run(path, tell, signal) {
  let lastId = "";
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      /** @type {Record<string, string>} */
      const headers = { ...credentials(), accept: "text/event-stream" };
      if (lastId) headers["last-event-id"] = lastId;
      const response = await fetch(BASE + path, {
        headers,
        signal,
        cache: "no-store",
      });
      if (response.status === 204) return;
      if (response.status === 401 || response.status === 404) return;
      if (response.ok && response.body) {
        wait = FIRST_WAIT_MS;
        await read(response.body, event => {
          if (event.id) lastId = event.id;
          if (event.data) tell(JSON.parse(event.data));
        });
      }
    } catch {
      // A broken line is taken up again below.
    }
    await pause(wait + Math.random() * wait, signal);
    wait = Math.min(LONGEST_WAIT_MS, wait * 2);
  }
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), {
      once: true,
    });
  });
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {(event: {id: string, data: string}) => void} tell
 */
async function read(body, tell) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true }))
      .replaceAll("\r\n", "\n")
      .split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) tell(parse(block));
  }
}

/** @param {string} block */
function parse(block) {
  const event = { id: "", data: "" };
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "id") event.id = value ?? "";
    if (name === "data") event.data += value;
  }
  return event;
}
