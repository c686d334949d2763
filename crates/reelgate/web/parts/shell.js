// The frame around every page: where one can go, who one is, and how it all looks.

import { load, pageAt, PUBLIC, route } from "../lib/router.js";
import { beginShortcuts } from "../lib/shortcuts.js";
import { balance, user } from "../lib/session.js";
import { html, useEffect, useRef, useState } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Icon } from "./icon.js";
import { KeysHelp } from "./keys-help.js";
import { Look } from "./look.js";
import { Notes } from "./notes.js";

/** @returns {[string, string, string][]} address, picture, name */
function places() {
  /** @type {[string, string, string][]} */
  const all = [
    ["/create", "create", t("Create")],
    ["/storyboard", "storyboard", t("Storyboard")],
    ["/watch", "watch", t("Watch")],
    ["/gallery", "gallery", t("Gallery")],
    ["/account", "account", t("Account")],
  ];
  if (!user.value)
    return [
      ["/pricing", "pricing", t("Pricing")],
      ["/docs", "docs", t("Docs")],
    ];
  return [...all, ["/docs", "docs", t("Docs")]];
}

export function Shell() {
  const name = pageAt(route.value.path);
  const isOpen = Boolean(user.value) || PUBLIC.has(name);
  const page = user.value && name === "sign-in" ? "create" : isOpen ? name : "sign-in";
  useEffect(beginShortcuts, []);
  const title = titleOf(page);
  useEffect(() => void (document.title = title ? `${title} · Reelgate` : "Reelgate"), [title]);
  return html`<div class="shell ${user.value ? "" : "shell-guest"}">
    <a class="skip" href="#main">${t("Skip to the content")}</a>
    <${Rail} />
    <main id="main" tabindex="-1"><${Page} name=${page} /></main>
    <${KeysHelp} />
    <${Notes} />
  </div>`;
}

/** What the window is called. @param {string} page */
function titleOf(page) {
  const names = {
    create: t("Create"),
    storyboard: t("Storyboard"),
    watch: t("Watch"),
    gallery: t("Gallery"),
    account: t("Account"),
    pricing: t("Pricing"),
    docs: t("Docs"),
  };
  return names[/** @type {keyof typeof names} */ (page)] ?? "";
}

function Rail() {
  return html`<header class="rail">
    <a class="brand" href="/" aria-label="Reelgate">
      <${Mark} /><span class="brand-name">Reelgate</span>
    </a>
    <nav aria-label=${t("Main")}>
      ${places().map(
        ([to, icon, name]) =>
          html`<a
            key=${to}
            href=${to}
            aria-current=${isAt(to) ? "page" : undefined}
          >
            <${Icon} name=${icon} /><span>${name}</span>
          </a>`,
      )}
    </nav>
    <div class="rail-end"><${Balance} /><${Look} /></div>
  </header>`;
}

/** @param {string} to */
function isAt(to) {
  const path = route.value.path;
  return path === to || path.startsWith(`${to}/`) || (to === "/create" && path === "/");
}

function Mark() {
  return html`<svg
    width="28"
    height="28"
    viewBox="0 0 32 32"
    aria-hidden="true"
  >
    <rect width="32" height="32" rx="8" class="mark" />
    <path class="mark-holes" d="M8 7v18M24 7v18" />
    <path
      class="mark-play"
      d="M13 11.2v9.6c0 .9 1 1.4 1.7.9l6.6-4.8a1.1 1.1 0 0 0 0-1.8l-6.6-4.8c-.7-.5-1.7 0-1.7.9z"
    />
  </svg>`;
}

function Balance() {
  const now = balance.value;
  if (!now) return null;
  const free = Number(now.balance) - Number(now.held);
  return html`<a class="balance" href="/account" title=${t("Credits to spend")}>
    <strong>${free.toLocaleString(undefined, { maximumFractionDigits: 1 })}</strong>
    <span>${t("credits")}</span>
  </a>`;
}

/**
 * Loads a page's code and shows it; the one before stays until then.
 * @param {{name: string}} props
 */
function Page({ name }) {
  const [shown, show] = useState(/** @type {{name: string, Body: any} | null} */ (null));
  const [failed, fail] = useState(false);
  const before = useRef(name);
  useEffect(() => {
    let isWanted = true;
    fail(false);
    load(name).then(
      found => isWanted && show({ name, Body: found.default }),
      () => isWanted && fail(true),
    );
    return () => {
      isWanted = false;
    };
  }, [name]);
  useEffect(() => {
    // Whoever uses a keyboard goes on reading at the top of the new page.
    if (shown && before.current !== shown.name) document.getElementById("main")?.focus();
    if (shown) before.current = shown.name;
  }, [shown]);
  if (failed) return html`<${Broken} />`;
  if (!shown) return html`<div class="loading" aria-busy="true"></div>`;
  return html`<${shown.Body} key=${shown.name} />`;
}

/** The server was replaced while this page was open, or it cannot be reached. */
function Broken() {
  return html`<section class="page narrow">
    <h1>${t("This page could not be loaded")}</h1>
    <p>${t("The server may have a newer version, or it cannot be reached.")}</p>
    <button class="main" onClick=${() => location.reload()}>
      ${t("Load again")}
    </button>
  </section>`;
}
