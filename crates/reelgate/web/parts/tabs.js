// The pages of one department, each with an address of its own and loaded when it is opened.

import { go, route } from "../lib/router.js";
import { html, useEffect, useRef, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { complain } from "./notes.js";

/** @typedef {{to: string, name: string, load: () => Promise<{default: any}>}} Tab */

/** @param {{title: string, tabs: Tab[]}} props */
export function Tabs({ title, tabs }) {
  const path = route.value.path;
  const fitting = tabs.filter(one => path === one.to || path.startsWith(`${one.to}/`));
  const tab = fitting.sort((a, b) => b.to.length - a.to.length)[0] ?? tabs[0];
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  const [shown, show] = useState(/** @type {{to: string, Body: any} | null} */ (null));
  useEffect(() => {
    if (!tab) return;
    if (!fitting.length) go(tab.to, { replace: true });
    tab.load().then(found => show({ to: tab.to, Body: found.default }), complain);
    // On a telephone the row of tabs is wider than the window.
    const current = head.current?.querySelector("[aria-current]");
    if (current instanceof HTMLElement && head.current) {
      head.current.scrollLeft = current.offsetLeft - head.current.clientWidth / 3;
    }
  }, [tab?.to]);
  return html`<section class="page">
    <div class="page-head">
      <h1>${title}</h1>
      <nav class="segments" aria-label=${title} ref=${head}>
        ${tabs.map(
          one => html`<a
            key=${one.to}
            href=${one.to}
            aria-current=${one.to === tab?.to ? "page" : undefined}
          >
            ${one.name}
          </a>`,
        )}
      </nav>
    </div>
    ${
      shown && shown.to === tab?.to
        ? html`<${shown.Body} />`
        : html`<p class="soft" aria-busy="true">${t("Loading …")}</p>`
    }
  </section>`;
}
