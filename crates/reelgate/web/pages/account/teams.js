// Teams: a pool of credits that several people order from.

import { ask, get, post } from "../../lib/api.js";
import { credits } from "../../lib/format.js";
import { refreshSession, user } from "../../lib/session.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm, Dialog } from "../../parts/controls.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain, tell, wrong } from "../../parts/notes.js";
import { Table } from "../../parts/table.js";

/** @typedef {{id: string, name: string, role: string}} Member */
/**
 * @typedef {{id: string, name: string, role: string, balance: string, held: string,
 *   members?: Member[]}} Team
 */

export default function Teams() {
  const answer = useAnswer(() => get("/teams"), []);
  const [isNew, setNew] = useState(false);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  /** @type {Team[]} */
  const teams = answer.found.teams ?? answer.found.data ?? [];
  const again = () => {
    answer.again();
    refreshSession().catch(complain);
  };
  return html`<div class="row row-apart">
      <p class="soft">${t("A team orders from a pool of its own, in this studio.")}</p>
      <button class="main" onClick=${() => setNew(true)}>${t("New team")}</button>
    </div>
    ${!teams.length && html`<p class="soft">${t("Nothing yet.")}</p>`}
    <div class="stack">
      ${teams.map(team => html`<${One} key=${team.id} team=${team} again=${again} />`)}
    </div>
    ${
      isNew &&
      html`<${Ask}
      title=${t("New team")}
      label=${t("Name")}
      yes=${t("Make the team")}
      send=${(/** @type {string} */ name) => post("/teams", { name }).then(again)}
      onClose=${() => setNew(false)}
    />`
    }`;
}

/** @param {{team: Team, again: () => void}} props */
function One({ team, again }) {
  const answer = useAnswer(() => get(`/teams/${team.id}`), [team.id]);
  const [open, setOpen] = useState("");
  const [doomed, doom] = useState(/** @type {Member | null} */ (null));
  const whole = /** @type {Team | null} */ (answer.found);
  const members = whole?.members ?? [];
  const mine = team.role ?? members.find(one => one.id === user.value?.id)?.role;
  const mayManage = mine === "admin" || mine === "owner";
  const path = `/teams/${team.id}/members`;
  const done = () => (answer.again(), again());
  const setRole = (/** @type {Member} */ one, /** @type {string} */ role) =>
    ask("PATCH", `${path}/${one.id}`, { role }).then(done, complain);
  /** @type {import("../../parts/table.js").Column<Member>[]} */
  const columns = [
    { name: t("Name"), cell: one => one.name },
    {
      name: t("Role"),
      cell: one =>
        mayManage
          ? html`<select
              aria-label=${t("Role of {name}", { name: one.name })}
              value=${one.role}
              onChange=${(/** @type {any} */ event) => setRole(one, event.target.value)}
            >
              <option value="member" selected=${one.role === "member"}>${t("member")}</option>
              <option value="admin" selected=${one.role === "admin"}>${t("admin")}</option>
            </select>`
          : one.role,
    },
    {
      name: "",
      right: true,
      cell: one =>
        (mayManage || one.id === user.value?.id) &&
        html`<button class="quiet" onClick=${() => doom(one)}>
          ${one.id === user.value?.id ? t("Leave") : t("Remove")}
        </button>`,
    },
  ];
  return html`<article class="panel">
    <div class="row row-apart">
      <h2>${team.name}</h2>
      <strong>${t("{n} credits", { n: credits(whole?.balance ?? team.balance) })}</strong>
    </div>
    <${Table}
      label=${t("Members")}
      rows=${members}
      columns=${columns}
      id=${(/** @type {Member} */ one) => one.id}
    />
    <div class="row">
      <button onClick=${() => setOpen("fund")}>${t("Put credits in")}</button>
      ${mayManage && html`<button onClick=${() => setOpen("add")}>${t("Add a member")}</button>`}
    </div>
    ${
      open === "fund" &&
      html`<${Ask}
      title=${t("Put credits in")}
      label=${t("Credits, from your own balance")}
      yes=${t("Move them")}
      send=${(/** @type {string} */ amount) =>
        post(`/teams/${team.id}/fund`, { credits: amount }).then(() => {
          tell(t("The credits were moved."));
          done();
        })}
      onClose=${() => setOpen("")}
    />`
    }
    ${
      open === "add" &&
      html`<${Ask}
      title=${t("Add a member")}
      label=${t("Name with which they sign in")}
      yes=${t("Add")}
      send=${(/** @type {string} */ name) => post(path, { name, role: "member" }).then(done)}
      onClose=${() => setOpen("")}
    />`
    }
    ${
      doomed &&
      html`<${Confirm}
      title=${t("Remove {name}?", { name: doomed.name })}
      text=${t("They can no longer order from this pool.")}
      yes=${t("Remove")}
      onYes=${() => ask("DELETE", `${path}/${doomed.id}`).then(done, complain)}
      onClose=${() => doom(null)}
    />`
    }
  </article>`;
}

/**
 * A window with one question.
 * @param {{title: string, label: string, yes: string, send: (text: string) => Promise<any>,
 *   onClose: () => void}} props
 */
export function Ask({ title, label, yes, send, onClose }) {
  const [text, setText] = useState("");
  const [fault, setFault] = useState("");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send(text.trim()).then(onClose, error => setFault(wrong(error)));
  };
  return html`<${Dialog} title=${title} onClose=${onClose} class="dialog-small">
    <form onSubmit=${submit}>
      <label class="field">
        <span>${label}</span>
        <input
          value=${text}
          onInput=${(/** @type {any} */ event) => setText(event.target.value)}
        />
      </label>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("Back")}</button>
        <button class="main" disabled=${!text.trim()}>${yes}</button>
      </footer>
    </form>
  <//>`;
}
