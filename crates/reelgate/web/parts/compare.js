// Films side by side, started and stopped together.

import { html, useRef, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Dialog } from "./controls.js";
import { Icon } from "./icon.js";
import { Player } from "./player.js";

/** @typedef {import("../lib/types.js").Job} Job */

/** @param {{jobs: Job[], onClose: () => void}} props */
export function Compare({ jobs, onClose }) {
  const films = useRef(/** @type {Map<string, HTMLVideoElement>} */ (new Map()));
  const [isPlaying, setPlaying] = useState(false);
  const all = () => [...films.current.values()];
  const toggle = () => {
    for (const film of all()) {
      if (isPlaying) film.pause();
      else void film.play();
    }
    setPlaying(!isPlaying);
  };
  const rewind = () => all().forEach(film => (film.currentTime = 0));
  return html`<${Dialog}
    title=${t("Side by side")}
    onClose=${onClose}
    class="dialog-full"
  >
    <div class="compare">
      ${jobs.map(
        job =>
          html`<figure key=${job.id}>
            <${Player}
              job=${job}
              onVideo=${(/** @type {HTMLVideoElement | null} */ film) =>
                film ? films.current.set(job.id, film) : films.current.delete(job.id)}
            />
            <figcaption class="small">
              <strong>${job.model}</strong> · ${t("Seed")} ${job.seed} ·
              ${job.resolution}
              <div class="soft">${job.prompt}</div>
            </figcaption>
          </figure>`,
      )}
    </div>
    <footer>
      <button onClick=${rewind}>${t("To the beginning")}</button>
      <button class="main" onClick=${toggle}>
        <${Icon} name=${isPlaying ? "pause" : "play"} />
        ${isPlaying ? t("Pause all") : t("Play all")}
      </button>
    </footer>
  <//>`;
}
