// What everything costs, from the models' own price card.

import { credits } from "../lib/format.js";
import { apiName, families, loadModels } from "../lib/models.js";
import { server } from "../lib/session.js";
import { html, useEffect } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { complain } from "../parts/notes.js";
import { Plans } from "../parts/plans.js";
import { Table } from "../parts/table.js";

/** @typedef {import("../lib/types.js").Model} Model */
/** @typedef {import("../lib/types.js").Rate} Rate */

export default function Pricing() {
  useEffect(() => void loadModels().catch(complain), []);
  return html`<section class="page">
    <div class="page-head"><h1>${t("Pricing")}</h1></div>
    <p class="soft">
      ${t("Credits for each second of a clip, or for each picture.")}${" "}
      ${t("What fails or is cancelled costs nothing.")}
    </p>
    ${server.value.top_up.includes("card") && html`<h2>${t("Buy credits")}</h2><${Plans} />`}
    ${families().map(
      ([api, list]) => html`<section key=${api}>
        <h2>${apiName(api)}</h2>
        <div class="stack">
          ${list.map(one => html`<${Card} key=${one.id} model=${one} />`)}
        </div>
      </section>`,
    )}
  </section>`;
}

/** @param {{model: Model}} props */
function Card({ model }) {
  const isVideo = model.makes === "video";
  const differ = model.rates.some(rate => rate.text_per_s !== rate.media_per_s);
  /** @type {import("../parts/table.js").Column<Rate>[]} */
  const columns = [
    { name: t("Resolution"), cell: rate => rate.resolution },
    {
      name: isVideo ? t("Credits a second") : t("Credits a picture"),
      right: true,
      cell: rate => credits(rate.text_per_s),
    },
  ];
  if (differ) {
    columns.push({
      name: t("with references"),
      right: true,
      cell: rate => credits(rate.media_per_s),
    });
  }
  if (isVideo) {
    const seconds = model.duration_default_s;
    columns.push({
      name: t("{n} seconds", { n: seconds }),
      right: true,
      cell: rate => credits(Number(rate.text_per_s) * seconds),
    });
  }
  return html`<article class="panel panel-price">
    <div>
      <h3>${model.title}</h3>
      <p class="mono soft">${model.id}</p>
      <p class="soft small">
        ${
          isVideo
            ? t("{from} to {until} seconds", {
                from: Math.min(...model.durations_s),
                until: Math.max(...model.durations_s),
              })
            : t("picture")
        }
        ${" · "}${t("up to {n} references", { n: model.media_max })}
      </p>
    </div>
    <${Table}
      label=${model.title}
      rows=${model.rates}
      columns=${columns}
      id=${(/** @type {Rate} */ rate) => rate.resolution}
    />
  </article>`;
}
