// A film with its controls: the browser's own, and steps of one frame.

import { near } from "../lib/api.js";
import { html, useRef, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "./icon.js";

const FRAMES_PER_S = 24;

/** @typedef {import("../lib/types.js").Job} Job */

/**
 * @param {{job: Job, steps?: boolean, autoplay?: boolean, onVideo?: (video: any) => void}} props
 */
export function Player({ job, steps = false, autoplay = false, onVideo }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [frame, setFrame] = useState(0);
  const output = job.output;
  if (!output) return null;
  if (output.image_url) {
    return html`<img
      class="picture"
      src=${near(output.image_url)}
      alt=${job.prompt}
    />`;
  }
  const step = (/** @type {number} */ by) => {
    const film = video.current;
    if (!film) return;
    film.pause();
    // The middle of a frame: its edges are for two frames to be had.
    const now = Math.floor(film.currentTime * FRAMES_PER_S + 0.01);
    const next = Math.min(Math.max(0, now + by), output.frames - 1);
    film.currentTime = (next + 0.5) / FRAMES_PER_S;
  };
  const moved = () => setFrame(Math.floor((video.current?.currentTime ?? 0) * FRAMES_PER_S + 0.01));
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    const by = { ",": -1, ".": 1 }[event.key];
    if (by) (event.preventDefault(), step(by));
  };
  return html`<div class="player" onKeyDown=${pressed}>
    <video
      ref=${(/** @type {any} */ element) => ((video.current = element), onVideo?.(element))}
      src=${near(output.video_url)}
      poster=${near(output.poster_url)}
      width=${output.width}
      height=${output.height}
      aria-label=${job.prompt}
      controls
      loop
      playsinline
      muted=${autoplay}
      autoplay=${autoplay}
      preload="metadata"
      onTimeUpdate=${steps ? moved : undefined}
    ></video>
    ${
      steps &&
      html`<div class="steps">
        <button
          type="button"
          class="quiet"
          title=","
          aria-label=${t("One frame back")}
          onClick=${() => step(-1)}
        >
          <${Icon} name="back" />
        </button>
        <output>${frame + 1} / ${output.frames}</output>
        <button
          type="button"
          class="quiet"
          title="."
          aria-label=${t("One frame on")}
          onClick=${() => step(1)}
        >
          <${Icon} name="next" />
        </button>
      </div>`
    }
  </div>`;
}
