// Sends one request of a reference to this server, as whoever is signed in.

import { credentials, key } from "../lib/api.js";
import { example } from "../lib/openapi.js";
import { isPerson, user } from "../lib/session.js";
import { html, signal, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Copy } from "./controls.js";

/** @typedef {import("../lib/openapi.js").Operation} Operation */

const SHOWN_CHARS_MAX = 20_000;
/** A key for requests that a session cannot make; gone with the page. */
const given = signal("");

/** @param {{api: string, document: any, operation: Operation}} props */
export function TryIt({ api, document, operation }) {
  const schema = operation.body?.["application/json"]?.schema;
  const asked = operation.parameters.filter(one => one.in === "path" || one.in === "query");
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({}));
  const [body, setBody] = useState(() =>
    schema ? JSON.stringify(example(document, schema), null, 2) : "",
  );
  const [answer, setAnswer] = useState(/** @type {{status: string, text: string} | null} */ (null));
  const [isBusy, setBusy] = useState(false);
  const needsKey = !operation.isPublic && !key.value && !(isPerson.value && api === "native");
  if (operation.body && !schema) return null;
  if (operation.path.endsWith("/events")) return null;

  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    /** @type {Record<string, string>} */
    const headers = credentials();
    if (needsKey && given.value) headers.authorization = `Bearer ${given.value}`;
    if (schema) headers["content-type"] = "application/json";
    const init = { method: operation.method, headers, body: schema ? body : undefined };
    try {
      const response = await fetch(addressOf(operation, values), init);
      const status = `${response.status} ${response.statusText}`;
      setAnswer({ status, text: pretty(await response.text()).slice(0, SHOWN_CHARS_MAX) });
    } catch {
      setAnswer({ status: "", text: t("The server cannot be reached") });
    }
    setBusy(false);
  };

  return html`<form class="try" onSubmit=${send}>
    <h3>${t("Try it")}</h3>
    <p class="soft small">
      ${
        operation.method === "GET"
          ? t("This asks this server.")
          : t("This is done on this server, with your credits.")
      }
    </p>
    <div class="columns">
      ${
        needsKey &&
        html`<label class="field">
        <span>${t("API key")}</span>
        <input
          type="password"
          autocomplete="off"
          value=${given.value}
          placeholder="sk_test_…"
          onInput=${(/** @type {any} */ event) => (given.value = event.target.value.trim())}
        />
      </label>`
      }
      ${asked.map(
        one => html`<label key=${one.name} class="field">
          <span><code>${one.name}</code></span>
          <input
            required=${one.in === "path"}
            value=${values[one.name] ?? ""}
            placeholder=${one.schema?.examples?.[0] ?? ""}
            onInput=${(/** @type {any} */ event) =>
              setValues({ ...values, [one.name]: event.target.value })}
          />
        </label>`,
      )}
    </div>
    ${
      schema &&
      html`<label class="field">
      <span>${t("Body")}</span>
      <textarea
        class="mono"
        rows=${Math.min(16, body.split("\n").length + 1)}
        spellcheck=${false}
        value=${body}
        onInput=${(/** @type {any} */ event) => setBody(event.target.value)}
      ></textarea>
    </label>`
    }
    <button class="main" disabled=${isBusy || (needsKey && !given.value)}>${t("Send")}</button>
    ${!user.value && needsKey && html` <span class="soft small">${t("A key is needed.")}</span>`}
    ${
      answer &&
      html`<div class="code" aria-live="polite">
      <${Copy} text=${() => answer.text} />
      <pre tabindex="0"><strong>${answer.status}</strong>
${answer.text}</pre>
    </div>`
    }
  </form>`;
}

/** @param {Operation} operation @param {Record<string, string>} values */
function addressOf(operation, values) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(values[name] ?? ""),
  );
  const query = new URLSearchParams();
  for (const one of operation.parameters) {
    const value = values[one.name];
    if (one.in === "query" && value) query.set(one.name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
