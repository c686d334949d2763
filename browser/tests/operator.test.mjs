// The operator's pages: how the server is, what happened to a job, credits for somebody.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAccessible, launch, made, open, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  [server, browser] = await Promise.all([serve(), launch()]);
  server.command("user", "add", "root", "--role", "operator");
  server.command("user", "add", "bert");
  await made(server, { prompt: "A quiet lake" });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** @param {string} name */
async function enter(name) {
  const link = server.command("user", "link", name, "--server", server.url).split("\n").pop();
  const { page, finish } = await open(browser, server, { key: null });
  await page.goto(String(link));
  await page.getByRole("button", { name: "Create video" }).waitFor();
  return { page, finish };
}

test("the operator sees the server, audits it and follows a job", async () => {
  const { page, finish } = await enter("root");
  await page.getByRole("link", { name: "Operator" }).click();
  await page.getByText("Done in 24 hours").waitFor();
  await page.getByRole("button", { name: "Audit now" }).click();
  await page.getByText("Everything agrees.").waitFor();
  await isAccessible(page);
  await page.getByRole("link", { name: "Jobs" }).click();
  await page.getByRole("button", { name: "Look" }).first().click();
  await page.getByRole("region", { name: "What happened" }).getByRole("row").nth(3).waitFor();
  await isAccessible(page);
  await finish();
});

test("the operator gives credits", async () => {
  const { page, finish } = await enter("root");
  await page.goto("/operator/accounts");
  await page.getByRole("searchbox").fill("bert");
  const row = page.getByRole("row", { name: /bert/ });
  await row.getByRole("button", { name: "Give credits" }).click();
  const window = page.getByRole("dialog", { name: "bert" });
  await window.getByLabel("Credits").fill("25");
  await window.getByRole("button", { name: "Give credits" }).click();
  await row.getByText("25", { exact: true }).waitFor();
  await isAccessible(page);
  await finish();
});

test("nobody else is shown the way there", async () => {
  const { page, finish } = await enter("bert");
  assert.equal(await page.getByRole("link", { name: "Operator" }).count(), 0);
  await page.goto("/operator");
  await page.getByText("For operators only").waitFor();
  await finish();
});
