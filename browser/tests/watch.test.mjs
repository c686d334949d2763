// What happens to jobs after they were ordered: watching, cancelling, changing, looking back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, made, open, plays, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
let fox = "";

before(async () => {
  // One worker, so that there is a line to stand in.
  [server, browser] = await Promise.all([serve(["--workers", "1"]), launch()]);
  fox = (await made(server, { prompt: "A red fox in the snow", seed: 7 })).id;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a job that waits shows its place and can be cancelled", async () => {
  const long = { prompt: "A slow river", duration_s: 20, resolution: "1080p" };
  const first = await server.api("POST", "/jobs", long);
  const second = await server.api("POST", "/jobs", { ...long, prompt: "A slow river again" });
  const { page, finish } = await open(browser, server);
  await page.goto("/watch");
  const waiting = page.locator(`[data-job=${second.id}]`);
  await waiting.getByText(/Next in line|before you/).waitFor();
  const running = page.locator(`[data-job=${first.id}]`);
  await running.getByRole("progressbar").waitFor();
  await waiting.getByRole("button", { name: "Cancel" }).click();
  await page.locator(`[data-job=${second.id}][data-state=cancelled]`).waitFor();
  await running.getByRole("button", { name: "Cancel" }).click();
  await page.locator(`[data-job=${first.id}][data-state=cancelled]`).waitFor();
  await finish();
  assert.equal((await server.api("GET", "/balance")).held, "0");
});

test("a film is looked at frame by frame, and ordered anew with changes", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto(`/watch/${fox}`);
  await page.getByRole("button", { name: "One frame on" }).click();
  await page.getByText("2 / 24").waitFor();
  await page.getByRole("button", { name: "One frame back" }).click();
  await page.getByText("1 / 24").waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  const prompt = page.getByLabel("Prompt", { exact: true });
  await prompt.waitFor();
  assert.equal(await prompt.inputValue(), "A red fox in the snow");
  await finish();
});

test("the last frame of a clip opens the next one", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto(`/watch/${fox}`);
  await page.getByRole("button", { name: "Extend" }).click();
  await page.getByText("last-frame").first().waitFor();
  await page.locator(".chip[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Create video" }).click();
  await plays(page, ".card-large[data-state=succeeded] video");
  await finish();
  const { data } = await server.api("GET", "/assets");
  assert.equal(data.length, 1);
});

test("two films are compared side by side", async () => {
  await made(server, { prompt: "A red fox at night", seed: 7 });
  const { page, finish } = await open(browser, server);
  await page.goto("/watch");
  for (const prompt of ["A red fox in the snow", "A red fox at night"]) {
    const card = page.getByRole("article", { name: `Done: ${prompt}`, exact: true }).first();
    await card.getByLabel("Compare").check();
  }
  await page.getByRole("button", { name: "Compare 2" }).click();
  await page.getByRole("button", { name: "Play all" }).click();
  await plays(page, ".compare figure:nth-child(1) video");
  await plays(page, ".compare figure:nth-child(2) video");
  await finish();
});

test("the gallery finds, shows and removes", async () => {
  const doomed = await made(server, { prompt: "A blue whale below the ice" });
  const { page, finish } = await open(browser, server);
  await page.goto("/gallery");
  await page.getByRole("searchbox").fill("whale ice");
  await page.getByText("1 in all").waitFor();
  await page.locator(`[data-job=${doomed.id}]`).click();
  await page.getByText(doomed.output.sha256).waitFor();
  await page.getByRole("button", { name: "Remove" }).click();
  await page
    .getByRole("dialog", { name: "Remove this?" })
    .getByText("Remove", { exact: true })
    .click();
  await page.getByText("Removed.").waitFor();
  await finish();
  assert.equal((await server.api("GET", `/jobs/${doomed.id}`)).state, "expired");
});
