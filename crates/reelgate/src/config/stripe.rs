//! The `[stripe]` table of the TOML file: who takes cards, and what is sold.
//!
//! Secrets are never in the file: it names the environment variables that hold them.

use super::{ConfigError, Secret};
use reelgate_core::{Credits, Plan};
use serde::Deserialize;
use std::collections::BTreeSet;
use url::Url;

/// Plans that may be on sale.
const PLANS_MAX: usize = 20;
/// Characters of a plan's title.
const TITLE_CHARS_MAX: usize = 80;
/// Credits of one plan, at most.
const CREDITS_MAX: i64 = 1_000_000_000;
/// Smallest units of a currency that a plan may cost: what the service itself allows.
const AMOUNT_MAX: i64 = 99_999_999;

/// Payment by card through Stripe Checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeConfig {
    /// Where its API is.
    pub base_url: Url,
    /// The secret key that asks it for payment pages.
    pub key: Secret,
    /// What its reports are signed with.
    pub webhook_secret: Secret,
    /// What is sold, in the order of the file.
    pub plans: Vec<Plan>,
}

impl StripeConfig {
    /// Whether cards can be taken: both secrets are there.
    ///
    /// # Errors
    /// Names the first variable that holds nothing.
    pub fn check(&self) -> Result<(), ConfigError> {
        match [&self.key, &self.webhook_secret].into_iter().find(|one| one.reveal().is_empty()) {
            Some(one) => {
                let message = format!("stripe: the variable {} holds no secret", one.name);
                Err(ConfigError(message))
            }
            None => Ok(()),
        }
    }
}

/// The table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StripeFile {
    key_env: String,
    webhook_secret_env: String,
    #[serde(default = "usual_url")]
    base_url: String,
    plans: Vec<PlanFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    id: String,
    title: String,
    credits: i64,
    amount: i64,
    currency: String,
}

fn usual_url() -> String {
    "https://api.stripe.com".to_owned()
}

fn refuse(what: &str) -> ConfigError {
    ConfigError(format!("stripe.{what}"))
}

impl StripeFile {
    /// Reads the table and the secrets that it names.
    pub(super) fn read(&self) -> Result<StripeConfig, ConfigError> {
        let base_url = Url::parse(self.base_url.trim_end_matches('/')).ok();
        let base_url = base_url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let base_url = base_url.ok_or_else(|| refuse("base_url must be an http or https URL"))?;
        if self.plans.is_empty() || self.plans.len() > PLANS_MAX {
            return Err(refuse(&format!("plans must hold 1 to {PLANS_MAX} plans")));
        }
        let plans = self.plans.iter().map(PlanFile::read).collect::<Result<Vec<_>, _>>()?;
        let ids: BTreeSet<&str> = plans.iter().map(|plan| plan.id.as_str()).collect();
        if ids.len() < plans.len() {
            return Err(refuse("plans must have ids that differ"));
        }
        // One that holds nothing is a fault of the server alone: other commands need none.
        let secret = |name: &str| {
            Secret::new(name, super::options::variable(name).unwrap_or_default().trim())
        };
        Ok(StripeConfig {
            base_url,
            key: secret(&self.key_env),
            webhook_secret: secret(&self.webhook_secret_env),
            plans,
        })
    }
}

impl PlanFile {
    fn read(&self) -> Result<Plan, ConfigError> {
        let wrong = |what: &str| Err(refuse(&format!("plans: {:?} {what}", self.id)));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if self.id.is_empty() || self.id.len() > 40 || !self.id.chars().all(plain) {
            return wrong("must be an id of letters, digits, '-' and '_'");
        }
        if self.title.is_empty() || self.title.chars().count() > TITLE_CHARS_MAX {
            return wrong("must have a title of 1 to 80 characters");
        }
        if !(1..=CREDITS_MAX).contains(&self.credits) {
            return wrong("must bring 1 to 1000000000 credits");
        }
        if !(1..=AMOUNT_MAX).contains(&self.amount) {
            return wrong("must cost 1 to 99999999 of the currency's smallest unit");
        }
        if self.currency.len() != 3 || !self.currency.chars().all(|c| c.is_ascii_lowercase()) {
            return wrong("must have a currency such as \"eur\"");
        }
        Ok(Plan {
            id: self.id.clone(),
            title: self.title.clone(),
            credits: Credits::whole(self.credits),
            amount: self.amount,
            currency: self.currency.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<StripeConfig, String> {
        let file: StripeFile = toml::from_str(text).map_err(|error| error.to_string())?;
        file.read().map_err(|error| error.0)
    }

    const HEAD: &str = "key_env = 'NO_SUCH_KEY'\nwebhook_secret_env = 'NO_SUCH_SECRET'\n";

    #[test]
    fn a_plan_says_what_it_brings_and_costs() {
        let plan = "[[plans]]\nid = 'small'\ntitle = 'Small'\ncredits = 100\namount = 900\n";
        let config = read(&format!("{HEAD}{plan}currency = 'eur'")).expect("valid");
        assert_eq!(config.base_url.as_str(), "https://api.stripe.com/");
        assert_eq!((config.plans[0].credits, config.plans[0].amount), (Credits::whole(100), 900));
        assert_eq!(config.key.name, "NO_SUCH_KEY");
        let error = config.check().expect_err("no secrets");
        assert_eq!(error.0, "stripe: the variable NO_SUCH_KEY holds no secret");
        for (wrong, named) in [
            (format!("{HEAD}plans = []"), "1 to 20 plans"),
            (format!("{HEAD}{plan}currency = 'Euro'"), "currency"),
            (format!("{HEAD}{plan}currency = 'eur'\n{plan}currency = 'eur'"), "differ"),
            (format!("{HEAD}{plan}currency = 'eur'\nprice = 3"), "price"),
        ] {
            let error = read(&wrong).expect_err("refused");
            assert!(error.contains(named), "{error}");
        }
    }
}
