// Teams: who belongs to them, and the pool that their members spend.

import { ask, get, post, team as acting } from "../../lib/api.js";
import { credits, inCredits, when } from "../../lib/format.js";
import { accounts, actFor, refreshSession, user } from "../../lib/session.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm } from "../../parts/controls.js";
import { Field, FormDialog, NameField, Pick } from "../../parts/form.js";
import { useAnswer, Waiting } from "../../parts/load.js";
import { complain, tell } from "../../parts/notes.js";
import { Table } from "../../parts/table.js";

/**
 * @typedef {{id: string, name: string, role: "admin" | "member", studio_key: string,
 *   since: string}} Member
 * @typedef {{id: string, name: string, role: string, balance: string, held: string,
 *   members: Member[]}} Team
 * @typedef {{jobs: number, charged: number}} Spent
 */

const SPENT_DAYS = 30;
const DAY_MS = 86_400_000;

export default function Teams() {
  const answer = useAnswer(() => get("/teams"), []);
  const [isNew, setNew] = useState(false);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  const changed = () => {
    answer.again();
    void refreshSession().catch(complain);
  };
  /** @type {Team[]} */
  const teams = answer.found.data;
  return html`<div class="row row-apart">
      <p class="soft">${t("A team has a pool of credits that its members spend here.")}</p>
      <button class="main" onClick=${() => setNew(true)}>${t("New team")}</button>
    </div>
    ${!teams.length && html`<${Nobody} />`}
    <div class="stack">
      ${teams.map(one => html`<${Panel} key=${one.id} id=${one.id} onChange=${changed} />`)}
    </div>
    ${isNew && html`<${NewTeam} onMade=${changed} onClose=${() => setNew(false)} />`}`;
}

function Nobody() {
  return html`<div class="panel center">
    <h2>${t("You are in no team yet")}</h2>
    <p class="soft">
      ${t("Make one and add people, or ask somebody to add you: they need your name, {name}.", {
        name: user.value?.name ?? "",
      })}
    </p>
  </div>`;
}

/** @param {{onMade: () => void, onClose: () => void}} props */
function NewTeam({ onMade, onClose }) {
  const [name, setName] = useState("");
  const send = () => post("/teams", { name: name.trim() }).then(onMade);
  return html`<${FormDialog}
    title=${t("New team")}
    yes=${t("Make the team")}
    isReady=${Boolean(name.trim())}
    send=${send}
    onClose=${onClose}
  >
    <${NameField} value=${name} onInput=${setName} />
  <//>`;
}

/** @param {{id: string, onChange: () => void}} props */
function Panel({ id, onChange }) {
  const answer = useAnswer(() => Promise.all([get(`/teams/${id}`), spentIn(id)]), [id]);
  const [open, setOpen] = useState(/** @type {"add" | "fund" | null} */ (null));
  const [doomed, doom] = useState(/** @type {Member | null} */ (null));
  if (!answer.found) return html`<div class="panel"><${Waiting} ...${answer} /></div>`;
  /** @type {[Team, Map<string, Spent>]} */
  const [team, spent] = answer.found;
  const me = team.members.find(one => one.id === user.value?.id);
  const isAdmin = team.role === "admin";
  const changed = () => (answer.again(), onChange());
  const remove = async (/** @type {Member} */ member) => {
    // Nothing can be asked in the name of a team that one has left.
    if (member === me && acting.value === id) actFor(null);
    await ask("DELETE", `/teams/${id}/members/${member.id}`).then(
      member === me ? onChange : changed,
      complain,
    );
  };
  return html`<article class="panel team" aria-label=${team.name}>
    <header class="row row-apart">
      <h2>${team.name}</h2>
      <${Switch} team=${team} />
    </header>
    <${Pool} team=${team} spent=${spent} />
    <div class="actions">
      <button onClick=${() => setOpen("fund")}>${t("Add credits")}</button>
      ${isAdmin && html`<button onClick=${() => setOpen("add")}>${t("Add somebody")}</button>`}
      ${me && !isLast(team, me) && html`<button onClick=${() => doom(me)}>${t("Leave")}</button>`}
    </div>
    <${Members} team=${team} spent=${spent} onChange=${changed} onRemove=${doom} />
    ${
      open === "fund" &&
      html`<${Fund} team=${team} onDone=${changed} onClose=${() => setOpen(null)} />`
    }
    ${
      open === "add" &&
      html`<${Add} team=${team} onDone=${changed} onClose=${() => setOpen(null)} />`
    }
    ${
      doomed &&
      html`<${Confirm}
        title=${doomed === me ? t("Leave the team?") : t("Remove {name}?", { name: doomed.name })}
        text=${t("What was made stays with the team, and so do its credits.")}
        yes=${doomed === me ? t("Leave") : t("Remove")}
        onYes=${() => remove(doomed)}
        onClose=${() => doom(null)}
      />`
    }
  </article>`;
}

