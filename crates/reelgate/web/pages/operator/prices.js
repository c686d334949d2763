// The price card as one table, to look a price up in.

import { get } from "../../lib/api.js";
import { credits } from "../../lib/format.js";
import { apiName, apiOf } from "../../lib/models.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { Search } from "../../parts/search.js";
import { Table } from "../../parts/table.js";
import { Tile } from "../account/credits.js";

/**
 * @typedef {import("../../lib/types.js").Model} Model
 * @typedef {import("../../lib/types.js").Rate} Rate
 * @typedef {Rate & {model: Model}} Line
 */

export default function Prices() {
  const answer = useAnswer(() => get("/operator/prices"), []);
  const [query, setQuery] = useState("");
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  /** @type {Model[]} */
  const models = answer.found.data;
  const fits = (/** @type {Model} */ one) =>
    `${one.id} ${one.title}`.toLowerCase().includes(query.toLowerCase());
  const lines = models.filter(fits).flatMap(model => model.rates.map(rate => ({ ...rate, model })));
  /** @type {import("../../parts/table.js").Column<Line>[]} */
  const columns = [
    {
      name: t("Model"),
      cell: one => html`<span class="mono">${one.model.id}</span>
        <div class="soft small">${one.model.title} · ${apiName(apiOf(one.model.id))}</div>`,
    },
    { name: t("Resolution"), cell: one => one.resolution },
    {
      name: t("For"),
      cell: one => (one.model.makes === "video" ? t("a second") : t("a picture")),
    },
    { name: t("Credits"), right: true, cell: one => credits(one.text_per_s) },
    { name: t("with references"), right: true, cell: one => credits(one.media_per_s) },
  ];
  return html`<div class="tiles tiles-few">
      <${Tile} name=${t("Price card")} value=${answer.found.price_version} isMain=${true} />
      <${Tile} name=${t("Models")} value=${models.length} />
    </div>
    <p class="soft">
      ${t("Prices come with the program and change with its version.")}${" "}
      ${t("Every job keeps the price that it was accepted at.")}${" "}
      <a href="/pricing">${t("What your users see")}</a>
    </p>
    <${Search} label=${t("Search by model")} onSearch=${setQuery} />
    <${Table}
      label=${t("Prices")}
      rows=${lines}
      columns=${columns}
      id=${(/** @type {Line} */ one) => `${one.model.id} ${one.resolution}`}
      empty=${t("Nothing here.")}
    />`;
}
