// Who is signed in: with a session of the server, or with a key that was pasted into this tab.

import { ask, get, key, Refusal, team } from "./api.js";
import { keep, kept, secret } from "./keep.js";
import { computed, signal } from "./ui.js";

/**
 * @typedef {{id: string, name: string, role: "user" | "operator" | "key"}} User
 * @typedef {{id: string, name: string, kind: "personal" | "team", role: string,
 *   balance: string, held: string, studio_key?: string}} Account
 * @typedef {{version: string, sign_in: string[], openid: string | null,
 *   top_up: string[]}} Server
 */

/** Nothing until it is known, null when nobody is. */
export const user = signal(/** @type {User | null | undefined} */ (undefined));
export const accounts = signal(/** @type {Account[]} */ ([]));
/** What the server offers to everybody; empty where it has no people, only keys. */
export const server = signal(
  /** @type {Server} */ ({ version: "", sign_in: [], openid: null, top_up: ["code"] }),
);
/** Of the account that is acted for. */
export const balance = signal(/** @type {{balance: string, held: string} | null} */ (null));

export const account = computed(() => {
  const list = accounts.value;
  return list.find(one => one.id === team.value) ?? list.find(one => one.kind === "personal");
});
export const isOperator = computed(() => user.value?.role === "operator");
/** Whether a person is signed in, who may have teams and a password. */
export const isPerson = computed(() => Boolean(user.value) && user.value?.role !== "key");

/** Whether somebody will probably turn out to be signed in. */
export const hasProof = () =>
  Boolean(secret.read()) || kept("signed-in", false) || /^#sign(-in=|ed-in$)/.test(location.hash);

/** Finds out who this is, once, when the page begins. */
export async function begin() {
  await learnServer();
  const link = /^#sign-in=([\w-]+)/.exec(location.hash)?.[1];
  if (link) {
    // The token works once; it must not stay in the bar or in the history.
    history.replaceState(null, "", location.pathname);
    await signIn({ link }).catch(() => (user.value = null));
    if (user.value) return;
  }
  if (location.hash === "#signed-in") {
    // Another service's word has just opened a session.
    history.replaceState(null, "", location.pathname);
    secret.write(null);
    keep("signed-in", true);
  }
  const pasted = secret.read();
  if (pasted) await signInWithKey(pasted).catch(signedOut);
  else if (kept("signed-in", false)) await get("/session").then(signedIn, signedOut);
  else user.value = null;
}

async function learnServer() {
  const found = await get("/server").catch(() => null);
  if (found?.sign_in) server.value = found;
}

/** @param {{name?: string, password?: string, link?: string}} proof */
export async function signIn(proof) {
  key.value = null;
  signedIn(await ask("POST", "/session", proof));
}

/** @param {string} text */
export async function signInWithKey(text) {
  const before = key.value;
  key.value = text;
  try {
    const found = await get("/balance");
    secret.write(text);
    const name = `${text.slice(0, 8)}…${text.slice(-4)}`;
    user.value = { id: "", name, role: "key" };
    const own = {
      id: "",
      name,
      kind: /** @type {const} */ ("personal"),
      role: "owner",
    };
    accounts.value = [{ ...own, balance: found.balance, held: found.held }];
    balance.value = found;
  } catch (error) {
    key.value = before;
    if (error instanceof Refusal && error.status === 401) secret.write(null);
    throw error;
  }
}

/** @param {{user: User, accounts: Account[], server?: Server}} found */
function signedIn(found) {
  keep("signed-in", true);
  accounts.value = found.accounts;
  if (found.server) server.value = found.server;
  const wanted = kept("team", null);
  team.value = found.accounts.some(one => one.id === wanted) ? wanted : null;
  const now = account.value;
  balance.value = now ? { balance: now.balance, held: now.held } : null;
  user.value = found.user;
}

function signedOut() {
  keep("signed-in", null);
  secret.write(null);
  key.value = null;
  team.value = null;
  balance.value = null;
  accounts.value = [];
  user.value = null;
}

/** Ends the session on the server as well, even when this page is left at once. */
export async function signOut() {
  const isSession = !key.value;
  // First the pages: what they ask for from here on would be refused.
  signedOut();
  if (!isSession) return;
  await ask("DELETE", "/session", undefined, { keepalive: true }).catch(error => {
    // It had ended already.
    if (!(error instanceof Refusal && error.status === 401)) throw error;
  });
}

/** @param {string | null} id */
export function actFor(id) {
  team.value = accounts.value.find(one => one.id === id && one.kind === "team")?.id ?? null;
  keep("team", team.value);
  void refreshBalance();
}

/** Money has moved, or may have. */
export async function refreshBalance() {
  balance.value = await get("/balance").catch(() => balance.value);
}

/** Reads the session again: a team was made, or its money moved. */
export async function refreshSession() {
  if (isPerson.value) signedIn(await get("/session"));
}

/** The session has ended elsewhere. @param {unknown} error */
export function noticeEnd(error) {
  if (error instanceof Refusal && error.status === 401 && user.value) signedOut();
}
