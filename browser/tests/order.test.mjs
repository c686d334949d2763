// Writing an order: references, code, the guide, and what stands in the way of one.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAccessible, launch, made, open, plays, serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** A picture, as its bytes. */
let picture = Buffer.alloc(0);

before(async () => {
  [server, browser] = await Promise.all([serve(), launch()]);
  const { output } = await made(server, { prompt: "A red fox in the snow" });
  picture = Buffer.from(await (await fetch(output.last_frame_url)).arrayBuffer());
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** @param {import("playwright-core").Page} page @param {"paste" | "drop"} how */
const bring = (page, how, name = "fox.png", type = "image/png", bytes = picture) =>
  page.evaluate(
    ({ how, name, type, bytes }) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(bytes), one => one.charCodeAt(0));
      data.items.add(new File([content], name, { type }));
      const event =
        how === "paste"
          ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector("#prompt")?.dispatchEvent(event);
    },
    { how, name, type, bytes: bytes.toString("base64") },
  );

test("a pasted picture opens the film, a second one ends it", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/create");
  await page.getByLabel("Prompt", { exact: true }).fill("The fox walks away");
  await bring(page, "paste");
  await page.getByRole("radio", { name: "First picture", checked: true }).waitFor();
  await bring(page, "drop", "end.png");
  await page.locator(".chip[aria-busy=false]").nth(1).waitFor();
  await isAccessible(page);
  await page.getByRole("radio", { name: "480p" }).click();
  await page.getByLabel("Length").fill("1");
  await page.getByRole("button", { name: "Create video" }).click();
  await plays(page, ".card-large[data-state=succeeded] video");
  await finish();
});

test("a file that cannot be used says so, and nothing is ordered", async () => {
  const { page, finish } = await open(browser, server);
  const before = (await server.api("GET", "/jobs")).data.length;
  await page.goto("/create");
  await page.getByLabel("Prompt", { exact: true }).fill("The fox walks away");
  await page.getByRole("radio", { name: "References" }).click();
  await bring(page, "drop", "notes.txt", "text/plain");
  await page.getByText("Not a kind of file that can be used.").waitFor();
  await page.getByRole("button", { name: "Create video" }).click();
  await page.getByText("Remove the files that cannot be used.").waitFor();
  await page.getByRole("button", { name: "Remove notes.txt" }).click();
  await page.getByText("Add a reference.").waitFor();
  await finish();
  assert.equal((await server.api("GET", "/jobs")).data.length, before);
});

test("an address is added with Enter, which orders nothing", async () => {
  const { page, finish } = await open(browser, server);
  const before = (await server.api("GET", "/jobs")).data.length;
  await page.goto("/create");
  await page.getByLabel("Prompt", { exact: true }).fill("The fox walks away");
  await page.getByRole("radio", { name: "References" }).click();
  await page.getByLabel("Address of a reference").fill("https://example.com/fox.jpg");
  await page.keyboard.press("Enter");
  await page.locator(".chip-name", { hasText: "fox.jpg" }).waitFor();
  await page.getByText("5 credits").waitFor();
  await finish();
  assert.equal((await server.api("GET", "/jobs")).data.length, before);
});

test("the order as code is taken by every API", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/create");
  await page.getByLabel("Prompt", { exact: true }).fill("It's raining on a quiet lake");
  await page.getByRole("button", { name: "As code" }).click();
  const window = page.getByRole("dialog", { name: "As code" });
  await isAccessible(page);
  for (const api of ["Reelgate", "API A", "API B", "API C", "Ark", "OpenAI"]) {
    await window.getByRole("radio", { name: api }).click();
    const text = (await window.locator("pre").textContent()) ?? "";
    const [, to] = /POST "http:\/\/[^/]+([^"]+)"/.exec(text) ?? [];
    const [, body] = /-d '([\s\S]+)'$/.exec(text.trim()) ?? [];
    const response = await fetch(server.url + to, {
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
      body: String(body).replaceAll("'\\''", "'"),
    });
    const answer = await response.text();
    assert.ok(response.ok, `${api}: ${response.status} ${answer}`);
  }
  for (const language of ["Python", "JavaScript"]) {
    await window.getByRole("radio", { name: language }).click();
    assert.match((await window.locator("pre").textContent()) ?? "", /quiet lake/);
  }
  await finish();
  const { data } = await server.api("GET", "/jobs?state=queued");
  for (const job of data) await server.api("POST", `/jobs/${job.id}/cancel`);
});

