// Pictures, films and sounds to order with: dropped, pasted, chosen or named by an address. Each
// is sent when it arrives, so that the server's verdict is there before the order is.

import { post } from "../lib/api.js";
import { draft, model, references } from "../lib/draft.js";
import { size } from "../lib/format.js";
import { html, useRef, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "./icon.js";
import { wrong } from "./notes.js";

/** @typedef {import("../lib/types.js").Reference} Reference */
/** @typedef {import("../lib/types.js").Role} Role */

const BYTES_MAX = 64 * 1024 * 1024;
const TAKEN =
  /^(image\/(jpeg|png|webp|gif|bmp)|video\/(mp4|quicktime|x-m4v)|audio\/(mpeg|wav|x-wav|wave))$/;

let last = 0;

/** @param {number} id @param {Partial<Reference>} change */
function update(id, change) {
  references.value = references.value.map(one => (one.id === id ? { ...one, ...change } : one));
}

/** @param {number} id */
function remove(id) {
  const gone = references.value.find(one => one.id === id);
  if (gone?.preview.startsWith("blob:")) URL.revokeObjectURL(gone.preview);
  references.value = references.value.filter(one => one.id !== id);
}

/** What is wrong with a file, as far as a browser can tell. @param {File} file */
function faultOf(file) {
  const kind = file.type.split("/")[0] ?? "";
  if (!TAKEN.test(file.type)) return t("Not a kind of file that can be used.");
  if (!model.value?.media_kinds.includes(kind)) return t("This model does not take this kind.");
  if (!file.size) return t("The file is empty.");
  if (file.size > BYTES_MAX) return t("At most {n}.", { n: size(BYTES_MAX) });
  return "";
}

/** @param {Iterable<File>} files @param {Role} role */
export function add(files, role) {
  for (const file of files) {
    if (role !== "reference") {
      const there = references.value.find(one => one.role === role);
      if (there) remove(there.id);
    }
    const id = ++last;
    const fault = faultOf(file);
    const one = {
      id,
      name: file.name || t("Pasted"),
      kind: file.type.split("/")[0] ?? "",
      role,
    };
    const preview = fault ? "" : URL.createObjectURL(file);
    references.value = [...references.value, { ...one, url: "", preview, fault, isBusy: !fault }];
    if (!fault) void send(id, file);
  }
}

/** @param {number} id @param {File} file */
async function send(id, file) {
  const form = new FormData();
  form.append("file", file);
  await post("/uploads", form).then(
    found => update(id, { url: found.url, kind: found.kind, isBusy: false }),
    error => update(id, { fault: wrong(error), isBusy: false }),
  );
}

/** @param {string} url @param {Role} role @param {string} [kind] */
export function addUrl(url, role, kind = "image") {
  const there = role === "reference" ? null : references.value.find(one => one.role === role);
  if (there) remove(there.id);
  const name = decodeURIComponent(url.split("/").pop() ?? "").slice(0, 60) || url;
  const isHttps = /^(https:\/\/[^/]+\/|asset:\/\/)/.test(url);
  const fault = isHttps ? "" : t("An address begins with https://");
  const one = {
    id: ++last,
    name,
    kind,
    role,
    url: isHttps ? url : "",
    preview: "",
    fault,
  };
  references.value = [...references.value, { ...one, isBusy: false }];
}

/** The files that somebody dropped or pasted. @param {DataTransfer | null} data */
export function filesOf(data) {
  return [...(data?.files ?? [])];
}

/** Where a file goes that came without being asked for. */
export function freeRole() {
  if (draft.value.mode !== "image") return "reference";
  const has = references.value.some(one => one.role === "first_frame");
  return has ? "last_frame" : "first_frame";
}

export function References() {
  const { mode } = draft.value;
  if (mode === "text") return null;
  if (mode === "image") {
    return html`<div class="frames">
      <${Slot} role="first_frame" name=${t("Begins with")} />
      <${Slot} role="last_frame" name=${t("Ends with (optional)")} />
    </div>`;
  }
  const own = references.value.filter(one => one.role === "reference");
  const most = model.value?.media_max ?? 0;
  return html`<div class="references">
    <ol class="reference-list">
      ${own.map((one, at) => html`<${Chip} key=${one.id} one=${one} number=${at + 1} />`)}
      ${own.length < most && html`<li><${Drop} role="reference" name=${t("Add")} /></li>`}
    </ol>
    <${Address} role="reference" />
    <p class="soft small">
      ${t("{n} of {most}. Name them in the prompt by their number: image 1.", {
        n: own.length,
        most,
      })}
    </p>
  </div>`;
}

/** @param {{role: Role, name: string}} props */
function Slot({ role, name }) {
  const one = references.value.find(one => one.role === role);
  return html`<div class="slot">
    <span class="slot-name">${name}</span>
    ${
      one ? html`<${Chip} one=${one} />` : html`<${Drop} role=${role} name=${t("Add a picture")} />`
    }
  </div>`;
}

/** @param {{role: Role, name: string}} props */
function Drop({ role, name }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [isOver, setOver] = useState(false);
  const accept = role === "reference" ? "image/*,video/mp4,video/quicktime,audio/*" : "image/*";
  return html`<div
    class="drop ${isOver ? "drop-over" : ""}"
    onDragOver=${(/** @type {DragEvent} */ event) => (event.preventDefault(), setOver(true))}
    onDragLeave=${() => setOver(false)}
    onDrop=${(/** @type {DragEvent} */ event) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      add(filesOf(event.dataTransfer), role);
    }}
  >
    <button
      type="button"
      class="drop-button"
      onClick=${() => input.current?.click()}
    >
      <${Icon} name="plus" /><span>${name}</span>
      <small class="soft">${t("drop, paste or choose")}</small>
    </button>
    <input
      ref=${input}
      type="file"
      hidden
      accept=${accept}
      multiple=${role === "reference"}
      aria-label=${name}
      onChange=${(/** @type {any} */ event) => {
        add(event.target.files, role);
        event.target.value = "";
      }}
    />
  </div>`;
}

/** @param {{one: Reference, number?: number}} props */
function Chip({ one, number }) {
  const picture = one.fault
    ? html`<${Icon} name="alert" />`
    : one.kind === "image" && one.preview
      ? html`<img src=${one.preview} alt="" />`
      : one.kind === "video" && one.preview
        ? html`<video
            src=${one.preview}
            muted
            playsinline
            preload="metadata"
          ></video>`
        : html`<${Icon} name=${one.kind === "audio" ? "audio" : one.kind} />`;
  const Tag = number ? "li" : "div";
  return html`<${Tag}
    class="chip ${one.fault ? "chip-bad" : ""}"
    aria-busy=${one.isBusy}
  >
    <span class="chip-picture">${picture}</span>
    ${number && html`<span class="chip-number">${number}</span>`}
    <span class="chip-name" title=${one.name}>${one.name}</span>
    ${one.fault && html`<span class="fault small" role="alert">${one.fault}</span>`}
    ${one.isBusy && html`<progress aria-label=${t("Being sent")}></progress>`}
    <button
      type="button"
      class="chip-close"
      aria-label=${t("Remove {name}", { name: one.name })}
      onClick=${() => remove(one.id)}
    >
      <${Icon} name="close" size=${14} />
    </button>
  <//>`;
}

/** @param {{role: Role}} props */
function Address({ role }) {
  const [url, setUrl] = useState("");
  const send = () => {
    if (url.trim()) addUrl(url.trim(), role);
    setUrl("");
  };
  // Inside the form of the order: Enter adds the address and orders nothing.
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) (event.preventDefault(), send());
  };
  return html`<div class="inline">
    <input
      type="url"
      value=${url}
      placeholder=${t("or an address: https://…")}
      aria-label=${t("Address of a reference")}
      onInput=${(/** @type {any} */ event) => setUrl(event.target.value)}
      onKeyDown=${pressed}
    />
    <button type="button" disabled=${!url.trim()} onClick=${send}>${t("Add")}</button>
  </div>`;
}
