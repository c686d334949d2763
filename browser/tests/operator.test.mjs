// The operator's pages: how the server is, what happened to a job, credits for somebody.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, isAccessible, launch, made, open, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

const WINDOWS = {
  desk: { colorScheme: /** @type {const} */ ("light") },
  telephone: {
    viewport: { width: 390, height: 844 },
    colorScheme: /** @type {const} */ ("dark"),
  },
};
const PAGES = {
  "/operator": "Done in 24 hours",
  "/operator/jobs": "native/preview",
  "/operator/accounts": "Give credits",
  "/operator/users": "Signs in with",
  "/operator/codes": "New code",
  "/operator/prices": "open_v1/seedance-2.0",
  "/operator/settings": "jobs.retention_days",
};

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

test("the operator sees the server, audits it and follows a job", async () => {
  const { page, finish } = await enter(browser, server, "root");
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
  const { page, finish } = await enter(browser, server, "root");
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

test("a person is made, let in by a link, given a role and shut out", async () => {
  const { page, finish } = await enter(browser, server, "root");
  await page.goto("/operator/users");
  await page.getByRole("button", { name: "New person" }).click();
  const form = page.getByRole("dialog", { name: "New person" });
  await form.getByLabel("Name").fill("carol");
  await isAccessible(page);
  await form.getByRole("button", { name: "Make, with a link" }).click();
  const shown = page.getByRole("dialog", { name: "A link for carol" });
  const link = await shown.getByLabel("Link").inputValue();
  await isAccessible(page);
  await shown.getByRole("button", { name: "I have it" }).click();
  const carol = await open(browser, server, { key: null, expected: /401/ });
  await carol.page.goto(link);
  await carol.page.getByRole("button", { name: "Create video" }).waitFor();
  await page.getByRole("searchbox").fill("caro");
  const row = page.getByRole("row", { name: /carol/ });
  await row.getByRole("button", { name: "Change carol" }).click();
  const change = page.getByRole("dialog", { name: "Change carol" });
  await change.getByLabel("Role").selectOption("operator");
  await change.getByRole("button", { name: "Save" }).click();
  await row.getByText("operator", { exact: true }).waitFor();
  await row.getByRole("button", { name: "Shut out" }).click();
  const sure = page.getByRole("dialog", { name: "Shut carol out?" });
  await sure.getByRole("button", { name: "Shut out" }).click();
  await row.getByText("shut out", { exact: true }).waitFor();
  await isAccessible(page);
  await carol.page.goto("/account");
  await carol.page.getByLabel("Password", { exact: true }).waitFor();
  await row.getByRole("button", { name: "Let in" }).click();
  await row.getByRole("button", { name: "Shut out" }).waitFor();
  await carol.finish();
  await finish();
});

test("a code is made, shown once and revoked", async () => {
  const { page, finish } = await enter(browser, server, "root");
  await page.goto("/operator/codes");
  await page.getByRole("button", { name: "New code" }).click();
  const form = page.getByRole("dialog", { name: "New code" });
  await form.getByLabel("Label").fill("spring");
  await form.getByLabel("Credits").fill("12.5");
  await form.getByLabel("Accounts that may redeem it").fill("4");
  await form.getByText("Altogether 50 credits at most.").waitFor();
  await form.getByRole("button", { name: "Make the code" }).click();
  const shown = page.getByRole("dialog", { name: "Your new code" });
  const code = await shown.getByLabel("Code").inputValue();
  await shown.getByRole("button", { name: "I have it" }).click();
  const { credits } = await server.api("POST", "/account/redeem", { code });
  assert.equal(credits, "12.5");
  await page.reload();
  const row = page.getByRole("row", { name: /spring/ });
  await row.getByText("1 of 4").waitFor();
  await isAccessible(page);
  await row.getByRole("button", { name: "Revoke spring" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("The code is useless now.").waitFor();
  await page.getByRole("button", { name: "Show codes that are over" }).click();
  await row.getByText("revoked").waitFor();
  await finish();
});

test("an account for programs is made and may be urgent", async () => {
  const { page, finish } = await enter(browser, server, "root");
  await page.goto("/operator/accounts");
  await page.getByRole("button", { name: "New account" }).click();
  const form = page.getByRole("dialog", { name: "New account" });
  await form.getByLabel("Name").fill("robots");
  await form.getByRole("button", { name: "Make the account" }).click();
  const highest = page.getByLabel("Highest priority of robots");
  await highest.selectOption("high");
  await page.reload();
  await highest.waitFor();
  assert.equal(await highest.inputValue(), "high");
  await isAccessible(page);
  await finish();
});

for (const [name, options] of Object.entries(WINDOWS)) {
  test(`every page of operators on a ${name}`, async () => {
    const { page, finish } = await enter(browser, server, "root", options);
    for (const [at, text] of Object.entries(PAGES)) {
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

test("nobody else is shown the way there", async () => {
  const { page, finish } = await enter(browser, server, "bert");
  assert.equal(await page.getByRole("link", { name: "Operator" }).count(), 0);
  await page.goto("/operator");
  await page.getByText("For operators only").waitFor();
  await finish();
});
