// The password, and where somebody is signed in with it.

import { ask, get, post } from "../../lib/api.js";
import { ago } from "../../lib/format.js";
import { server, user } from "../../lib/session.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain, tell, wrong } from "../../parts/notes.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, means: string, created_at: string, last_seen_at: string, agent: string,
 *   current: boolean}} Session
 */

/** @type {[RegExp, string][]} The first that fits: most pretend to be the later ones, too. */
const BROWSERS = [
  [/Edg/, "Edge"],
  [/OPR/, "Opera"],
  [/Firefox/, "Firefox"],
  [/Chrom|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS X/, "macOS"],
  [/Linux|X11/, "Linux"],
];

/** What people call it, or what it calls itself. @param {string} agent */
function browserOf(agent) {
  const known = [BROWSERS, SYSTEMS].map(list => list.find(([mark]) => mark.test(agent))?.[1]);
  return known.filter(Boolean).join(", ") || agent.slice(0, 60);
}

export default function Safety() {
  return html`${server.value.sign_in.includes("password") && html`<${Password} />`}
    <h2>${t("Where you are signed in")}</h2>
    <${Sessions} />`;
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [fault, setFault] = useState("");
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    setFault("");
    post("/password", { ...(current && { current }), new: next }).then(
      () => {
        tell(t("The password was changed."));
        setCurrent("");
        setNext("");
      },
      error => setFault(wrong(error)),
    );
  };
  return html`<form class="panel" onSubmit=${send}>
    <h2>${t("Password")}</h2>
    <input hidden autocomplete="username" value=${user.value?.name} readonly />
    <div class="columns">
      <label class="field">
        <span>${t("Password now, where there is one")}</span>
        <input
          type="password"
          autocomplete="current-password"
          value=${current}
          onInput=${(/** @type {any} */ event) => setCurrent(event.target.value)}
        />
      </label>
      <label class="field">
        <span>${t("New password")}</span>
        <input
          type="password"
          autocomplete="new-password"
          value=${next}
          onInput=${(/** @type {any} */ event) => setNext(event.target.value)}
        />
      </label>
    </div>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    <button class="main" disabled=${!next}>${t("Change the password")}</button>
  </form>`;
}

function Sessions() {
  const answer = useAnswer(() => get("/sessions"), []);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  const end = (/** @type {Session} */ one) =>
    ask("DELETE", `/sessions/${one.id}`).then(answer.again, complain);
  /** @type {import("../../parts/table.js").Column<Session>[]} */
  const columns = [
    {
      name: t("Browser"),
      cell: one => html`<span title=${one.agent}>${browserOf(one.agent) || t("unknown")}</span>`,
    },
    { name: t("Signed in"), cell: one => ago(one.created_at) },
    { name: t("Last seen"), cell: one => ago(one.last_seen_at) },
    {
      name: "",
      right: true,
      cell: one =>
        one.current
          ? html`<span class="state state-good">${t("this one")}</span>`
          : html`<button class="quiet" onClick=${() => end(one)}>${t("Sign out")}</button>`,
    },
  ];
  return html`<${Table}
    label=${t("Where you are signed in")}
    rows=${answer.found.data}
    columns=${columns}
    id=${(/** @type {Session} */ one) => one.id}
  />`;
}
