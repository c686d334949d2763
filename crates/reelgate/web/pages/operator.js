// For whoever runs the server: how it is, whose jobs there are, and who has which credits.

import { isOperator } from "../lib/session.js";
import { html } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { Tabs } from "../parts/tabs.js";

export default function Operator() {
  if (!isOperator.value) {
    return html`<section class="page narrow"><h1>${t("For operators only")}</h1></section>`;
  }
  const tabs = [
    { to: "/operator", name: t("Overview"), load: () => import("./operator/overview.js") },
    { to: "/operator/jobs", name: t("Jobs"), load: () => import("./operator/jobs.js") },
    { to: "/operator/accounts", name: t("Accounts"), load: () => import("./operator/accounts.js") },
    { to: "/operator/users", name: t("People"), load: () => import("./operator/users.js") },
    { to: "/operator/codes", name: t("Codes"), load: () => import("./operator/codes.js") },
    { to: "/operator/prices", name: t("Prices"), load: () => import("./operator/prices.js") },
    { to: "/operator/settings", name: t("Settings"), load: () => import("./operator/settings.js") },
  ];
  return html`<${Tabs} title=${t("Operator")} tabs=${tabs} />`;
}
