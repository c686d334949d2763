// From the address to a playing film.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAccessible, launch, open, plays, serve } from "./harness.mjs";

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

test("somebody with a key signs in, writes a prompt and watches the film", async () => {
  const { page, finish } = await open(browser, server, { key: null });
  await page.goto("/");
  await isAccessible(page);
  await page.getByRole("button", { name: "API key" }).click();
  await page.getByRole("textbox", { name: "API key" }).fill(server.key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Prompt", { exact: true }).fill("A paper boat crosses a puddle");
  await page.getByRole("radio", { name: "480p" }).click();
  await page.getByLabel("Length").fill("1");
  await page.getByText("1 credit", { exact: true }).waitFor();
  await isAccessible(page);
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Create video" }).click();
  await page.locator("[data-state=succeeded]").first().waitFor();
  await plays(page, "[data-state=succeeded] video");
  await isAccessible(page);
  await finish();
});
