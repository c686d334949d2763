// What can be done with a job, as it stands.

import { ask, near } from "../lib/api.js";
import { change, choose, like, references } from "../lib/draft.js";
import { cancel, isOver, note, rerun } from "../lib/jobs.js";
import { loadModels, modelOf } from "../lib/models.js";
import { go } from "../lib/router.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Confirm } from "./controls.js";
import { Icon } from "./icon.js";
import { complain, tell } from "./notes.js";
import { add } from "./references.js";

/** @typedef {import("../lib/types.js").Job} Job */

/** @param {{job: Job, isFull?: boolean, onGone?: () => void}} props */
export function Actions({ job, isFull = false, onGone }) {
  const [open, setOpen] = useState("");
  const close = () => setOpen("");
  const output = job.output;
  const file = near(output?.video_url ?? output?.image_url);
  return html`<div class="actions">
    ${
      !isOver(job) &&
      html`<${Act}
        icon="close"
        name=${t("Cancel")}
        does=${() => cancel(job.id)}
      />`
    }
    ${
      (job.state === "failed" || job.state === "cancelled") &&
      html`<${Act}
        icon="retry"
        name=${t("Try again")}
        does=${() => again(job)}
      />`
    }
    ${
      output &&
      html`<a
          class="button quiet"
          href=${file}
          download=${fileName(job)}
          title=${t("Download")}
        >
          <${Icon} name="download" size=${18} /><span>${t("Download")}</span>
        </a>
        ${
          output.last_frame_url &&
          html`<${Act}
            icon="extend"
            name=${t("Extend")}
            does=${() => extend(job)}
          />`
        }`
    }
    ${isOver(job) && html`<${Act} icon="edit" name=${t("Change")} does=${() => vary(job)} />`}
    ${
      isFull &&
      output &&
      html`<${Act}
          icon="retry"
          name=${t("Make again")}
          does=${() => again(job)}
        />
        <${Act}
          icon="trash"
          name=${t("Remove")}
          does=${async () => setOpen("remove")}
        />`
    }
    ${
      open === "remove" &&
      html`<${Confirm}
        title=${t("Remove this?")}
        text=${t("The files are gone for good. The entry and its bill stay.")}
        yes=${t("Remove")}
        onYes=${() => remove(job, onGone).catch(complain)}
        onClose=${close}
      />`
    }
  </div>`;
}

/** @param {{icon: string, name: string, does: () => Promise<unknown>}} props */
function Act({ icon, name, does }) {
  const [isBusy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    await does().catch(complain);
    setBusy(false);
  };
  return html`<button
    type="button"
    class="quiet"
    disabled=${isBusy}
    onClick=${act}
    title=${name}
  >
    <${Icon} name=${icon} size=${18} /><span>${name}</span>
  </button>`;
}

/** @param {Job} job */
export function fileName(job) {
  const words = job.prompt.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  const name = words.replace(/^-|-$/g, "").slice(0, 40) || job.id;
  return `${name}.${job.output?.image_url ? "png" : "mp4"}`;
}

/** @param {Job} job */
async function again(job) {
  const made = await rerun(job.id);
  tell(t("Ordered again."));
  return made;
}

/** The order in the form, to be changed. @param {Job} job */
async function vary(job) {
  await loadModels();
  like(job);
  go("/create");
}

/** The last frame of this clip opens the next one. @param {Job} job */
async function extend(job) {
  await loadModels();
  const response = await fetch(near(job.output?.last_frame_url));
  const blob = await response.blob();
  const ending = blob.type === "image/jpeg" ? "jpg" : "png";
  like(job);
  const made = modelOf(job.model);
  if (made) choose(made);
  references.value = references.value.filter(one => one.role === "reference");
  change({ mode: "image", seed: "" });
  add([new File([blob], `last-frame.${ending}`, { type: blob.type })], "first_frame");
  go("/create");
}

/** @param {Job} job @param {() => void} [onGone] */
async function remove(job, onGone) {
  note(await ask("DELETE", `/jobs/${job.id}`));
  tell(t("Removed."));
  onGone?.();
}
