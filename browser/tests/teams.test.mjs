// Teams: made, given credits and members, spent from, and left.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, isAccessible, launch, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: /** @type {const} */ ("dark") };

before(async () => {
  [server, browser] = await Promise.all([serve(), launch()]);
  server.command("user", "add", "anna", "--account", "first");
  server.command("user", "add", "bela");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a team is made, given credits and a member", async () => {
  const { page, finish } = await enter(browser, server, "anna");
  await page.goto("/account/teams");
  await page.getByText("You are in no team yet").waitFor();
  await page.getByRole("button", { name: "New team" }).click();
  const made = page.getByRole("dialog", { name: "New team" });
  await made.getByLabel("Name").fill("north");
  await isAccessible(page);
  await made.getByRole("button", { name: "Make the team" }).click();
  const team = page.getByRole("article", { name: "north" });
  await team.getByRole("button", { name: "Add credits" }).click();
  const fund = page.getByRole("dialog", { name: "Add credits to north" });
  await fund.getByLabel("Credits").fill("60");
  await fund.getByRole("button", { name: "Move them" }).click();
  await team.getByText("60", { exact: true }).waitFor();
  await page.getByText("9,940").first().waitFor();
  await team.getByRole("button", { name: "Add somebody" }).click();
  const add = page.getByRole("dialog", { name: "Add somebody" });
  await add.getByLabel("Name").fill("bela");
  await add.getByRole("button", { name: "Add" }).click();
  await team.getByRole("row", { name: /bela/ }).waitFor();
  // The last admin can neither leave nor step down.
  assert.equal(await team.getByRole("button", { name: "Leave" }).count(), 0);
  await isAccessible(page);
  await finish();
});

test("who is not there cannot be added, and the window says so", async () => {
  const { page, finish } = await enter(browser, server, "anna", { expected: /404.*members/ });
  await page.goto("/account/teams");
  const team = page.getByRole("article", { name: "north" });
  await team.getByRole("button", { name: "Add somebody" }).click();
  const add = page.getByRole("dialog", { name: "Add somebody" });
  await add.getByLabel("Name").fill("nobody");
  await add.getByRole("button", { name: "Add" }).click();
  await add.getByRole("alert").getByText("nobody").waitFor();
  await finish();
});

test("a member spends the pool, which the team sees, and leaves", async () => {
  const { page, finish } = await enter(browser, server, "bela", PHONE);
  await page.goto("/account/teams");
  const team = page.getByRole("article", { name: "north" });
  assert.equal(await team.getByRole("button", { name: "Add somebody" }).count(), 0);
  await team.getByRole("button", { name: "Work for this team" }).click();
  await team.getByText("You work for it").waitFor();
  await isAccessible(page);
  await page.goto("/create");
  await page.getByLabel("Prompt", { exact: true }).fill("A quiet lake");
  await page.getByRole("radio", { name: "480p" }).click();
  await page.getByLabel("Length").fill("1");
  await page.getByRole("button", { name: "Create video" }).click();
  await page.locator("[data-state=succeeded]").waitFor();
  await page.goto("/account/teams");
  const row = team.getByRole("row", { name: /bela/ });
  const charged = Number(await row.locator(".share-bar span").textContent());
  assert.ok(charged > 0, `${charged} credits`);
  const wide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  assert.equal(await page.evaluate(wide), 0);
  await team.getByRole("button", { name: "Leave" }).click();
  const sure = page.getByRole("dialog", { name: "Leave the team?" });
  await sure.getByRole("button", { name: "Leave" }).click();
  await page.getByText("You are in no team yet").waitFor();
  await finish();
  const anna = await enter(browser, server, "anna");
  await anna.page.goto("/account/teams");
  await anna.page.getByText(`Former members were charged ${charged} credit`).waitFor();
  await isAccessible(anna.page);
  await anna.finish();
});
