// The documentation: guides out of Markdown, references out of OpenAPI.

import { route } from "../lib/router.js";
import { html, useEffect, useState } from "../lib/ui.js";
import { language, t } from "../lib/words.js";
import { Copy } from "../parts/controls.js";
import { useAnswer, Waiting } from "../parts/load.js";
import { Reference } from "../parts/reference.js";

/** @returns {[string, [string, string][]][]} groups of pages: name below `/docs/`, title */
function contents() {
  return [
    [
      t("Begin"),
      [
        ["quickstart", t("Quickstart")],
        ["prompt-guide", t("Prompt guide")],
        ["studio", t("The studio")],
      ],
    ],
    [
      t("Reference, with try-it"),
      [
        ["reference/native", t("Native API")],
        ["reference/open_v1", "API A"],
        ["reference/task_query", "API B"],
        ["reference/tasks_v1", "API C"],
        ["reference/ark", "Ark"],
        ["reference/openai", "OpenAI"],
      ],
    ],
    [
      t("For clients"),
      [
        ["api/native", t("The native API, explained")],
        ["api/open_v1", t("API A, explained")],
        ["api/task_query", t("API B, explained")],
        ["api/tasks_v1", t("API C, explained")],
        ["api/ark", t("Ark, explained")],
        ["api/openai", t("OpenAI videos, explained")],
        ["api/webhooks", t("Webhooks")],
        ["errors", t("Errors")],
        ["test-keys", t("Test keys")],
        ["agents", t("Agents")],
      ],
    ],
    [
      t("For operators"),
      [
        ["operating", t("Operating")],
        ["engines", t("Engines")],
        ["preview-engine", t("The preview engine")],
        ["job-lifecycle", t("What may happen to a job")],
        ["ledger", t("What may happen to money")],
        ["crash-proof", t("Against crashes")],
        ["benchmarks", t("How fast it is")],
      ],
    ],
  ];
}

/** Guides that there are in every language of the pages. */
const TRANSLATED = new Set(["quickstart", "prompt-guide"]);

export default function Docs() {
  const name = route.value.path.replace(/^\/docs\/?/, "") || "quickstart";
  const api = /^reference\/(\w+)$/.exec(name)?.[1];
  return html`<div class="docs">
    <${Contents} name=${name} />
    <article class="docs-page">
      ${api ? html`<${Reference} key=${api} api=${api} />` : html`<${Guide} name=${name} />`}
    </article>
  </div>`;
}

/** @param {{name: string}} props */
function Contents({ name }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [name]);
  return html`<nav class="docs-contents" aria-label=${t("Contents")}>
    <button class="docs-open" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
      ${t("Contents")}
    </button>
    <div class="docs-list ${isOpen ? "docs-list-open" : ""}">
      ${contents().map(
        ([title, pages]) => html`<section key=${title}>
          <h2>${title}</h2>
          <ul>
            ${pages.map(
              ([to, title]) => html`<li key=${to}>
                <a href="/docs/${to}" aria-current=${to === name ? "page" : undefined}>${title}</a>
              </li>`,
            )}
          </ul>
        </section>`,
      )}
    </div>
  </nav>`;
}

/** @param {{name: string}} props */
function Guide({ name }) {
  const plain = name.replace(/^(ja|ko|pl)\//, "");
  const isOther = language.value !== "en" && TRANSLATED.has(plain);
  const file = isOther ? `${language.value}/${plain}` : plain;
  const answer = useAnswer(() => page(file), [file]);
  useEffect(() => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at) at.scrollIntoView();
    else window.scrollTo(0, 0);
  }, [answer.found]);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  const { text, Body } = answer.found;
  return html`<div class="row docs-tools">
      <${Copy} text=${() => text} label=${t("Copy as Markdown")} />
      <a class="button quiet" href="/docs/${file}.md" target="_blank">${t("As text")}</a>
      ${
        language.value !== "en" &&
        !isOther &&
        html`<span class="soft small">${t("This page is in English.")}</span>`
      }
    </div>
    <div class="prose" lang=${isOther ? language.value : "en"}>${Body}</div>`;
}

/** @param {string} file */
async function page(file) {
  const response = await fetch(`/docs/${file}.md`);
  if (!response.ok) throw new Error(t("There is no such page"));
  const text = await response.text();
  const { markdown } = await import("../lib/markdown.js");
  return { text, Body: markdown(text) };
}
