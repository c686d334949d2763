// Several shots in order, rendered and joined into one film.

import * as board from "../lib/board.js";
import { near } from "../lib/api.js";
import { choose, model, order } from "../lib/draft.js";
import { inCredits, span } from "../lib/format.js";
import { watch } from "../lib/jobs.js";
import { loadModels, models } from "../lib/models.js";
import { html, useEffect, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "../parts/icon.js";
import { Progress, State } from "../parts/job-card.js";
import { complain, wrong } from "../parts/notes.js";
import { Settings } from "../parts/settings.js";

/** @typedef {import("../lib/board.js").Shot} Shot */
/** @typedef {import("../lib/types.js").Job} Job */

const QUOTE_WAIT_MS = 350;

export default function Storyboard() {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    loadModels().then(() => {
      const able = models.value.find(one => one.makes === "video");
      if (model.value?.makes !== "video" && able) choose(able);
      if (!board.shots.value.length) board.addShot();
      setReady(true);
    }, complain);
    const stops = [watch(), board.followBoard()];
    return () => stops.forEach(stop => stop());
  }, []);
  if (!isReady) return html`<div class="loading" aria-busy="true"></div>`;
  const shots = board.shots.value;
  const time = span(shots.reduce((sum, shot) => sum + shot.seconds, 0));
  return html`<section class="page page-wide">
    <div class="page-head">
      <h1>${t("Storyboard")}</h1>
      <span class="soft">
        ${shots.length > 1 && t("{n} shots, {time} together", { n: shots.length, time })}
      </span>
    </div>
    <div class="board">
      <aside class="panel board-settings" aria-label=${t("For all shots")}>
        <h2>${t("For all shots")}</h2>
        <${Settings} isShared=${true} />
      </aside>
      <div class="board-main">
        <ol class="shots">
          ${shots.map((shot, at) => html`<${Line} key=${shot.id} shot=${shot} at=${at} />`)}
        </ol>
        <button
          class="shot-add"
          disabled=${shots.length >= board.SHOTS_MAX}
          onClick=${() => board.addShot()}
        >
          <${Icon} name="plus" /><span>${t("Add a shot")}</span>
        </button>
        <${End} />
      </div>
    </div>
    ${board.isWhole.value && html`<${Film} key=${filmKey()} jobs=${board.jobs.value} />`}
  </section>`;
}

const filmKey = () => board.jobs.value.map(job => job?.id).join(" ");

/** @param {{shot: Shot, at: number}} props */
function Line({ shot, at }) {
  const job = board.jobs.value[at] ?? null;
  const durations = model.value?.durations_s ?? [];
  const name = t("Shot {n}", { n: at + 1 });
  const isLast = at + 1 === board.shots.value.length;
  const set = (/** @type {Partial<Shot>} */ how) => board.alter(shot.id, how);
  useEffect(() => {
    if (durations.length && !durations.includes(shot.seconds)) {
      set({ seconds: model.value?.duration_default_s ?? durations[0] ?? 5 });
    }
  }, [durations]);
  return html`<li class="shot panel" data-state=${job?.state ?? "new"} aria-label=${name}>
    <${Picture} job=${job} number=${at + 1} />
    <div class="shot-text">
      <textarea
        rows="3"
        aria-label=${t("What is seen in shot {n}", { n: at + 1 })}
        placeholder=${t("What is seen, and how the camera moves")}
        maxlength=${model.value?.prompt_chars_max ?? 10_000}
        value=${shot.prompt}
        onInput=${(/** @type {any} */ event) => set({ prompt: event.target.value })}
      ></textarea>
      <div class="shot-tools">
        <select
          aria-label=${t("Length")}
          value=${shot.seconds}
          onChange=${(/** @type {any} */ event) => set({ seconds: Number(event.target.value) })}
        >
          ${durations.map(
            one => html`<option key=${one} value=${one} selected=${one === shot.seconds}>
              ${span(one)}
            </option>`,
          )}
        </select>
        ${
          at > 0 &&
          html`<label class="shot-follows">
          <input
            type="checkbox"
            checked=${shot.follows}
            onChange=${(/** @type {any} */ event) => set({ follows: event.target.checked })}
          />
          <span>${t("goes on from the shot before")}</span>
        </label>`
        }
        <span class="shot-moves">
        <${Tool} icon="up" name=${t("Earlier")} off=${at === 0}
          does=${() => board.moveShot(shot.id, -1)} />
        <${Tool} icon="down" name=${t("Later")} off=${isLast}
          does=${() => board.moveShot(shot.id, 1)} />
        <${Tool} icon="trash" name=${t("Remove {name}", { name })}
          off=${board.shots.value.length === 1} does=${() => board.dropShot(shot.id)} />
        </span>
      </div>
    </div>
  </li>`;
}

