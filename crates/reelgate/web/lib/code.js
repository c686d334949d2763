// The same order as a program sends it, on each API, in three languages.

import { apiOf, families, modelOf } from "./models.js";

/** @typedef {import("./types.js").Model} Model */
/**
 * @typedef {{api: string, path: string, body: Record<string, any>, nearest?: string}} Request
 *   `nearest`: the model it names, where that API does not have the chosen one
 */
/** @typedef {Record<string, any>} Order */

/**
 * The requests that place this order on every API that can, the model's own first.
 * @param {Order} order
 * @returns {Request[]}
 */
export function requests(order) {
  const own = apiOf(order.model);
  const makes = modelOf(order.model)?.makes ?? "video";
  /** @type {Request[]} */
  const all = [{ api: "native", path: "/api/reelgate/v1/jobs", body: order }];
  for (const [api, list] of families()) {
    if (api === "native") continue;
    const near = list.find(one => one.makes === makes);
    if (api === own) all.unshift(inWordsOf(api, order));
    else if (near) all.push({ ...inWordsOf(api, fitted(order, near)), nearest: near.title });
  }
  return all;
}

/** @param {string} api @param {Order} order @returns {Request} */
function inWordsOf(api, order) {
  const name = order.model.split("/")[1] ?? "";
  const urls = (order.media ?? []).map((/** @type {any} */ one) => one.url);
  if (api === "open_v1") return openV1(order, name, urls);
  if (api === "task_query") return taskQuery(order, name, urls);
  if (api === "ark") return ark(order, name);
  if (api === "openai") return openai(order, name, urls);
  if (order.duration_s) return tasksV1(order, name, urls);
  return tasksV1Image(order, name, urls);
}

/** The order as another model can take it. @param {Order} order @param {Model} model */
function fitted(order, model) {
  const { channel, ...rest } = order;
  const among = (/** @type {any[]} */ list, /** @type {any} */ value, /** @type {any} */ or) =>
    list.includes(value) ? value : or;
  const away = (/** @type {number} */ s) => Math.abs(s - (order.duration_s ?? 0));
  const [duration_s] = [...model.durations_s].sort((a, b) => away(a) - away(b));
  return {
    ...rest,
    model: model.id,
    ratio: among(model.ratios, order.ratio, model.ratio_default),
    resolution: among(model.resolutions, order.resolution, model.resolution_default),
    ...(order.duration_s && { duration_s }),
    ...(order.media && { media: order.media.slice(0, model.media_max) }),
    ...(model.channels.includes(channel) && { channel }),
  };
}

/** @param {Order} order @param {string} model @param {string[]} urls @returns {Request} */
function openV1(order, model, urls) {
  const { prompt, ratio, duration_s, resolution } = order;
  const media = urls.length ? { mediaUrls: urls } : {};
  const body = {
    model,
    prompt,
    ...media,
    aspectRatio: ratio,
    duration: duration_s,
    resolution,
  };
  return { api: "open_v1", path: "/api/open/v1/video/generations", body };
}

/** @param {Order} order @param {string} model @param {string[]} urls @returns {Request} */
function taskQuery(order, model, urls) {
  const images = urls.map(url => ({ type: "image_url", image_url: { url } }));
  const content = [{ type: "text", text: order.prompt }, ...images];
  const body = {
    model,
    content,
    duration: order.duration_s,
    ratio: order.ratio,
  };
  return { api: "task_query", path: "/api/video/seedance/gen", body };
}

/** @param {Order} order @param {string} model @param {string[]} urls @returns {Request} */
function tasksV1(order, model, urls) {
  const opens = order.media?.some((/** @type {any} */ one) => one.role !== "reference");
  const mode = !urls.length ? "text-to-video" : opens ? "image-to-video" : "media-to-video";
  /** @type {Record<string, any>} */
  const body = { mode, prompt: order.prompt };
  const isNewer = model === "seedance25";
  if (!isNewer) body.quality_tier = model.replace("seedance2-", "");
  if (opens) {
    body.image_url = urls[0];
    if (urls[1]) body.end_image_url = urls[1];
  } else if (urls.length) body.media_urls = urls;
  if (order.channel) body.channel = order.channel;
  Object.assign(body, {
    aspect_ratio: order.ratio,
    duration: order.duration_s < 0 ? "auto" : String(order.duration_s),
  });
  Object.assign(body, {
    resolution: order.resolution,
    generate_audio: order.audio,
  });
  if (order.fixed_lens) body.fixed_lens = true;
  if (order.seed !== undefined && !isNewer) body.seed = order.seed;
  return { api: "tasks_v1", path: `/api/v1/video/${isNewer ? model : "seedance2"}`, body };
}

/** @param {Order} order @param {string} model @returns {Request} */
function ark(order, model) {
  const media = (order.media ?? []).map((/** @type {any} */ { url, role }) => ({
    type: "image_url",
    image_url: { url },
    role: role === "reference" ? "reference_image" : role,
  }));
  const body = {
    model,
    content: [{ type: "text", text: order.prompt }, ...media],
    ratio: order.ratio,
    resolution: order.resolution,
    duration: order.duration_s,
    generate_audio: order.audio,
  };
  return { api: "ark", path: "/api/v3/contents/generations/tasks", body };
}

/** @param {Order} order @param {string} model @param {string[]} urls @returns {Request} */
function openai(order, model, urls) {
  const sides = order.resolution === "1080p" ? [1920, 1080] : [1280, 720];
  const body = {
    model,
    prompt: order.prompt,
    seconds: String(order.duration_s),
    size: (order.ratio === "16:9" ? sides : sides.reverse()).join("x"),
    ...(urls[0] && { input_reference: { image_url: urls[0] } }),
  };
  return { api: "openai", path: "/v1/videos", body };
}

/** @param {Order} order @param {string} model @param {string[]} urls @returns {Request} */
function tasksV1Image(order, model, urls) {
  const { prompt, resolution, ratio } = order;
  const type = urls.length ? "image-to-image" : "text-to-image";
  const images = urls.length ? { image_urls: urls } : {};
  const body = { type, prompt, resolution, aspect_ratio: ratio, ...images };
  return { api: "tasks_v1", path: `/api/v1/image/${model}`, body };
}

/** @type {Record<string, (request: Request, server: string) => string>} */
export const LANGUAGES = {
  curl: ({ path, body }, server) =>
    [
      `curl -s -X POST "${server}${path}" \\`,
      `  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\`,
      `  -d '${JSON.stringify(body, null, 2).replaceAll("'", `'\\''`)}'`,
    ].join("\n"),
  Python: ({ path, body }, server) =>
    [
      "import json, os, urllib.request",
      "",
      `order = json.loads(r'''${JSON.stringify(body, null, 2).replaceAll("'''", "''\\u0027")}''')`,
      "request = urllib.request.Request(",
      `    "${server}${path}",`,
      "    data=json.dumps(order).encode(),",
      "    headers={",
      '        "Authorization": "Bearer " + os.environ["KEY"],',
      '        "Content-Type": "application/json",',
      "    },",
      ")",
      "print(json.load(urllib.request.urlopen(request)))",
    ].join("\n"),
  JavaScript: ({ path, body }, server) =>
    [
      `const response = await fetch("${server}${path}", {`,
      '  method: "POST",',
      "  headers: {",
      "    authorization: `Bearer ${process.env.KEY}`,",
      '    "content-type": "application/json",',
      "  },",
      `  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll("\n", "\n  ")}),`,
      "});",
      "console.log(await response.json());",
    ].join("\n"),
};
