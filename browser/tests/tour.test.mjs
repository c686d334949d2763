// Every page in light and dark, on a desk and on a telephone: nothing is complained about, nothing
// is out of reach for those who see, hear or move otherwise, and nothing hangs over the side.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAccessible, launch, made, open, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
let job = "";

const DESK = {
  viewport: { width: 1440, height: 900 },
  colorScheme: /** @type {const} */ ("light"),
};
const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: /** @type {const} */ ("dark") };

before(async () => {
  [server, browser] = await Promise.all([serve(), launch()]);
  const orders = ["A red fox in the snow", "Rain on a night street"];
  const jobs = await Promise.all(orders.map(prompt => made(server, { prompt })));
  job = jobs[0]?.id;
  await server.api("POST", "/webhooks", { url: "https://example.com/reelgate", enabled: false });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** @returns {[string, string][]} address, and a text that is there when the page is */
const places = () => [
  ["/create", "Create video"],
  ["/storyboard", "Add a shot"],
  ["/watch", "A red fox in the snow"],
  [`/watch/${job}`, "SHA-256"],
  ["/gallery", "2 in all"],
  ["/account", "Statement"],
  ["/account/usage", "By model"],
  ["/account/keys", "Last used"],
  ["/account/webhooks", "https://example.com/reelgate"],
  ["/account/files", "Nothing yet."],
  ["/pricing", "native/preview-image"],
  ["/docs", "A first video"],
  ["/docs/api/webhooks", "Signatures"],
  ["/docs/reference/native", "/api/reelgate/v1/quote"],
];

for (const [name, options] of Object.entries({ DESK, PHONE })) {
  test(`every page on a ${name.toLowerCase()}`, async () => {
    const { page, finish } = await open(browser, server, options);
    for (const [at, text] of places()) {
      await page.goto(at);
      await page.getByText(text, { exact: false }).first().waitFor({ state: "attached" });
      await isAccessible(page);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(over <= 0, `${at} is ${over} pixels too wide`);
    }
    await finish();
  });
}
