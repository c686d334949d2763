// A secret that is shown this once: to copy, and to say that one has it.

import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Copy, Dialog } from "./controls.js";

/**
 * @param {{title: string, name: string, secret: string, note: string, onClose: () => void}} props
 */
export function ShownOnce({ title, name, secret, note, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose} class="dialog-small">
    <p>${note}</p>
    <div class="shown">
      <input readonly class="mono" value=${secret} aria-label=${name} />
      <${Copy} text=${() => secret} />
    </div>
    <footer><button class="main" onClick=${onClose}>${t("I have it")}</button></footer>
  <//>`;
}
