// People: in by a password or a link, still there after a reload, and out again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAccessible, launch, open, plays, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

const PASSWORD = "correct horse";

before(async () => {
  [server, browser] = await Promise.all([serve(), launch()]);
  server.type(PASSWORD, "user", "add", "anna", "--account", "first", "--password");
  server.command("user", "add", "bert");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("somebody signs in with a password, orders, reloads and signs out", async () => {
  const { page, finish } = await open(browser, server, { key: null, expected: /401.*session/ });
  await page.goto("/gallery");
  await page.getByLabel("Name").fill("anna");
  await page.getByLabel("Password", { exact: true }).fill("wrong horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("That is not right. Please check it.").waitFor();
  await isAccessible(page);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("Create something").click();
  await page.getByLabel("Prompt", { exact: true }).fill("A paper boat crosses a puddle");
  await page.getByRole("radio", { name: "480p" }).click();
  await page.getByLabel("Length").fill("1");
  await page.getByRole("button", { name: "Create video" }).click();
  await plays(page, "[data-state=succeeded] video");
  await page.reload();
  await plays(page, "[data-state=succeeded] video");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password", { exact: true }).waitFor();
  await page.reload();
  await page.getByLabel("Password", { exact: true }).waitFor();
  await finish();
});

test("a link signs somebody in once, and leaves the bar", async () => {
  const link = server.command("user", "link", "bert", "--server", server.url).split("\n").pop();
  const { page, finish } = await open(browser, server, { key: null });
  await page.goto(String(link));
  await page.getByRole("button", { name: "Create video" }).waitFor();
  assert.equal(new URL(page.url()).hash, "");
  await page.goto("/account/safety");
  await page.getByText("this one").waitFor();
  await isAccessible(page);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("The password was changed.").waitFor();
  await finish();
  const again = await open(browser, server, { key: null, expected: /401.*session/ });
  await again.page.goto(String(link));
  await again.page.getByLabel("Password", { exact: true }).waitFor();
  await again.finish();
});
