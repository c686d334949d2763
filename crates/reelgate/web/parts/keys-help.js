// The list of keys that work everywhere.

import { isHelpOpen } from "../lib/shortcuts.js";
import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Dialog } from "./controls.js";

export function KeysHelp() {
  if (!isHelpOpen.value) return null;
  /** @type {[string[], string][]} */
  const keys = [
    [["n"], t("A new order")],
    [["Ctrl", "Enter"], t("Order what is written")],
    [["g", "c"], t("Create")],
    [["g", "s"], t("Storyboard")],
    [["g", "w"], t("Watch")],
    [["g", "g"], t("Gallery")],
    [["g", "a"], t("Account")],
    [["g", "d"], t("Docs")],
    [["/"], t("Search")],
    [[",", "."], t("One frame back, one frame on")],
    [["Esc"], t("Close a window")],
  ];
  return html`<${Dialog}
    title=${t("Keys on the keyboard")}
    onClose=${() => (isHelpOpen.value = false)}
    class="dialog-small"
  >
    <dl class="facts">
      ${keys.map(
        ([names, what]) => html`<div key=${what}>
          <dt>${names.map(name => html`<kbd key=${name}>${name}</kbd> `)}</dt>
          <dd>${what}</dd>
        </div>`,
      )}
    </dl>
  <//>`;
}
