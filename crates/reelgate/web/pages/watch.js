// What is being made, and what was made a moment ago; or one job with everything about it.

import { get } from "../lib/api.js";
import { active, isLoaded, jobOf, note, recent, watch } from "../lib/jobs.js";
import { loadModels } from "../lib/models.js";
import { route } from "../lib/router.js";
import { html, useEffect, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Compare } from "../parts/compare.js";
import { JobCard } from "../parts/job-card.js";
import { JobView } from "../parts/job-view.js";
import { complain } from "../parts/notes.js";

export default function Watch() {
  const [, , id] = route.value.path.split("/");
  useEffect(() => (void loadModels().catch(complain), watch()), []);
  return id ? html`<${One} key=${id} id=${id} />` : html`<${All} />`;
}

function All() {
  const [picked, pick] = useState(/** @type {string[]} */ ([]));
  const [isComparing, compare] = useState(false);
  const toggle = (/** @type {string} */ id) =>
    pick(picked.includes(id) ? picked.filter(one => one !== id) : [...picked.slice(-3), id]);
  const jobs = recent.value;
  const count = active.value.length;
  return html`<section class="page page-wide">
    <div class="page-head">
      <h1>${t("Watch")}</h1>
      <span class="soft" aria-live="polite">
        ${count ? t("{n} being made or in line", { n: count }) : t("Nothing is being made.")}
      </span>
      <button disabled=${picked.length < 2} onClick=${() => compare(true)}>
        ${t("Compare {n}", { n: picked.length || "" })}
      </button>
    </div>
    ${
      isLoaded.value &&
      !jobs.length &&
      html`<p>
        ${t("Nothing yet.")} <a href="/create">${t("Create something")}</a>
      </p>`
    }
    <div class="cards">
      ${jobs.map(
        job =>
          html`<${JobCard}
            key=${job.id}
            job=${job}
            isPicked=${picked.includes(job.id)}
            onPick=${job.output ? () => toggle(job.id) : undefined}
          />`,
      )}
    </div>
    ${
      isComparing &&
      html`<${Compare}
        jobs=${jobs.filter(job => picked.includes(job.id))}
        onClose=${() => compare(false)}
      />`
    }
  </section>`;
}

/** @param {{id: string}} props */
function One({ id }) {
  const [isMissing, setMissing] = useState(false);
  const job = jobOf(id);
  useEffect(() => {
    get(`/jobs/${id}`).then(note, error =>
      error.status === 404 ? setMissing(true) : complain(error),
    );
  }, [id]);
  if (isMissing)
    return html`<section class="page narrow">
      <h1>${t("There is no such job")}</h1>
    </section>`;
  if (!job) return html`<div class="loading" aria-busy="true"></div>`;
  return html`<${JobView} job=${job} />`;
}
