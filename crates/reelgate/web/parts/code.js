// A window with the order as code.

import { LANGUAGES, requests } from "../lib/code.js";
import { order } from "../lib/draft.js";
import { kept, keep } from "../lib/keep.js";
import { apiName } from "../lib/models.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Choice, Copy, Dialog } from "./controls.js";

/** @param {{onClose: () => void}} props */
export function Code({ onClose }) {
  const written = order.value.prompt || t("A red fox trots along a frozen river at dawn.");
  const all = requests({ ...order.value, prompt: written });
  const [api, setApi] = useState(all[0]?.api ?? "native");
  const [language, setLanguage] = useState(kept("code-language", "curl"));
  const request = all.find(one => one.api === api) ?? all[0];
  if (!request) return null;
  const text = (LANGUAGES[language] ?? LANGUAGES.curl)?.(request, location.origin) ?? "";
  return html`<${Dialog}
    title=${t("As code")}
    onClose=${onClose}
    class="dialog-wide"
  >
    <div class="row">
      <${Choice}
        label="API"
        value=${request.api}
        options=${all.map(one => ({ value: one.api, name: apiName(one.api) }))}
        onChange=${setApi}
      />
      <${Choice}
        label=${t("Language")}
        value=${language}
        options=${Object.keys(LANGUAGES).map(name => ({ value: name, name }))}
        onChange=${(/** @type {string} */ name) => (keep("code-language", name), setLanguage(name))}
      />
    </div>
    <div class="code">
      <${Copy} text=${() => text} />
      <pre tabindex="0"><code>${text}</code></pre>
    </div>
    ${
      request.nearest &&
      html`<p class="soft small">
        ${t("This API does not have your model; {model} comes nearest.", {
          model: request.nearest,
        })}
      </p>`
    }
    <p class="soft small">
      ${t("KEY is an API key of yours.")} ${" "}
      <a href="/account/keys">${t("Make one")}</a> · ${" "}
      <a href="/docs/api/${request.api}">${t("Reference")}</a>
    </p>
  <//>`;
}
