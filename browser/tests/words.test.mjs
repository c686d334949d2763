// Every text of the pages is there in every language, and the pages speak them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { isAccessible, launch, open, serve } from "./harness.mjs";

const WEB = path.resolve(import.meta.dirname, "../../crates/reelgate/web");

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

const sources = readdirSync(WEB, { recursive: true, encoding: "utf8" })
  .filter(name => name.endsWith(".js") && !/^(vendor|words)\//.test(name))
  .map(name => readFileSync(path.join(WEB, name), "utf8"))
  .join("\n");
const gaps = (/** @type {string} */ text) => (text.match(/\{\w+\}/g) ?? []).sort();

for (const language of ["ja", "ko", "pl"]) {
  test(`${language} has every text and no other`, async () => {
    const words = (await import(path.join(WEB, `words/${language}.js`))).default;
    const used = [...sources.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
      JSON.parse(String(text)),
    );
    assert.ok(used.length > 200);
    assert.deepEqual(
      used.filter(text => !(text in words)),
      [],
      "not translated",
    );
    const unused = Object.keys(words).filter(text => !sources.includes(JSON.stringify(text)));
    assert.deepEqual(unused, [], "translated for nobody");
    for (const [text, other] of Object.entries(words)) {
      assert.deepEqual(gaps(other), gaps(text), text);
    }
  });
}

/** @type {[string, string, string][]} the browser's language, the button, the first guide */
const SPOKEN = [
  ["ja-JP", "動画を作成", "最初の動画"],
  ["ko-KR", "영상 만들기", "첫 영상"],
  ["pl-PL", "Utwórz wideo", "Pierwsze wideo"],
];

for (const [locale, button, guide] of SPOKEN) {
  test(`a browser that asks for ${locale} gets it, and its guides`, async () => {
    const { page, finish } = await open(browser, server, { locale });
    await page.goto("/create");
    await page.getByRole("button", { name: button }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale.slice(0, 2));
    await isAccessible(page);
    await page.goto("/docs/quickstart");
    await page.getByRole("heading", { name: guide }).waitFor();
    await page.goto("/docs/prompt-guide");
    await page.locator(`.prose[lang=${locale.slice(0, 2)}] h1`).waitFor();
    await finish();
  });
}

test("a chosen language stays", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/create");
  await page.getByRole("combobox", { name: "Language" }).selectOption("ko");
  await page.getByRole("button", { name: "영상 만들기" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "영상 만들기" }).waitFor();
  await finish();
});
