// What can be ordered: the list of models, asked for once.

import { get } from "./api.js";
import { signal } from "./ui.js";

/** @typedef {import("./types.js").Model} Model */

export const models = signal(/** @type {Model[]} */ ([]));

/** @type {Promise<void> | null} */
let asked = null;

export function loadModels() {
  asked ??= get("/models").then(
    found => {
      models.value = found.data;
    },
    error => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

/** @param {string} id */
export const modelOf = id => models.value.find(model => model.id === id);

/** @type {Record<string, string>} The API that a model's id begins with. */
const APIS = {
  native: "Reelgate",
  open_v1: "API A",
  task_query: "API B",
  tasks_v1: "API C",
  ark: "Ark",
  openai: "OpenAI",
};

/** @param {string} id */
export const apiOf = id => id.split("/")[0] ?? "";

/** @param {string} api */
export const apiName = api => APIS[api] ?? api;

/** Models by their API, ours first. @returns {[string, Model[]][]} */
export function families() {
  const byApi = new Map(/** @type {[string, Model[]][]} */ ([["native", []]]));
  for (const model of models.value) {
    const list = byApi.get(apiOf(model.id)) ?? [];
    list.push(model);
    byApi.set(apiOf(model.id), list);
  }
  return [...byApi].filter(([, list]) => list.length);
}
