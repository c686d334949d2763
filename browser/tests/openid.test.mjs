// In with an account elsewhere: a service of this test, spoken to over HTTP, vouches for somebody.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { isAccessible, launch, open, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let issuer;
/** Whom the service vouches for next; nobody: it refuses. @type {any} */
let somebody = null;

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const JWK = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" };

/** @param {any} value */
const encoded = value => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @param {any} claims */
function tokenOf(claims) {
  const text = `${encoded({ alg: "ES256", kid: "1" })}.${encoded(claims)}`;
  const key = /** @type {const} */ ({ key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

/** @returns {Promise<string>} where the service is */
async function vouch() {
  let nonce = "";
  issuer = createServer((request, response) => {
    const { pathname, searchParams } = new URL(String(request.url), url);
    const json = (/** @type {any} */ body) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (pathname === "/authorize") {
      nonce = searchParams.get("nonce") ?? "";
      const back = new URL(searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("state", searchParams.get("state") ?? "");
      back.searchParams.set(somebody ? "code" : "error", somebody ? "c0de" : "access_denied");
      response.writeHead(302, { location: back.href }).end();
    } else if (pathname === "/token") {
      const now = Math.floor(Date.now() / 1000);
      const word = { iss: url, aud: "studio", iat: now, exp: now + 60, nonce, ...somebody };
      json({ access_token: "x", id_token: tokenOf(word) });
    } else if (pathname === "/keys") {
      json({ keys: [JWK] });
    } else {
      json({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
      });
    }
  });
  await new Promise(resolve => issuer.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (issuer.address());
  const url = `http://127.0.0.1:${port}`;
  return url;
}

before(async () => {
  const url = await vouch();
  const settings = `[openid]
issuer = "${url}"
client_id = "studio"
title = "Film school"
create_users = true
`;
  [server, browser] = await Promise.all([serve([], { settings }), launch()]);
  server.command("user", "add", "anna@film.example");
});
after(async () => {
  await browser?.close();
  await server?.stop();
  issuer?.closeAllConnections();
  issuer?.close();
});

test("somebody comes in with an account elsewhere, stays, and comes in again", async () => {
  somebody = { sub: "7", email: "bert@film.example", email_verified: true };
  const { page, finish } = await open(browser, server, { key: null });
  await page.goto("/gallery");
  const way = page.getByRole("link", { name: "Sign in with Film school" });
  await way.waitFor();
  await isAccessible(page);
  await way.click();
  await page.getByRole("button", { name: "Create video" }).waitFor();
  assert.equal(new URL(page.url()).hash, "");
  await page.reload();
  await page.goto("/account/teams");
  await page.getByText("bert@film.example").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await way.click();
  await page.getByRole("button", { name: "Create video" }).waitFor();
  await finish();
});

test("whoever is not let in is told why", async () => {
  const { page, finish } = await open(browser, server, {
    key: null,
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
  });
  const way = page.getByRole("link", { name: "Sign in with Film school" });
  somebody = null;
  await page.goto("/sign-in");
  await way.click();
  await page.getByText("You were not signed in there.").waitFor();
  // The address is verified, but the name is somebody's, and nobody has said that they are one.
  somebody = { sub: "8", email: "anna@film.example", email_verified: true };
  await way.click();
  await page.getByText("Somebody here has your name already").waitFor();
  await isAccessible(page);
  await finish();
});
