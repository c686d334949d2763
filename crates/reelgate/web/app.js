// Where the studio begins.

import { beginRouter } from "./lib/router.js";
import { begin } from "./lib/session.js";
import { beginTheme } from "./lib/theme.js";
import { html, render } from "./lib/ui.js";
import { beginWords } from "./lib/words.js";
import { Shell } from "./parts/shell.js";

beginTheme();
beginRouter();
const root = document.getElementById("app");
if (root) {
  await Promise.all([begin(), beginWords().catch(() => null)]);
  render(html`<${Shell} />`, root);
}
