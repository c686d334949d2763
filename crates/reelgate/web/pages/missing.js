// An address without a page.

import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";

export default function Missing() {
  return html`<section class="page narrow">
    <h1>${t("There is nothing here")}</h1>
    <p><a href="/">${t("Go to the beginning")}</a></p>
  </section>`;
}
