// OpenAI's own client against our videos API, unmodified: no browser takes part.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import OpenAI, { toFile } from "openai";
import { serve } from "./harness.mjs";

/** @type {import("./harness.mjs").Server} */
let server;
/** @type {OpenAI} */
let client;

before(async () => {
  // Rehearsals answer as the real thing does, and take no time.
  server = await serve(["--allow-private-network"]);
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: keyOf("test") });
});
after(() => server?.stop());

/** @param {string} style */
function keyOf(style) {
  const made = server.command("key", "create", "--account", "first", "--style", style);
  return made.split("\n").pop() ?? "";
}

/** @param {OpenAI} client @param {OpenAI.VideoCreateParams} order */
async function film(client, order) {
  let video = await client.videos.create(order);
  while (video.status === "queued" || video.status === "in_progress") {
    await pause(50);
    video = await client.videos.retrieve(video.id);
  }
  return video;
}

test("a film is ordered, fetched and looked at", async () => {
  const video = await film(client, { prompt: "A river", seconds: "4", size: "1280x720" });
  assert.deepEqual([video.status, video.progress, video.size], ["completed", 100, "1280x720"]);
  const kinds = { video: "video/mp4", thumbnail: "image/webp", spritesheet: "image/jpeg" };
  for (const [variant, kind] of Object.entries(kinds)) {
    const asked = /** @type {OpenAI.VideoDownloadContentParams} */ ({ variant });
    const file = await client.videos.downloadContent(video.id, asked);
    assert.equal(file.headers.get("content-type"), kind);
    assert.ok((await file.arrayBuffer()).byteLength > 0, variant);
  }
});

test("films are made from pictures and from films", async () => {
  const video = await film(client, { prompt: "A river", size: "1280x720" });
  const file = await (await client.videos.downloadContent(video.id)).arrayBuffer();
  const still = await client.videos.downloadContent(video.id, { variant: "thumbnail" });
  const bytes = Buffer.from(await still.arrayBuffer());
  const picture = await toFile(bytes, "still.webp", { type: "image/webp" });
  const begun = await client.videos.create({ prompt: "It flows", input_reference: picture });
  assert.equal(begun.status, "queued");
  const url = `data:image/webp;base64,${bytes.toString("base64")}`;
  await client.videos.create({ prompt: "It flows", input_reference: { image_url: url } });
  const remix = await client.videos.remix(video.id, { prompt: "A river at night" });
  assert.equal(remix.remixed_from_video_id, video.id);
  const edit = await client.videos.edit({ prompt: "In winter", video: { id: video.id } });
  assert.deepEqual([edit.seconds, edit.size], ["4", "1280x720"]);
  const upload = await toFile(Buffer.from(file), "river.mp4", { type: "video/mp4" });
  const longer = await client.videos.extend({ prompt: "On", seconds: "8", video: upload });
  assert.deepEqual([longer.seconds, longer.size], ["12", "1280x720"]);
});

test("films are listed page by page, and a removed one is gone", async () => {
  for (const prompt of ["One", "Two", "Three"]) await client.videos.create({ prompt });
  const seen = [];
  for await (const video of client.videos.list({ limit: 2 })) seen.push(video.id);
  assert.ok(seen.length >= 3 && new Set(seen).size === seen.length);
  const last = String(seen[0]);
  assert.equal((await client.videos.delete(last)).deleted, true);
  await assert.rejects(client.videos.retrieve(last), OpenAI.NotFoundError);
});

test("a refusal names what is wrong", async () => {
  const order = /** @type {any} */ ({ prompt: "A river", seconds: "7" });
  await assert.rejects(client.videos.create(order), error => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.param, error.code], ["seconds", "invalid_value"]);
    return true;
  });
  const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "nobody" });
  await assert.rejects(stranger.videos.list(), OpenAI.AuthenticationError);
});

test("its verifier accepts what an endpoint is told", async () => {
  /** @type {{body: string, headers: Record<string, string>}[]} */
  const told = [];
  const receiver = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    told.push({ body, headers: /** @type {any} */ (request.headers) });
    response.end();
  });
  await new Promise(resolve => receiver.listen(0, "127.0.0.1", () => resolve(null)));
  try {
    const { port } = /** @type {import("node:net").AddressInfo} */ (receiver.address());
    const url = `http://127.0.0.1:${port}/hook`;
    const hook = await server.api("POST", "/webhooks", { url, format: "openai" });
    const real = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.key });
    const { id } = await real.videos.create({ prompt: "A river" });
    await real.videos.delete(id);
    // Rehearsals of other tests may end now, too.
    const about = () => told.find(({ body }) => body.includes(id));
    while (!about()) await pause(50);
    const { body, headers } = /** @type {any} */ (about());
    const event = /** @type {any} */ (await real.webhooks.unwrap(body, headers, hook.secret));
    assert.deepEqual([event.type, event.data.id], ["video.failed", id]);
    await assert.rejects(real.webhooks.unwrap(`${body} `, headers, hook.secret));
  } finally {
    receiver.close();
  }
});
