// Requests to the native API: one place that knows how this browser shows who it is.

import { signal } from "./ui.js";

export const BASE = "/api/reelgate/v1";

/** The pasted key, where one is used instead of a session. */
export const key = signal(/** @type {string | null} */ (null));
/** The team that is acted for, where it is not the user's own account. */
export const team = signal(/** @type {string | null} */ (null));

/** A refusal, in the words of the server. */
export class Refusal extends Error {
  /**
   * @param {number} status 0 when the server was not reached
   * @param {string} message
   * @param {string} [code]
   * @param {string} [field] which part of the request is to blame
   * @param {number} [retryAfter] seconds
   */
  constructor(status, message, code = "", field = "", retryAfter = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.retryAfter = retryAfter;
  }
}

/** @returns {Record<string, string>} */
export function credentials() {
  /** @type {Record<string, string>} */
  const headers = { "reelgate-studio": "1" };
  if (key.value) headers.authorization = `Bearer ${key.value}`;
  else if (team.value) headers["reelgate-account"] = team.value;
  return headers;
}

/**
 * @param {string} method
 * @param {string} path below the API's own folder, or from the root
 * @param {unknown} [body] sent as JSON, or as it is when it is a form
 * @param {{signal?: AbortSignal, headers?: Record<string, string>}} [more]
 * @returns {Promise<any>} the answer's JSON
 */
export async function ask(method, path, body, more = {}) {
  const isForm = body instanceof FormData;
  const headers = { ...credentials(), ...more.headers };
  if (body !== undefined && !isForm) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(path.startsWith("/api") ? path : BASE + path, {
      method,
      headers,
      body: isForm ? body : body === undefined ? undefined : JSON.stringify(body),
      signal: more.signal,
      cache: "no-store",
    });
  } catch (error) {
    if (more.signal?.aborted) throw error;
    throw new Refusal(0, "The server cannot be reached", "unreachable");
  }
  const text = await response.text();
  const answer = parsed(text);
  if (response.ok) return answer;
  throw refused(response, answer, text);
}

/** @param {string} path @param {{signal?: AbortSignal}} [more] */
export const get = (path, more) => ask("GET", path, undefined, more);
/**
 * @param {string} path
 * @param {unknown} [body]
 * @param {{headers?: Record<string, string>}} [more]
 */
export const post = (path, body, more) => ask("POST", path, body, more);

/** @param {string} text */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** @param {Response} response @param {any} answer @param {string} text */
function refused(response, answer, text) {
  const error = answer?.error ?? {};
  const message = error.message ?? (text.slice(0, 200).trim() || response.statusText);
  const after = Number(response.headers.get("retry-after")) || 0;
  return new Refusal(response.status, message, error.code ?? "", error.field ?? "", after);
}

/**
 * The same file, from wherever this page came from: links begin with the server's public address,
 * which need not be the one in this browser's bar.
 * @param {string | null | undefined} url
 */
export function near(url) {
  if (!url) return "";
  const at = url.indexOf("/files/");
  return at > 0 && /^https?:\/\/[^/]+$/.test(url.slice(0, at)) ? url.slice(at) : url;
}
