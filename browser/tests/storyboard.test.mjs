// Shots in order, each an order of its own, and the film that they make together.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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

/** @param {import("playwright-core").Page} page */
const lengthOf = page =>
  page.evaluate(() => document.querySelector("video")?.duration ?? Number.NaN);

test("three shots become one film, and a changed one is made anew", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/storyboard");
  await page.getByRole("radio", { name: "480p" }).click();
  const shots = ["A harbour at dusk", "A fisherman coils rope", "The boat leaves"];
  for (const [at, prompt] of shots.entries()) {
    if (at) await page.getByRole("button", { name: "Add a shot" }).click();
    await page.getByLabel(`What is seen in shot ${at + 1}`).fill(prompt);
    await page.getByLabel("Length").nth(at).selectOption("1");
  }
  await page.getByLabel("goes on from the shot before").first().check();
  await isAccessible(page);
  await page.getByText("3 credits").waitFor();
  await page.getByRole("button", { name: "Render 3 shots" }).click();
  const film = page.getByRole("region", { name: "The film" });
  await film.locator("video").waitFor({ timeout: 60_000 });
  await page.evaluate(() => document.querySelector("video")?.play());
  await plays(page, ".board-film video");
  assert.ok(Math.abs((await lengthOf(page)) - 3) < 0.05, "as long as its shots");
  await isAccessible(page);

  const waiting = page.waitForEvent("download");
  await film.getByRole("link", { name: "Download the film" }).click();
  const file = readFileSync(await (await waiting).path());
  const form = new FormData();
  form.append("file", new File([new Uint8Array(file)], "film.mp4", { type: "video/mp4" }));
  const sent = await fetch(`${server.url}/api/reelgate/v1/uploads`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}` },
    body: form,
  });
  assert.equal(sent.status, 201, "a film that the platform itself can read");
  assert.equal((await sent.json()).kind, "video");

  await page.getByLabel("What is seen in shot 3").fill("The boat is gone");
  await page.getByRole("button", { name: "Render 1 shot" }).click();
  await page.getByRole("button", { name: "All shots are done" }).waitFor({ timeout: 60_000 });
  await page.reload();
  await film.locator("video").waitFor();
  await finish();
  const { data } = await server.api("GET", "/jobs");
  assert.equal(data.length, 4);
});

test("a shot that nothing is written about is not ordered", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/storyboard");
  await page.getByRole("button", { name: "Render 1 shot" }).click();
  await page.getByText("Write every shot.").waitFor();
  await finish();
});
