// What happens to jobs after they were ordered: watching, cancelling, changing, looking back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAccessible, launch, made, open, plays, serve } from "./harness.mjs";

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

test("a clip is seen while it is made", async () => {
  const order = { prompt: "A lighthouse at dusk", duration_s: 20, resolution: "1080p" };
  const { id } = await server.api("POST", "/jobs", order);
  // The page may ask for a picture just when there is none any more.
  const { page, finish } = await open(browser, server, { expected: /404.*frame/ });
  await page.goto("/watch");
  const seen = page.locator(`[data-job=${id}] img.glimpse`);
  await seen.waitFor();
  const first = Number(await seen.getAttribute("data-frame"));
  const frames = [first];
  while (frames.length < 2) {
    const now = Number(await seen.getAttribute("data-frame"));
    if (now > first) frames.push(now);
  }
  assert.ok(await seen.evaluate((/** @type {HTMLImageElement} */ image) => image.naturalWidth > 0));
  await isAccessible(page);
  await page.goto(`/watch/${id}`);
  await page.locator("img.glimpse").waitFor();
  await isAccessible(page);
  await server.api("POST", `/jobs/${id}/cancel`);
  await page.locator("[data-state=cancelled]").waitFor();
  assert.equal(await page.locator("img.glimpse").count(), 0);
  await finish();
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

test("a clip is shared by a link that needs no sign-in", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto(`/watch/${fox}`);
  await page.getByRole("button", { name: "Share" }).click();
  const window = page.getByRole("dialog", { name: "Share" });
  await window.getByRole("radio", { name: "30 days" }).click();
  await window.getByRole("button", { name: "Make the link" }).click();
  const link = await window.getByLabel("Link").inputValue();
  await isAccessible(page);
  await finish();
  const answer = await fetch(link, { method: "GET" });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^(video\/mp4|text\/html)/);
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
