// A server of its own on a folder of its own, and a browser that tells when a page complains.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const ROOT = path.resolve(import.meta.dirname, "../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
const BINARY = process.env.REELGATE_BIN ?? path.join(TARGET, "debug/reelgate");
/** What the server is given: it refuses variables of its own that it does not know. */
const { REELGATE_BIN: _, ...ENVIRONMENT } = process.env;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const INSTALLED = ["/usr/bin/chromium", "/usr/bin/google-chrome"];
/** None: the one that Playwright has brought. */
const CHROMIUM = process.env.CHROMIUM ?? INSTALLED.find(name => existsSync(name));
const STARTS_WITHIN_MS = 30_000;

/** @typedef {{url: string, key: string, command: (...args: string[]) => string,
 *   type: (input: string, ...args: string[]) => string,
 *   api: (method: string, path: string, body?: any) => Promise<any>,
 *   stop: () => Promise<void>}} Server */

/**
 * @param {string[]} [more] options of `reelgate serve`
 * @param {{settings?: string, env?: Record<string, string>}} [set] a file of settings, variables
 * @returns {Promise<Server>}
 */
export async function serve(more = [], { settings, env = {} } = {}) {
  const data = mkdtempSync(path.join(tmpdir(), "reelgate-browser-"));
  const address = path.join(data, "address");
  if (settings) {
    const file = path.join(data, "settings.toml");
    writeFileSync(file, settings);
    more = [...more, "--config", file];
  }
  const options = ["--listen", "127.0.0.1:0", "--address-file", address, ...more];
  const child = spawn(BINARY, ["--data", data, "serve", ...options], {
    stdio: "ignore",
    env: { ...ENVIRONMENT, ...env },
  });
  const ended = new Promise(resolve => child.once("exit", resolve));
  const until = Date.now() + STARTS_WITHIN_MS;
  while (!existsSync(address) || !readFileSync(address, "utf8")) {
    assert.ok(Date.now() < until && child.exitCode === null, "the server starts");
    await pause(50);
  }
  const url = `http://${readFileSync(address, "utf8").trim()}`;
  const type = (/** @type {string} */ input, /** @type {string[]} */ ...args) =>
    execFileSync(BINARY, ["--data", data, ...args], {
      encoding: "utf8",
      env: ENVIRONMENT,
      input,
    }).trim();
  const command = (/** @type {string[]} */ ...args) => type("", ...args);
  command("account", "create", "first", "--credits", "10000");
  const key = command("key", "create", "--account", "first", "--manage").split("\n").pop() ?? "";
  return {
    url,
    key,
    command,
    type,
    async api(method, to, body) {
      const response = await fetch(`${url}/api/reelgate/v1${to}`, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
      });
      assert.ok(response.ok, `${method} ${to}: ${response.status}`);
      return response.json();
    },
    async stop() {
      try {
        // Fails where the books do not agree with what happened.
        command("audit");
      } finally {
        child.kill("SIGTERM");
        await ended;
        rmSync(data, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Orders the smallest clip and waits for it.
 * @param {Server} server
 * @param {any} order
 */
export async function made(server, order) {
  const whole = { resolution: "480p", duration_s: 1, ...order };
  const { id } = await server.api("POST", "/jobs", whole);
  for (;;) {
    const job = await server.api("GET", `/jobs/${id}`);
    if (job.finished_at) return job;
    await pause(100);
  }
}

export const launch = () =>
  chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

/**
 * A page on which nothing may go wrong: `finish` fails when the console showed an error, the
 * policy was violated or a script threw.
 * @param {import("playwright-core").Browser} browser
 * @param {Server} server
 * @param {{key?: string | null, expected?: RegExp} &
 *   import("playwright-core").BrowserContextOptions} [options] `expected`: what may be said
 */
export async function open(browser, server, options = {}) {
  const { key = server.key, expected, ...more } = options;
  const context = await browser.newContext({ baseURL: server.url, locale: "en-US", ...more });
  const page = await context.newPage();
  /** @type {string[]} */
  const wrongs = [];
  page.on("console", message => {
    const from = message.location().url;
    const text = `${message.text()} ${from}`;
    if (message.type() === "error" && !expected?.test(text)) wrongs.push(text);
  });
  page.on("pageerror", error => wrongs.push(error.stack ?? error.message));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", event =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  if (key) {
    await context.addInitScript(key => sessionStorage.setItem("reelgate.key", key), key);
  }
  page.setDefaultTimeout(120_000);
  const finish = async () => {
    await context.close();
    assert.deepEqual(wrongs, [], "the page complained");
  };
  return { page, context, finish };
}

/**
 * A page on which this person has just signed in, by a link.
 * @param {import("playwright-core").Browser} browser
 * @param {Server} server
 * @param {string} name
 * @param {{expected?: RegExp} & import("playwright-core").BrowserContextOptions} [options]
 */
export async function enter(browser, server, name, options = {}) {
  const link = server.command("user", "link", name, "--server", server.url).split("\n").pop();
  const opened = await open(browser, server, { ...options, key: null });
  await opened.page.goto(String(link));
  await opened.page.getByRole("button", { name: "Create video" }).waitFor();
  return opened;
}

/**
 * No rule of WCAG A or AA that a machine can check is broken.
 * @param {import("playwright-core").Page} page
 */
export async function isAccessible(page) {
  // A half faded-in text has no contrast yet.
  await page.evaluate(() => {
    const ending = document
      .getAnimations()
      .filter(one => one.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.all(ending.map(one => one.finished.catch(() => null)));
  });
  // The page's policy lets no foreign script in; the debugger may put one there.
  await page.evaluate(readFileSync(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      runOnly: { type: "tag", values: tags },
    });
    return violations.map((/** @type {any} */ one) => [
      one.id,
      ...one.nodes.map((/** @type {any} */ node) => `${node.html} ${node.failureSummary}`),
    ]);
  });
  assert.deepEqual(found, [], `accessible: ${page.url()}`);
}

/**
 * The film plays: time goes on, and what is to be seen is not one colour.
 * @param {import("playwright-core").Page} page @param {string} selector
 */
export async function plays(page, selector) {
  await page.waitForFunction(selector => {
    const film = document.querySelector(selector);
    return film instanceof HTMLVideoElement && film.currentTime > 0.1 && !film.error;
  }, selector);
  const colours = await page.evaluate(selector => {
    const film = /** @type {HTMLVideoElement} */ (document.querySelector(selector));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [64, 36];
    const context = canvas.getContext("2d");
    context?.drawImage(film, 0, 0, 64, 36);
    const pixels = context?.getImageData(0, 0, 64, 36).data ?? [];
    const seen = new Set();
    for (let at = 0; at < pixels.length; at += 4) {
      seen.add(`${pixels[at]} ${pixels[at + 1]} ${pixels[at + 2]}`);
    }
    return seen.size;
  }, selector);
  assert.ok(colours > 50, `a picture has many colours, this one ${colours}`);
}
