// What belongs to whoever is signed in: money, keys, webhooks, teams.

import { isPerson } from "../lib/session.js";
import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Tabs } from "../parts/tabs.js";

export default function Account() {
  const tabs = [
    { to: "/account", name: t("Credits"), load: () => import("./account/credits.js") },
    { to: "/account/usage", name: t("Usage"), load: () => import("./account/usage.js") },
    { to: "/account/keys", name: t("Keys"), load: () => import("./account/keys.js") },
    { to: "/account/webhooks", name: t("Webhooks"), load: () => import("./account/webhooks.js") },
    { to: "/account/files", name: t("Uploads"), load: () => import("./account/files.js") },
  ];
  if (isPerson.value) {
    const teams = () => import("./account/teams.js");
    tabs.splice(2, 0, { to: "/account/teams", name: t("Teams"), load: teams });
    const load = () => import("./account/safety.js");
    tabs.push({ to: "/account/safety", name: t("Sign-in"), load });
  }
  return html`<${Tabs} title=${t("Account")} tabs=${tabs} />`;
}