test("the guide brings examples, words and the last prompts", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/create");
  const prompt = page.getByLabel("Prompt", { exact: true });
  await page.getByRole("button", { name: "Prompt guide" }).click();
  await page.getByRole("radio", { name: "Examples" }).click();
  await page.getByRole("button", { name: /^City/ }).click();
  assert.match(await prompt.inputValue(), /^Rain on a night street/);
  await page.getByRole("button", { name: "Prompt guide" }).click();
  await isAccessible(page);
  await page.getByRole("button", { name: "golden hour" }).click();
  await page.keyboard.press("Escape");
  assert.match(await prompt.inputValue(), /golden hour$/);
  await page.getByRole("radio", { name: "480p" }).click();
  await page.getByLabel("Length").fill("1");
  await page.getByRole("button", { name: "Create video" }).click();
  await page.locator(".card-large[data-state=succeeded]").waitFor();
  await prompt.fill("Something else");
  await page.getByRole("button", { name: "Prompt guide" }).click();
  await page.getByRole("radio", { name: "My last prompts" }).click();
  await page.getByRole("button", { name: /golden hour/ }).click();
  assert.match(await prompt.inputValue(), /golden hour$/);
  await finish();
});

test("an order is kept as a template and taken again", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/create");
  const prompt = page.getByLabel("Prompt", { exact: true });
  await prompt.fill("Steam rises from a cup");
  await page.getByRole("radio", { name: "9:16" }).click();
  await page.getByRole("button", { name: "Prompt guide" }).click();
  await page.getByRole("radio", { name: "Templates" }).click();
  await page.getByLabel("Name of the template").fill("Cup, upright");
  await page.getByRole("button", { name: "Keep this order" }).click();
  await page.getByText("Preview · 9:16 · 720p · 5 s").waitFor();
  await isAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("radio", { name: "16:9" }).click();
  await prompt.fill("Something else");
  await page.reload();
  await page.getByRole("button", { name: "Prompt guide" }).click();
  await page.getByRole("radio", { name: "Templates" }).click();
  await page.getByRole("button", { name: /^Cup, upright/ }).click();
  await page.getByRole("radio", { name: "9:16", checked: true }).waitFor();
  assert.equal(await prompt.inputValue(), "Steam rises from a cup");
  await finish();
});

test("with the keyboard alone: from the address to an order and back to it", async () => {
  const { page, finish } = await open(browser, server);
  await page.goto("/create");
  await page.getByLabel("Prompt", { exact: true }).waitFor();
  /** @param {string} name of what has to be reached */
  const reach = async name => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const now = document.activeElement;
        return `${now?.getAttribute("aria-label") ?? ""} ${now?.id} ${now?.textContent}`;
      });
      if (at.includes(name)) return;
    }
    assert.fail(`${name} is out of reach`);
  };
  await reach("prompt");
  await page.keyboard.type("A lantern sways in the wind");
  await reach("720p");
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("radio", { name: "480p", checked: true }).waitFor();
  await reach("Create video");
  await page.keyboard.press("Enter");
  await page.locator(".card-large[data-state=succeeded]").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys on the keyboard" }).waitFor();
  await isAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const gallery = page.getByRole("heading", { name: "Gallery" });
  // On a busy machine the second key may come too late to belong to the first: then once more.
  for (let tries = 0; tries < 5 && !(await gallery.isVisible()); tries += 1) {
    await page.keyboard.press("g");
    await page.keyboard.press("g");
    await gallery.waitFor({ timeout: 5_000 }).catch(() => {});
  }
  await gallery.waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("lantern");
  await page.getByText("1 in all").waitFor();
  await page.keyboard.press("Escape");
  await finish();
});
