// Where the studio begins.

import { beginRouter, load, pageAt, PUBLIC } from "./lib/router.js";
import { begin, hasProof } from "./lib/session.js";
import { beginTheme } from "./lib/theme.js";
import { html, render } from "./lib/ui.js";
import { beginWords } from "./lib/words.js";
import { Shell } from "./parts/shell.js";

beginTheme();
beginRouter();
// The page's code comes while the server says who this is.
const name = pageAt(location.pathname);
if (PUBLIC.has(name) || hasProof()) load(name).catch(() => null);
const root = document.getElementById("app");
if (root) {
  await Promise.all([begin(), beginWords().catch(() => null)]);
  render(html`<${Shell} />`, root);
}
