// People: made, found, helped in by a link, given another role, shut out.

import { ask, post } from "../../lib/api.js";
import { ago, when } from "../../lib/format.js";
import { user as me } from "../../lib/session.js";
import { html, useState } from "../../lib/ui.js";
import { t } from "../../lib/words.js";
import { Confirm } from "../../parts/controls.js";
import { Field, FormDialog, NameField, Pick } from "../../parts/form.js";
import { Listing } from "../../parts/listing.js";
import { complain, tell } from "../../parts/notes.js";
import { ShownOnce } from "../../parts/once.js";
import { Search } from "../../parts/search.js";

/**
 * @typedef {{id: string, name: string, role: "user" | "operator", account: string,
 *   has_password: boolean, disabled: boolean, disabled_at: string | null,
 *   created_at: string}} User
 * @typedef {{url: string, expires: string, name: string}} Link
 */

const ROLES = ["user", "operator"];
const PASSWORD_CHARS_MIN = 8;

export default function Users() {
  const [query, setQuery] = useState("");
  const [turn, setTurn] = useState(0);
  const [isNew, setNew] = useState(false);
  const [chosen, choose] = useState(/** @type {User | null} */ (null));
  const [doomed, doom] = useState(/** @type {User | null} */ (null));
  const [link, setLink] = useState(/** @type {Link | null} */ (null));
  const again = () => setTurn(turn + 1);
  const makeLink = (/** @type {User} */ one) =>
    post(`/operator/users/${one.id}/link`).then(
      found => setLink({ ...found, name: one.name }),
      complain,
    );
  const shut = (/** @type {User} */ one, /** @type {boolean} */ disabled) =>
    ask("PATCH", `/operator/users/${one.id}`, { disabled }).then(again, complain);
  return html`<div class="row row-apart">
      <${Search} label=${t("Search by name")} onSearch=${setQuery} />
      <button class="main" onClick=${() => setNew(true)}>${t("New person")}</button>
    </div>
    <${Listing}
      label=${t("People")}
      path=${`/operator/users${query ? `?query=${encodeURIComponent(query)}` : ""}`}
      turn=${turn}
      columns=${columns({ makeLink, choose, doom, letIn: one => shut(one, false) })}
    />
    ${
      isNew && html`<${NewUser} onMade=${again} onLink=${setLink} onClose=${() => setNew(false)} />`
    }
    ${chosen && html`<${Change} of=${chosen} onDone=${again} onClose=${() => choose(null)} />`}
    ${
      doomed &&
      html`<${Confirm}
        title=${t("Shut {name} out?", { name: doomed.name })}
        text=${t("Every session of theirs ends at once. Their keys go on working.")}
        yes=${t("Shut out")}
        onYes=${() => shut(doomed, true)}
        onClose=${() => doom(null)}
      />`
    }
    ${
      link &&
      html`<${ShownOnce}
        title=${t("A link for {name}", { name: link.name })}
        name=${t("Link")}
        secret=${link.url}
        note=${linkNote(link)}
        onClose=${() => setLink(null)}
      />`
    }`;
}

/** @param {Link} link */
const linkNote = link =>
  [
    t("It signs them in once, until {time}.", { time: when(link.expires) }),
    t("Then they can choose a password. It is shown this once."),
  ].join(" ");

/**
 * @param {{makeLink: (one: User) => void, choose: (one: User) => void, doom: (one: User) => void,
 *   letIn: (one: User) => void}} act
 * @returns {import("../../parts/table.js").Column<User>[]}
 */
