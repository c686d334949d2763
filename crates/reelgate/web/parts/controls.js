// Small controls that forms are made of.

import { html, useEffect, useRef } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "./icon.js";

/**
 * One of a few: shown as buttons side by side, moved through with the arrow keys.
 * @param {{label: string, value: any, options: {value: any, name: string, picture?: any}[],
 *   onChange: (value: any) => void, class?: string}} props
 */
export function Choice({ label, value, options, onChange, class: more = "" }) {
  const step = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = options.findIndex(option => option.value === value);
    const next = options[(at + by + options.length) % options.length];
    if (next) onChange(next.value);
    const group = event.currentTarget;
    requestAnimationFrame(() => {
      const now = group instanceof Element && group.querySelector("[aria-checked=true]");
      if (now instanceof HTMLElement) now.focus();
    });
  };
  return html`<div
    class="choice ${more}"
    role="radiogroup"
    aria-label=${label}
    onKeyDown=${step}
  >
    ${options.map(
      option =>
        html`<button
          key=${option.value}
          type="button"
          role="radio"
          aria-checked=${option.value === value}
          tabindex=${option.value === value ? 0 : -1}
          onClick=${() => onChange(option.value)}
        >
          ${option.picture}${option.name}
        </button>`,
    )}
  </div>`;
}

/**
 * @param {{label: string, value: boolean, onChange: (value: boolean) => void, note?: string}} props
 */
export function Switch({ label, value, onChange, note }) {
  return html`<label class="switch">
    <input
      type="checkbox"
      role="switch"
      checked=${value}
      onChange=${(/** @type {any} */ event) => onChange(event.target.checked)}
    />
    <span>${label}${note && html`<small class="soft">${note}</small>`}</span>
  </label>`;
}

/**
 * A window above the page. It closes with Escape, with its button, and beside it.
 * @param {{title: string, onClose: () => void, children?: any, class?: string}} props
 */
export function Dialog({ title, onClose, children, class: more = "" }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  const beside = (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog.current) dialog.current?.close();
  };
  return html`<dialog
    ref=${dialog}
    class=${more}
    aria-label=${title}
    onClose=${onClose}
    onClick=${beside}
  >
    <div class="dialog">
      <header>
        <h2>${title}</h2>
        <button
          class="quiet"
          aria-label=${t("Close")}
          onClick=${() => dialog.current?.close()}
        >
          <${Icon} name="close" />
        </button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

/**
 * Asks before something that cannot be taken back.
 * @param {{title: string, text: string, yes: string, onYes: () => void, onClose: () => void}} props
 */
export function Confirm({ title, text, yes, onYes, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose} class="dialog-small">
    <p>${text}</p>
    <footer>
      <button onClick=${onClose}>${t("Keep it")}</button>
      <button class="danger" onClick=${() => (onYes(), onClose())}>
        ${yes}
      </button>
    </footer>
  <//>`;
}

/** A button that copies a text and says so. @param {{text: () => string, label?: string}} props */
export function Copy({ text, label }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const copy = async () => {
    await copyText(text());
    button.current?.classList.add("copied");
    setTimeout(() => button.current?.classList.remove("copied"), 1500);
  };
  return html`<button
    ref=${button}
    type="button"
    class="quiet copy"
    onClick=${copy}
  >
    <${Icon} name="copy" size=${16} /><span class="copy-name"
      >${label ?? t("Copy")}</span>
    <span class="copy-done" aria-hidden="true">${t("Copied")}</span>
  </button>`;
}

/**
 * The clipboard is there over https only; a marked text can be copied anywhere.
 * @param {string} text
 */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
