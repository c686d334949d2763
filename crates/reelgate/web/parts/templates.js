// Whole orders that somebody keeps in this browser, to begin with again: words and settings.

import { change, choose, draft } from "../lib/draft.js";
import { span } from "../lib/format.js";
import { keep, kept } from "../lib/keep.js";
import { modelOf } from "../lib/models.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "./icon.js";

/** @typedef {import("../lib/draft.js").Draft} Draft */
/** @typedef {{name: string, draft: Draft}} Template */

const TEMPLATES_MAX = 50;
const NAME_CHARS_MAX = 60;

/** @param {{onClose: () => void}} props */
export function Templates({ onClose }) {
  const [list, setList] = useState(() => kept("templates", /** @type {Template[]} */ ([])));
  const [name, setName] = useState("");
  const save = (/** @type {Template[]} */ next) => {
    setList(next);
    keep("templates", next);
  };
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    const others = list.filter(one => one.name !== name.trim());
    save([{ name: name.trim(), draft: draft.value }, ...others].slice(0, TEMPLATES_MAX));
    setName("");
  };
  const use = (/** @type {Template} */ template) => {
    change(template.draft);
    // A model may be gone, or may do less than it did.
    const model = modelOf(template.draft.model);
    if (model) choose(model);
    onClose();
  };
  return html`<form class="inline template-form" onSubmit=${add}>
      <input
        value=${name}
        maxlength=${NAME_CHARS_MAX}
        aria-label=${t("Name of the template")}
        placeholder=${t("Name of the template")}
        onInput=${(/** @type {any} */ event) => setName(event.target.value)}
      />
      <button class="main" disabled=${!name.trim()}>${t("Keep this order")}</button>
    </form>
    ${!list.length && html`<p class="soft">${t("Nothing yet.")}</p>`}
    <ul class="prompts">
      ${list.map(
        one => html`<li key=${one.name} class="template">
          <button type="button" onClick=${() => use(one)}>
            <strong>${one.name}</strong>
            <span class="soft small">${about(one.draft)}</span>
            <span>${one.draft.prompt}</span>
          </button>
          <button
            type="button"
            class="quiet"
            aria-label=${t("Remove {name}", { name: one.name })}
            onClick=${() => save(list.filter(other => other !== one))}
          >
            <${Icon} name="trash" size=${18} />
          </button>
        </li>`,
      )}
    </ul>`;
}

/** @param {Draft} draft */
function about({ model, ratio, resolution, duration_s }) {
  const known = modelOf(model);
  const length = known?.makes === "image" || duration_s < 0 ? [] : [span(duration_s)];
  return [known?.title ?? model, ratio, resolution, ...length].join(" · ");
}
