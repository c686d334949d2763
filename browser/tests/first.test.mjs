// The first visit of a browser that knows nothing yet: how much it loads, how soon it is usable.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, serve } from "./harness.mjs";

const BYTES_MAX = 150_000;

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  [server, browser] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/**
 * @param {string} at
 * @param {[any, string]} sign role and name of what is there once the page can be used
 * @param {{key?: null}} [options]
 */
async function visit(at, [role, name], options) {
  const { page, finish } = await open(browser, server, options);
  /** @type {Promise<number>[]} */
  const sizes = [];
  page.on("requestfinished", request => {
    sizes.push(request.sizes().then(one => one.responseBodySize + one.responseHeadersSize));
  });
  await page.goto(at);
  await page.getByRole(role, { name }).waitFor();
  const usable = await page.evaluate(() => performance.now());
  const bytes = (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
  const late = await page.evaluate(() => {
    const files = performance.getEntriesByType("resource").map(one => one.name);
    const links = [...document.querySelectorAll("link[rel=modulepreload]")];
    const told = new Set(links.map(link => /** @type {HTMLLinkElement} */ (link).href));
    return files.filter(name => name.endsWith(".js") && !told.has(name));
  });
  await finish();
  return { usable, bytes, late };
}

/** @type {[string, string, [string, string], {key?: null}][]} */
const FIRST = [
  ["of somebody unknown", "/", ["button", "Sign in"], { key: null }],
  ["of somebody signed in", "/create", ["button", "Create video"], {}],
  ["of the gallery", "/gallery", ["searchbox", "Search in prompts"], {}],
];

for (const [whose, at, sign, options] of FIRST) {
  test(`the first visit ${whose} is small`, async context => {
    const { usable, bytes, late } = await visit(at, sign, options);
    assert.ok(bytes > 10_000 && bytes <= BYTES_MAX, `${bytes} bytes`);
    // Everything but the beginning and the page itself is asked for at once.
    if (options.key === null) assert.ok(late.length <= 2, `not preloaded: ${late.join(" ")}`);
    context.diagnostic(`${at}: ${bytes} bytes, ${Math.round(usable)} ms`);
  });
}
