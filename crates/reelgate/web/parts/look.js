// Language, light or dark, and the way out.

import { accounts, actFor, signOut, user } from "../lib/session.js";
import { team } from "../lib/api.js";
import { theme } from "../lib/theme.js";
import { html } from "../lib/ui.js";
import { language, LANGUAGES, speak, t } from "../lib/words.js";
import { Icon } from "./icon.js";
import { complain } from "./notes.js";

/** @type {Record<string, import("../lib/theme.js").Theme>} */
const AFTER = { system: "light", light: "dark", dark: "system" };
/** @type {Record<string, string>} */
const PICTURE = { system: "system", light: "sun", dark: "moon" };

export function Look() {
  return html`<div class="look">
    <${Teams} />
    <label class="pick">
      <${Icon} name="language" />
      <span class="hidden">${t("Language")}</span>
      <select
        value=${language.value}
        onChange=${(/** @type {any} */ event) => speak(event.target.value).catch(complain)}
      >
        ${Object.entries(LANGUAGES).map(
          ([code, name]) =>
            html`<option
              key=${code}
              value=${code}
              selected=${code === language.value}
              lang=${code}
            >
              ${name}
            </option>`,
        )}
      </select>
    </label>
    <button
      class="quiet"
      onClick=${() => (theme.value = AFTER[theme.value] ?? "system")}
      title=${looks()}
    >
      <${Icon} name=${PICTURE[theme.value]} /><span>${looks()}</span>
    </button>
    ${
      user.value &&
      html`<button class="quiet" onClick=${signOut} title=${user.value.name}>
        <${Icon} name="out" /><span>${t("Sign out")}</span>
      </button>`
    }
  </div>`;
}

function looks() {
  const names = {
    system: t("As the system"),
    light: t("Light"),
    dark: t("Dark"),
  };
  return names[theme.value];
}

/** For whom orders are made, where somebody is in a team. */
function Teams() {
  const teams = accounts.value.filter(one => one.kind === "team");
  if (!teams.length) return null;
  return html`<label class="pick">
    <${Icon} name="account" />
    <span class="hidden">${t("Works for")}</span>
    <select
      value=${team.value ?? ""}
      onChange=${(/** @type {any} */ event) => actFor(event.target.value)}
    >
      <option value="">${t("Myself")}</option>
      ${teams.map(one => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
    </select>
  </label>`;
}
