// A window with a form in it: sent once at a time, and what is wrong is said where it was written.

import { html, useEffect, useRef, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Dialog } from "./controls.js";
import { wrong } from "./notes.js";

/**
 * @param {{title: string, yes: string, send: () => Promise<any>, onClose: () => void,
 *   isReady?: boolean, class?: string, children?: any}} props `send` closes it when it succeeds
 */
export function FormDialog({ title, yes, send, onClose, isReady = true, children, ...more }) {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    const first = form.current?.querySelector("input, select");
    if (first instanceof HTMLElement) first.focus();
  }, []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    await send().then(onClose, error => {
      setFault(wrong(error));
      setBusy(false);
    });
  };
  return html`<${Dialog} title=${title} onClose=${onClose} class=${more.class ?? "dialog-small"}>
    <form onSubmit=${submit} ref=${form}>
      ${children} ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("Back")}</button>
        <button class="main" disabled=${isBusy || !isReady}>${yes}</button>
      </footer>
    </form>
  <//>`;
}

/**
 * A line to write in, with its name above and a remark below.
 * @param {{name: string, value: string, onInput: (value: string) => void, note?: string,
 *   [attribute: string]: any}} props
 */
export function Field({ name, value, onInput, note, ...more }) {
  return html`<label class="field">
    <span>${name}</span>
    <input
      value=${value}
      ...${more}
      onInput=${(/** @type {any} */ event) => onInput(event.target.value)}
    />
    ${note && html`<small class="soft">${note}</small>`}
  </label>`;
}

/**
 * A line for what a person, a team or an account is called.
 * @param {{value: string, onInput: (value: string) => void, note?: string}} props
 */
export function NameField({ value, onInput, note }) {
  return html`<${Field}
    name=${t("Name")}
    value=${value}
    onInput=${onInput}
    maxlength="64"
    autocomplete="off"
    autocapitalize="none"
    note=${note ?? t("Letters, digits, dots, dashes, underscores and @.")}
  />`;
}

/**
 * One of a few, in a list that opens.
 * @param {{name: string, value: string, options: {value: string, name: string}[],
 *   onChange: (value: string) => void, note?: string}} props
 */
export function Pick({ name, value, options, onChange, note }) {
  return html`<label class="field">
    <span>${name}</span>
    <select
      value=${value}
      onChange=${(/** @type {any} */ event) => onChange(event.target.value)}
    >
      ${options.map(one => html`<option key=${one.value} value=${one.value}>${one.name}</option>`)}
    </select>
    ${note && html`<small class="soft">${note}</small>`}
  </label>`;
}
