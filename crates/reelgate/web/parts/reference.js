// The reference of one API, out of its own description.

import { example, fields, operations, typeOf } from "../lib/openapi.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { useAnswer, Waiting } from "./load.js";
import { Table } from "./table.js";
import { TryIt } from "./try-it.js";

/** @typedef {import("../lib/openapi.js").Operation} Operation */

/** @param {{api: string}} props */
export function Reference({ api }) {
  const answer = useAnswer(() => load(api), [api]);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  const document = answer.found;
  const all = operations(document);
  return html`<div class="row docs-tools">
      <a class="button quiet" href="/openapi/${api}.json" target="_blank">OpenAPI</a>
      <a class="button quiet" href="/docs/api/${api}">${t("Explained")}</a>
    </div>
    <div class="prose">
      <h1>${document.info.title}</h1>
      <p lang="en">${document.info.description}</p>
    </div>
    <div class="stack">
      ${all.map(
        one => html`<${One} key=${one.id} api=${api} document=${document} operation=${one} />`,
      )}
    </div>`;
}

/** @param {string} api */
async function load(api) {
  const response = await fetch(`/openapi/${api}.json`);
  if (!response.ok) throw new Error(t("There is no such page"));
  return response.json();
}

/** @param {{api: string, document: any, operation: Operation}} props */
function One({ api, document, operation }) {
  const [isOpen, setOpen] = useState(false);
  const toggled = (/** @type {any} */ event) => setOpen(event.currentTarget.open);
  return html`<details class="panel operation" onToggle=${toggled} id=${operation.id}>
    <summary>
      <span class="method method-${operation.method.toLowerCase()}">${operation.method}</span>
      <code>${operation.path}</code>
      <span class="operation-title" lang="en">${operation.title}</span>
    </summary>
    ${isOpen && html`<${Body} api=${api} document=${document} operation=${operation} />`}
  </details>`;
}

/** @param {{api: string, document: any, operation: Operation}} props */
function Body({ api, document, operation }) {
  const schema = operation.body?.["application/json"]?.schema;
  const [status, answer] = operation.answers.find(([status]) => status.startsWith("2")) ?? [];
  const given = answer?.content?.["application/json"]?.schema;
  return html`${operation.description && html`<p lang="en">${operation.description}</p>`}
    ${operation.isPublic && html`<p><span class="tag">${t("needs no key")}</span></p>`}
    ${
      operation.parameters.length > 0 &&
      html`<h3>${t("Parameters")}</h3>
      <${Fields}
        label=${t("Parameters")}
        rows=${operation.parameters.map(one => ({
          name: one.name,
          type: `${one.in}: ${typeOf(document, one.schema ?? { type: "string" })}`,
          isRequired: Boolean(one.required),
          about: one.description ?? "",
        }))}
      />`
    }
    ${
      schema &&
      html`<h3>${t("Body")}</h3>
      <${Fields} label=${t("Body")} rows=${fields(document, schema)} />`
    }
    ${
      given &&
      html`<h3>${t("Answer {status}", { status: status ?? "" })}</h3>
      <p class="soft" lang="en">${operation.summary}</p>
      <${Fields} label=${t("Answer")} rows=${fields(document, given)} />
      <details class="more">
        <summary>${t("Example")}</summary>
        <pre tabindex="0">${JSON.stringify(example(document, given), null, 2)}</pre>
      </details>`
    }
    <h3>${t("Refusals")}</h3>
    <ul class="soft small" lang="en">
      ${operation.answers
        .filter(([status]) => /^[45]/.test(status))
        .map(
          ([status, one]) => html`<li key=${status}><code>${status}</code> ${one.description}</li>`,
        )}
    </ul>
    <${TryIt} api=${api} document=${document} operation=${operation} />`;
}

/**
 * @param {{label: string, rows: {name: string, type: string, isRequired: boolean,
 *   about: string}[]}} props
 */
function Fields({ label, rows }) {
  return html`<${Table}
    label=${label}
    rows=${rows}
    id=${(/** @type {any} */ row) => row.name}
    columns=${[
      {
        name: t("Name"),
        cell: (/** @type {any} */ row) =>
          html`<code>${row.name}</code>${
            row.isRequired && html`<span class="tag">${t("required")}</span>`
          }`,
      },
      {
        name: t("Type"),
        cell: (/** @type {any} */ row) => html`<span class="mono soft">${row.type}</span>`,
      },
      {
        name: t("Meaning"),
        cell: (/** @type {any} */ row) => html`<span lang="en">${row.about}</span>`,
      },
    ]}
  />`;
}