/** @param {{icon: string, name: string, off: boolean, does: () => void}} props */
function Tool({ icon, name, off, does }) {
  return html`<button
    type="button"
    class="quiet small"
    aria-label=${name}
    title=${name}
    disabled=${off}
    onClick=${does}
  >
    <${Icon} name=${icon} size=${18} />
  </button>`;
}

/** @param {{job: Job | null, number: number}} props */
function Picture({ job, number }) {
  const poster = job?.output && near(job.output.poster_url);
  return html`<div class="shot-picture frame-empty">
    ${
      poster
        ? html`<a href="/watch/${job.id}" aria-label=${t("Shot {n}", { n: number })}>
            <img src=${poster} alt="" />
          </a>`
        : job
          ? html`<${Progress} job=${job} />`
          : html`<span class="shot-number">${number}</span>`
    }
    ${job && html`<${State} job=${job} />`}
  </div>`;
}

/** What is missing, what it costs, and the button. */
function End() {
  const [wasTried, setTried] = useState(false);
  const [price, setPrice] = useState(/** @type {number | null} */ (null));
  const [fault, setFault] = useState("");
  const shots = board.shots.value;
  const missing = shots.filter((_, at) => board.jobs.value[at]?.state !== "succeeded").length;
  const least = model.value?.prompt_chars_min ?? 1;
  const isEmpty = shots.some(shot => [...shot.prompt.trim()].length < least);
  const kind = JSON.stringify([order.value, shots.map(one => [one.seconds, one.follows]), missing]);
  useEffect(() => {
    const asked = new AbortController();
    const timer = setTimeout(() => {
      board.priceOfMissing(asked.signal).then(
        found => found !== null && (setPrice(found), setFault("")),
        error => asked.signal.aborted || (setPrice(null), setFault(wrong(error))),
      );
    }, QUOTE_WAIT_MS);
    return () => (clearTimeout(timer), asked.abort());
  }, [kind]);
  const go = () => {
    setTried(true);
    if (!isEmpty) board.begin().catch(complain);
  };
  return html`<div class="board-end">
    ${wasTried && isEmpty && html`<p class="fault" role="alert">${t("Write every shot.")}</p>`}
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    <output class="price" aria-live="polite">
      ${missing && price !== null ? inCredits(price) : ""}
    </output>
    ${
      board.isRunning.value
        ? html`<button onClick=${board.stop}>${t("Order no more")}</button>`
        : html`<button class="main" disabled=${!missing} onClick=${go}>
            ${renderName(missing)}
          </button>`
    }
  </div>`;
}

/** @param {number} missing */
function renderName(missing) {
  if (missing === 1) return t("Render 1 shot");
  return missing ? t("Render {n} shots", { n: missing }) : t("All shots are done");
}

/** The shots as one film, made in this browser. @param {{jobs: (Job | null)[]}} props */
function Film({ jobs }) {
  const [film, setFilm] = useState("");
  const [fault, setFault] = useState("");
  useEffect(() => {
    let url = "";
    let isWanted = true;
    joined(jobs).then(
      blob => isWanted && setFilm((url = URL.createObjectURL(blob))),
      error => isWanted && setFault(wrong(error)),
    );
    return () => {
      isWanted = false;
      if (url) URL.revokeObjectURL(url);
    };
  }, []);
  return html`<section class="board-film" aria-label=${t("The film")}>
    <h2>${t("The film")}</h2>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${!film && !fault && html`<p class="soft" aria-busy="true">${t("The shots are joined …")}</p>`}
    ${
      film &&
      html`<video src=${film} controls loop playsinline aria-label=${t("The film")}></video>
        <a class="button main" href=${film} download="storyboard.mp4">
          <${Icon} name="download" /><span>${t("Download the film")}</span>
        </a>`
    }
  </section>`;
}

/** @param {(Job | null)[]} jobs */
async function joined(jobs) {
  const files = jobs.map(async job => {
    const response = await fetch(near(job?.output?.video_url));
    if (!response.ok) throw new Error(t("A shot could not be loaded."));
    return response.arrayBuffer();
  });
  const [{ join }, ...rest] = await Promise.all([import("../lib/join.js"), ...files]);
  return join(rest);
}
