// Keys, webhooks, codes and the statement, as their owner uses them.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { isAccessible, launch, made, open, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  [server, browser] = await Promise.all([serve(["--allow-private-network"]), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a key is made, shown once, changed and revoked", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/account/keys");
  await page.getByRole("button", { name: "New key" }).click();
  const form = page.getByRole("dialog", { name: "New key" });
  await form.getByLabel("Name").fill("agent");
  await form.getByLabel("Credits a day").fill("45");
  await form.getByRole("button", { name: "Make the key" }).click();
  const shown = page.getByRole("dialog", { name: "Your new key" });
  const key = await shown.getByLabel("Key").inputValue();
  assert.match(key, /^sk_live_/);
  await shown.getByRole("button", { name: "I have it" }).click();
  const row = page.getByRole("row", { name: /agent/ });
  await row.getByText("45 credits a day").waitFor();
  const balance = () =>
    fetch(`${server.url}/api/reelgate/v1/balance`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await balance()).status, 200);
  await row.getByRole("button", { name: "Change" }).click();
  const change = page.getByRole("dialog", { name: "Change the key" });
  await change.getByLabel("Longest clip, in seconds").fill("5");
  await change.getByRole("button", { name: "Save" }).click();
  await row.getByText("up to 5 s").waitFor();
  await row.getByText("45 credits a day").waitFor();
  await row.getByRole("button", { name: "Revoke" }).click();
  const sure = page.getByRole("dialog", { name: "Revoke this key?" });
  await sure.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("The key is useless now.").waitFor();
  await finish();
  assert.equal((await balance()).status, 401);
});

test("a webhook is made, tested, looked at and sent once more", async () => {
  /** @type {string[]} */
  const heard = [];
  const receiver = createServer((request, response) => {
    heard.push(String(request.headers["webhook-id"]));
    request.resume().on("end", () => response.writeHead(204).end());
  });
  await new Promise(resolve => receiver.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (receiver.address());
  const { page, finish } = await open(browser, server);
  await page.goto("/account/webhooks");
  await page.getByRole("button", { name: "New endpoint" }).click();
  const form = page.getByRole("dialog", { name: "New endpoint" });
  await form.getByLabel("Address").fill(`http://127.0.0.1:${port}/hear`);
  await form.getByRole("button", { name: "Save" }).click();
  const secret = page.getByRole("dialog", { name: "The secret" });
  assert.match(await secret.getByLabel("The secret").inputValue(), /^whsec_/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const row = page.getByRole("row", { name: /webhook\.test/ });
  await row.waitFor();
  while (!(await row.getByText("received").count())) {
    await page.getByRole("button", { name: "Look again" }).click();
  }
  await row.getByRole("button", { name: "Look", exact: true }).click();
  const delivery = page.getByRole("dialog", { name: "Delivery" });
  await delivery.getByText('"webhook.test"').waitFor();
  await delivery.getByRole("button", { name: "Send once more" }).click();
  await delivery.getByRole("row", { name: /^2 / }).waitFor();
  await finish();
  receiver.closeAllConnections();
  receiver.close();
  assert.equal(heard.length, 2);
  assert.equal(heard[0], heard[1]);
});

test("messages to an order's own address are on its page, and sent once more", async () => {
  let heard = 0;
  const receiver = createServer((request, response) => {
    heard += 1;
    request.resume().on("end", () => response.writeHead(204).end());
  });
  await new Promise(resolve => receiver.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (receiver.address());
  const callback_url = `http://127.0.0.1:${port}/hear`;
  const job = await made(server, { prompt: "A quiet lake", callback_url });
  const { page, finish } = await open(browser, server);
  await page.goto(`/watch/${job.id}`);
  await page.getByText("Messages to the order's own address").click();
  const row = page.getByRole("region", { name: "Deliveries" }).getByRole("row").nth(1);
  await row.waitFor();
  while (!(await row.getByText("received").count())) {
    await page.getByRole("button", { name: "Look again" }).click();
  }
  const before = heard;
  await row.getByRole("button", { name: "Look", exact: true }).click();
  const delivery = page.getByRole("dialog", { name: "Delivery" });
  await delivery.getByRole("button", { name: "Send once more" }).click();
  await delivery.getByRole("row", { name: /^2 / }).waitFor();
  await finish();
  receiver.closeAllConnections();
  receiver.close();
  assert.equal(heard, before + 1);
});

test("a code brings credits, and the statement says where they went", async () => {
  const code = server.command("code", "create", "--credits", "25").split("\n").pop() ?? "";
  const job = await made(server, { prompt: "A quiet lake" });
  // What a browser says about the refusal of a wrong code.
  const { page, finish } = await open(browser, server, { expected: /404.*redeem/ });
  await page.goto("/account");
  await page.getByLabel("Code").fill("no such code");
  await page.getByRole("button", { name: "Redeem" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Redeem" }).click();
  await page.getByText("25 credits were added.").waitFor();
  const statement = page.getByRole("region", { name: "Statement" });
  await statement.getByText("+25").waitFor();
  const charged = statement.getByRole("row", { name: /Charged/ });
  assert.match((await charged.first().textContent()) ?? "", new RegExp(job.id));
  await finish();
});

test("usage is drawn by day, model and key, and can be read as tables", async () => {
  await made(server, { prompt: "A quiet sea" });
  const { page, finish } = await open(browser, server);
  await page.goto("/account/usage");
  await page.getByRole("img", { name: /^Credits a day: most on / }).waitFor();
  const models = page.getByRole("img", { name: /^By model: native\/preview .* credits?/ });
  await models.waitFor();
  await page.getByRole("img", { name: /^By key: / }).waitFor();
  await page.getByRole("radio", { name: "Orders" }).click();
  await page.getByRole("img", { name: /^By model: native\/preview \d+ orders?/ }).waitFor();
  await page.getByText("As a table").nth(1).click();
  const table = page.getByRole("region", { name: "Model" });
  await table.getByRole("row", { name: /native\/preview/ }).waitFor();
  await isAccessible(page);
  await finish();
});
