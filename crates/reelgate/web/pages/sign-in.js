// The way in: a name and a password, a link that the operator made, or an API key.

import { query } from "../lib/router.js";
import { server, signIn, signInWithKey } from "../lib/session.js";
import { html, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "../parts/icon.js";
import { wrong } from "../parts/notes.js";

export default function SignIn() {
  const ways = server.value.sign_in;
  const [way, choose] = useState(ways.includes("password") ? "password" : "key");
  return html`<section class="gate">
    <div class="gate-picture" aria-hidden="true">
      <div class="gate-frame"></div>
      <div class="gate-frame"></div>
      <div class="gate-frame"></div>
    </div>
    <div class="gate-form">
      <h1>${t("Make videos from words")}</h1>
      <p class="soft">
        ${t("Write what should be seen. Watch it being made. Keep it here.")}
      </p>
      <${Refused} />
      ${
        ways.includes("openid") &&
        html`<a class="button gate-openid" href="/openid/sign-in">
            ${t("Sign in with {name}", { name: server.value.openid ?? "OpenID" })}
          </a>
          <p class="gate-or soft"><span>${t("or")}</span></p>`
      }
      ${
        ways.includes("password") &&
        html`<div
          class="segments"
          role="group"
          aria-label=${t("How to sign in")}
        >
          <button
            aria-pressed=${way === "password"}
            onClick=${() => choose("password")}
          >
            ${t("Password")}
          </button>
          <button aria-pressed=${way === "key"} onClick=${() => choose("key")}>
            ${t("API key")}
          </button>
        </div>`
      }
      ${way === "password" ? html`<${Password} />` : html`<${Key} />`}
      <p class="soft">
        <a href="/docs/quickstart">${t("Quickstart")}</a> · ${" "}
        <a href="/pricing">${t("Pricing")}</a> · ${" "}<a href="/docs">${t("Docs")}</a>
      </p>
    </div>
  </section>`;
}

/** Why another service's word opened nothing. */
function Refused() {
  const why = query("refused");
  if (!why) return null;
  const reasons = {
    refused: t("You were not signed in there."),
    late: t("That took too long. Please try again."),
    unknown: t("That sign-in is not let in here. Ask the operator."),
    taken: t("Somebody here has your name already, or is shut out. Ask the operator."),
    busy: t("Too many tries. Please wait a minute."),
  };
  const text = reasons[/** @type {keyof typeof reasons} */ (why)] ?? t("Signing in there failed.");
  return html`<p class="fault gate-fault" role="alert">${text}</p>`;
}

/** @param {{send: () => Promise<void>, children?: any}} props */
function Form({ send, children }) {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setFault("");
    await send().catch(error => {
      setFault(error.status === 401 ? t("That is not right. Please check it.") : wrong(error));
      setBusy(false);
    });
  };
  return html`<form onSubmit=${submit} novalidate>
    ${children} ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    <button class="main" type="submit" disabled=${isBusy}>
      ${t("Sign in")}
    </button>
  </form>`;
}

function Password() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return html`<${Form} send=${() => signIn({ name: name.trim(), password })}>
    <label class="field">
      <span>${t("Name")}</span>
      <input
        name="username"
        autocomplete="username"
        value=${name}
        onInput=${(/** @type {any} */ event) => setName(event.target.value)}
      />
    </label>
    <label class="field">
      <span>${t("Password")}</span>
      <input
        type="password"
        name="password"
        autocomplete="current-password"
        value=${password}
        onInput=${(/** @type {any} */ event) => setPassword(event.target.value)}
      />
    </label>
  <//>`;
}

function Key() {
  const [text, setText] = useState("");
  return html`<${Form} send=${() => signInWithKey(text.trim())}>
    <label class="field">
      <span>${t("API key")}</span>
      <input
        type="password"
        name="key"
        autocomplete="off"
        spellcheck=${false}
        placeholder="sk_live_…"
        aria-describedby="key-note"
        value=${text}
        onInput=${(/** @type {any} */ event) => setText(event.target.value)}
      />
    </label>
    <p class="soft small" id="key-note">
      <${Icon} name="info" size=${16} />
      ${t("It stays in this tab and is forgotten when you close it.")}
    </p>
  <//>`;
}
