// Credits by card: from the prices to the payment service's page and back, with a service of this
// test. It reports the payment, signed, when somebody pays on its page.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { enter, isAccessible, launch, open, serve } from "./harness.mjs";

const SECRET = "whsec_test";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let service;
/** The fields of the last payment that was begun. */
let asked = new URLSearchParams();

/** Tells the server that the payment was made. */
async function report() {
  const session = {
    client_reference_id: asked.get("client_reference_id"),
    payment_status: "paid",
    amount_total: Number(asked.get("line_items[0][price_data][unit_amount]")),
    currency: asked.get("line_items[0][price_data][currency]"),
  };
  const body = JSON.stringify({ type: "checkout.session.completed", data: { object: session } });
  const at = Math.floor(Date.now() / 1000);
  const seal = createHmac("sha256", SECRET).update(`${at}.${body}`).digest("hex");
  const headers = { "stripe-signature": `t=${at},v1=${seal}` };
  const answer = await fetch(`${server.url}/payments/stripe`, { method: "POST", headers, body });
  assert.equal(answer.status, 200, await answer.text());
}

before(async () => {
  service = createServer((request, response) => {
    if (request.method === "GET") {
      const page = `<title>Pay</title><a href="${asked.get("success_url")}">Pay</a>
        <a href="${asked.get("cancel_url")}">Back</a>`;
      return void response.setHeader("content-type", "text/html").end(page);
    }
    let body = "";
    request.on("data", part => (body += part));
    request.on("end", () => {
      asked = new URLSearchParams(body);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: "cs_1", url: `http://${request.headers.host}/pay` }));
    });
  });
  await new Promise(resolve => service.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (service.address());
  const settings = `[stripe]
base_url = "http://127.0.0.1:${port}"
key_env = "CARD_KEY"
webhook_secret_env = "CARD_SECRET"
[[stripe.plans]]
id = "small"
title = "Starter"
credits = 1000
amount = 900
currency = "eur"
[[stripe.plans]]
id = "large"
title = "Studio"
credits = 12000
amount = 9900
currency = "eur"
`;
  const env = { CARD_KEY: "sk_shop", CARD_SECRET: SECRET };
  [server, browser] = await Promise.all([serve([], { settings, env }), launch()]);
  // Where the service sends browsers back to.
  server.command("user", "add", "anna");
});
after(async () => {
  await browser?.close();
  await server?.stop();
  service?.closeAllConnections();
  service?.close();
});

test("somebody buys credits from the prices, is thanked and has them", async () => {
  const { page, finish } = await enter(browser, server, "anna");
  await page.goto("/pricing");
  await isAccessible(page);
  await page.getByRole("button", { name: "Buy Starter for €9.00" }).click();
  await page.getByRole("link", { name: "Pay" }).waitFor();
  assert.equal(asked.get("line_items[0][price_data][product_data][name]"), "Starter");
  await page.getByRole("link", { name: "Pay" }).click();
  const thanks = page.getByRole("status").filter({ hasText: "Thank you!" });
  await thanks.getByText("as soon as the payment is confirmed").waitFor();
  assert.equal(new URL(page.url()).search, "");
  await isAccessible(page);
  // The service tells the server later than the browser is back.
  await report();
  await thanks.getByText("1,000 credits were added to your balance.").waitFor();
  const statement = page.getByRole("region", { name: "Statement" });
  await statement.getByText("+1,000").waitFor();
  await isAccessible(page);
  // Told once more, it brings nothing more; and a reload thanks nobody.
  await report();
  await page.reload();
  await statement.getByText("+1,000").waitFor();
  assert.equal(await statement.getByText("+1,000").count(), 1);
  assert.equal(await thanks.count(), 0);
  await finish();
});

test("whoever changes their mind is back at their credits, with none", async () => {
  const { page, finish } = await enter(browser, server, "anna", {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
  });
  await page.goto("/account");
  await isAccessible(page);
  await page.getByRole("button", { name: "Buy Studio for €99.00" }).click();
  await page.getByRole("link", { name: "Back" }).click();
  await page.getByRole("heading", { name: "Buy credits" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/account");
  assert.equal(await page.getByText("Thank you!").count(), 0);
  await finish();
});

test("a guest sees what is sold and signs in first", async () => {
  const { page, finish } = await open(browser, server, { key: null });
  await page.goto("/pricing");
  await page.getByRole("button", { name: "Buy Starter for €9.00" }).click();
  await page.getByLabel("Password", { exact: true }).waitFor();
  await finish();
});
