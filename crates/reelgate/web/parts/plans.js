// Credits to buy by card. The server answers with the address of the page where one pays; when the
// browser is back, the credits come as soon as the payment service has told the server.

import { get, post } from "../lib/api.js";
import { inCredits } from "../lib/format.js";
import { keep, kept } from "../lib/keep.js";
import { go, query } from "../lib/router.js";
import { balance, refreshBalance, user } from "../lib/session.js";
import { html, useEffect, useState } from "../lib/ui.js";
import { language, t } from "../lib/words.js";
import { useAnswer, Waiting } from "./load.js";
import { Icon } from "./icon.js";
import { complain } from "./notes.js";

/**
 * @typedef {{id: string, title: string, credits: string, amount: number,
 *   currency: string}} Plan
 */

/** What the balance was when somebody left to pay. */
const BEFORE = "balance-before";
const LOOK_MS = 1000;
const LOOKS_MAX = 60;

export function Plans() {
  const answer = useAnswer(() => get("/plans"), []);
  const [isBusy, setBusy] = useState(false);
  if (!answer.found) return html`<${Waiting} ...${answer} />`;
  const buy = async (/** @type {Plan} */ plan) => {
    // Whoever is nobody yet comes back to the credits after the sign-in.
    if (!user.value) return go("/account");
    setBusy(true);
    keep(BEFORE, balance.value?.balance ?? "0");
    await post("/checkout", { plan: plan.id }).then(({ url }) => location.assign(url), complain);
    setBusy(false);
  };
  return html`<div class="plans">
    ${answer.found.data.map(
      (/** @type {Plan} */ plan) => html`<article key=${plan.id} class="panel plan">
        <h3>${plan.title}</h3>
        <p class="plan-price">${priceOf(plan)}</p>
        <p class="soft">${inCredits(plan.credits)}</p>
        <button
          class="main"
          disabled=${isBusy}
          aria-label=${t("Buy {name} for {price}", { name: plan.title, price: priceOf(plan) })}
          onClick=${() => buy(plan)}
        >
          ${t("Buy")}
        </button>
      </article>`,
    )}
  </div>`;
}

/** Amounts come in the currency's smallest part. @param {Plan} plan */
function priceOf({ amount, currency }) {
  const format = new Intl.NumberFormat(language.value, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

/**
 * Thanks whoever is back from paying, and watches for the credits.
 * @param {{onCome: () => void}} props
 */
export function Thanks({ onCome }) {
  const [isBack] = useState(() => query("paid") === "1");
  const [more, setMore] = useState(0);
  useEffect(() => {
    if (!isBack) return;
    // A reload must not thank once more.
    history.replaceState(null, "", location.pathname);
    const before = Number(kept(BEFORE, balance.value?.balance ?? "0"));
    keep(BEFORE, null);
    let looks = 0;
    const timer = setInterval(look, LOOK_MS);
    void look();
    async function look() {
      if (++looks > LOOKS_MAX) clearInterval(timer);
      await refreshBalance();
      const came = Number(balance.value?.balance ?? 0) - before;
      if (came <= 0) return;
      clearInterval(timer);
      setMore(came);
      onCome();
    }
    return () => clearInterval(timer);
  }, []);
  if (!isBack) return null;
  return html`<section class="panel thanks" role="status">
    <${Icon} name=${more ? "check" : "clock"} />
    <div>
      <h2>${t("Thank you!")}</h2>
      <p>
        ${
          more
            ? t("{n} were added to your balance.", { n: inCredits(more) })
            : t("Your credits come as soon as the payment is confirmed, usually within seconds.")
        }
      </p>
    </div>
  </section>`;
}