/** A team keeps one admin. @param {Team} team @param {Member} member */
function isLast(team, member) {
  return member.role === "admin" && team.members.filter(one => one.role === "admin").length === 1;
}

/** @param {{team: Team}} props */
function Switch({ team }) {
  if (acting.value !== team.id) {
    return html`<button class="quiet" onClick=${() => actFor(team.id)}>
      ${t("Work for this team")}
    </button>`;
  }
  return html`<span class="row">
    <span class="state state-good">${t("You work for it")}</span>
    <button class="quiet" onClick=${() => actFor(null)}>${t("Work for myself")}</button>
  </span>`;
}

/** @param {{team: Team, spent: Map<string, Spent>}} props */
function Pool({ team, spent }) {
  const sum = [...spent.values()].reduce((sum, one) => sum + one.charged, 0);
  const facts = [
    [t("To spend"), credits(Number(team.balance) - Number(team.held))],
    [t("Set aside for jobs"), credits(team.held)],
    [t("Charged in {n} days", { n: SPENT_DAYS }), credits(sum)],
  ];
  return html`<dl class="pool">
    ${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/**
 * @param {{team: Team, spent: Map<string, Spent>, onChange: () => void,
 *   onRemove: (member: Member) => void}} props
 */
function Members({ team, spent, onChange, onRemove }) {
  const isAdmin = team.role === "admin";
  const most = Math.max(1, ...[...spent.values()].map(one => one.charged));
  const setRole = (/** @type {Member} */ one, /** @type {string} */ role) =>
    ask("PATCH", `/teams/${team.id}/members/${one.id}`, { role }).then(onChange, error => {
      complain(error);
      onChange();
    });
  /** @type {import("../../parts/table.js").Column<Member>[]} */
  const columns = [
    {
      name: t("Name"),
      cell: one => html`<span>
        <strong>${one.name}</strong>
        ${one.id === user.value?.id && html`${" "}<span class="tag">${t("you")}</span>`}
      </span>`,
    },
    {
      name: t("Role"),
      cell: one =>
        isAdmin && !isLast(team, one)
          ? html`<select
              class="select-small"
              aria-label=${t("Role of {name}", { name: one.name })}
              value=${one.role}
              onChange=${(/** @type {any} */ event) => setRole(one, event.target.value)}
            >
              ${["admin", "member"].map(
                role => html`<option key=${role} value=${role} selected=${role === one.role}>
                  ${roleName(role)}
                </option>`,
              )}
            </select>`
          : roleName(one.role),
    },
    { name: t("Since"), cell: one => when(one.since) },
    {
      name: t("Charged in {n} days", { n: SPENT_DAYS }),
      right: true,
      cell: one => html`<${Share} value=${spent.get(one.studio_key)?.charged ?? 0} most=${most} />`,
    },
  ];
  if (isAdmin && team.members.length > 1) {
    columns.push({
      name: "",
      right: true,
      cell: one =>
        one.id !== user.value?.id &&
        html`<button
          class="quiet small"
          aria-label=${t("Remove {name}", { name: one.name })}
          onClick=${() => onRemove(one)}
        >
          ${t("Remove")}
        </button>`,
    });
  }
  const living = new Set(team.members.map(one => one.studio_key));
  const gone = [...spent].filter(([key]) => !living.has(key)).map(([, one]) => one.charged);
  return html`<${Table}
      label=${t("Members of {name}", { name: team.name })}
      rows=${team.members}
      columns=${columns}
      id=${(/** @type {Member} */ one) => one.id}
    />
    ${
      gone.length > 0 &&
      html`<p class="soft small">
        ${t("Former members were charged {n}.", {
          n: inCredits(gone.reduce((sum, one) => sum + one, 0)),
        })}
      </p>`
    }`;
}

/** A number, and how it stands to the largest. @param {{value: number, most: number}} props */
function Share({ value, most }) {
  return html`<span class="share-bar">
    <span>${credits(value)}</span>
    <i style=${{ inlineSize: `${Math.round((value / most) * 100)}%` }}></i>
  </span>`;
}

/** @param {string} role */
const roleName = role => (role === "admin" ? t("admin") : t("member"));

/** @param {{team: Team, onDone: () => void, onClose: () => void}} props */
function Add({ team, onDone, onClose }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("member");
  const send = async () => {
    await post(`/teams/${team.id}/members`, { name: name.trim(), role });
    tell(t("{name} belongs to the team now.", { name: name.trim() }));
    onDone();
  };
  return html`<${FormDialog}
    title=${t("Add somebody")}
    yes=${t("Add")}
    isReady=${Boolean(name.trim())}
    send=${send}
    onClose=${onClose}
  >
    <${NameField}
      value=${name}
      onInput=${setName}
      note=${t("The name that they sign in with.")}
    />
    <${Pick}
      name=${t("Role")}
      value=${role}
      onChange=${setRole}
      options=${["member", "admin"].map(value => ({ value, name: roleName(value) }))}
      note=${t("Members spend the pool; admins also choose the members.")}
    />
  <//>`;
}