function columns({ makeLink, choose, doom, letIn }) {
  return [
    {
      name: t("Name"),
      cell: one => html`<span>
        <strong>${one.name}</strong>
        ${one.id === me.value?.id && html`${" "}<span class="tag">${t("you")}</span>`}
      </span>`,
    },
    {
      name: t("Role"),
      cell: one =>
        one.role === "operator"
          ? html`<span class="state state-wait">${t("operator")}</span>`
          : html`<span class="tag">${t("user")}</span>`,
    },
    {
      name: t("Signs in with"),
      cell: one =>
        one.disabled
          ? html`<span class="state state-bad" title=${when(one.disabled_at)}>
              ${t("shut out")}
            </span>`
          : html`<span class="soft">
              ${one.has_password ? t("password or link") : t("link")}
            </span>`,
    },
    {
      name: t("Made"),
      cell: one => html`<span title=${when(one.created_at)}>${ago(one.created_at)}</span>`,
    },
    {
      name: "",
      right: true,
      cell: one => html`<span class="actions actions-right">
        ${
          !one.disabled &&
          html`<button
            class="quiet"
            aria-label=${t("A link for {name}", { name: one.name })}
            onClick=${() => makeLink(one)}
          >
            ${t("Link")}
          </button>`
        }
        <button
          class="quiet"
          aria-label=${t("Change {name}", { name: one.name })}
          onClick=${() => choose(one)}
        >
          ${t("Change")}
        </button>
        ${
          one.id !== me.value?.id &&
          (one.disabled
            ? html`<button class="quiet" onClick=${() => letIn(one)}>${t("Let in")}</button>`
            : html`<button class="quiet" onClick=${() => doom(one)}>${t("Shut out")}</button>`)
        }
      </span>`,
    },
  ];
}

const roleOptions = () =>
  ROLES.map(value => ({ value, name: value === "operator" ? t("operator") : t("user") }));

/** @param {{onMade: () => void, onLink: (link: Link) => void, onClose: () => void}} props */
function NewUser({ onMade, onLink, onClose }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("user");
  const [password, setPassword] = useState("");
  const send = async () => {
    const made = await post("/operator/users", {
      name: name.trim(),
      role,
      ...(password && { password }),
    });
    onMade();
    if (password) return tell(t("{name} can sign in now.", { name: made.name }));
    // Without a password there is no other way in.
    const link = await post(`/operator/users/${made.id}/link`).catch(complain);
    if (link) onLink({ ...link, name: made.name });
  };
  return html`<${FormDialog}
    title=${t("New person")}
    yes=${password ? t("Make") : t("Make, with a link")}
    isReady=${Boolean(name.trim()) && isPassword(password)}
    send=${send}
    onClose=${onClose}
  >
    <${NameField} value=${name} onInput=${setName} />
    <${Pick} name=${t("Role")} value=${role} onChange=${setRole} options=${roleOptions()} />
    <${Field}
      name=${t("Password")}
      type="password"
      value=${password}
      onInput=${setPassword}
      autocomplete="new-password"
      note=${t("At least 8 characters. Leave it out: then a link signs them in.")}
    />
  <//>`;
}

/** @param {{of: User, onDone: () => void, onClose: () => void}} props */
function Change({ of: user, onDone, onClose }) {
  const [role, setRole] = useState(/** @type {string} */ (user.role));
  const [password, setPassword] = useState("");
  const isMe = user.id === me.value?.id;
  const body = { ...(role !== user.role && { role }), ...(password && { password }) };
  const send = async () => {
    await ask("PATCH", `/operator/users/${user.id}`, body);
    tell(t("{name} was changed.", { name: user.name }));
    onDone();
  };
  return html`<${FormDialog}
    title=${t("Change {name}", { name: user.name })}
    yes=${t("Save")}
    isReady=${Object.keys(body).length > 0 && isPassword(password)}
    send=${send}
    onClose=${onClose}
  >
    ${
      !isMe &&
      html`<${Pick}
        name=${t("Role")}
        value=${role}
        onChange=${setRole}
        options=${roleOptions()}
        note=${t("Operators see all accounts and change who may do what.")}
      />`
    }
    <${Field}
      name=${t("New password")}
      type="password"
      value=${password}
      onInput=${setPassword}
      autocomplete="new-password"
      note=${
        isMe
          ? t("At least 8 characters. Your other sessions end.")
          : t("At least 8 characters. All their sessions end.")
      }
    />
  <//>`;
}

/** None, or one that is long enough. @param {string} text */
const isPassword = text => !text || text.length >= PASSWORD_CHARS_MIN;