/** @param {{team: Team, onDone: () => void, onClose: () => void}} props */
function Fund({ team, onDone, onClose }) {
  const [amount, setAmount] = useState("");
  const own = accounts.value.find(one => one.kind === "personal");
  const free = Number(own?.balance ?? 0) - Number(own?.held ?? 0);
  const note = [
    t("You have {n} to spend.", { n: inCredits(free) }),
    t("Only the team can spend what you give."),
  ].join(" ");
  const send = async () => {
    await post(`/teams/${team.id}/fund`, { credits: amount });
    tell(t("{n} credits were moved to the pool.", { n: credits(amount) }));
    onDone();
  };
  return html`<${FormDialog}
    title=${t("Add credits to {name}", { name: team.name })}
    yes=${t("Move them")}
    isReady=${Number(amount) > 0}
    send=${send}
    onClose=${onClose}
  >
    <${Field}
      name=${t("Credits")}
      value=${amount}
      onInput=${(/** @type {string} */ text) => setAmount(text.trim())}
      inputmode="decimal"
      autocomplete="off"
      note=${note}
    />
  <//>`;
}

/**
 * What was charged to the pool of late, by what each member's orders are filed under. A team with
 * more jobs than a report counts is shown without it.
 * @param {string} id
 * @returns {Promise<Map<string, Spent>>}
 */
async function spentIn(id) {
  const until = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  const from = new Date(Date.now() - (SPENT_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  const path = `/usage?from=${from}&until=${until}&by=key`;
  const headers = { "reelgate-account": id };
  const found = await ask("GET", path, undefined, { headers }).catch(() => ({ data: [] }));
  return new Map(
    found.data.map((/** @type {any} */ row) => [
      row.group,
      { jobs: row.jobs, charged: Number(row.charged) },
    ]),
  );
}
