//! How the server is set up, as its operators read it in the browser: no secret, nothing to change.

use crate::config::Config;
use crate::work::sweep::DELIVERIES_KEPT_MS;
use reelgate_core::idempotency::KEEP_MS;
use reelgate_core::operator::{Kept, SettingRow, SettingValue};
use reelgate_core::user::SESSION_MS;

/// Says how long files are kept.
const RETENTION: &str = "jobs.retention_days";

/// How long what is kept, what people ask about first at the top.
pub(super) fn kept(config: &Config) -> Vec<Kept> {
    let files = (config.jobs.retention_ms > 0).then_some(config.jobs.retention_ms / 1000);
    let set = |what| Kept { what, seconds: files, setting: Some(RETENTION) };
    let fixed = |what, ms: i64| Kept { what, seconds: Some(ms / 1000), setting: None };
    let always = |what| Kept { what, seconds: None, setting: None };
    vec![
        set("files"),
        set("uploads"),
        set("references"),
        always("jobs"),
        always("ledger"),
        fixed("deliveries", DELIVERIES_KEPT_MS),
        fixed("idempotency_keys", KEEP_MS),
        fixed("sessions", SESSION_MS),
    ]
}

/// What operators change most, with what it is now.
pub(super) fn rows(config: &Config) -> Vec<SettingRow> {
    let Config { limits, jobs, .. } = config;
    let number = |value: u64| SettingValue::Number(value);
    let whole = |value: usize| SettingValue::Number(value as u64);
    let seconds = |ms: i64| SettingValue::Number(u64::try_from(ms / 1000).unwrap_or(0));
    let text = |value: Option<&str>| match value {
        Some(value) => SettingValue::Text(value.to_owned()),
        None => SettingValue::Unset,
    };
    let days = u64::try_from(jobs.retention_ms / 86_400_000).unwrap_or(0);
    let row = |key, option, value| SettingRow { key, option, value };
    vec![
        row("public_url", Some("public-url"), text(config.public_url.as_deref())),
        row("workers", Some("workers"), whole(config.workers)),
        row("render_threads", Some("render-threads"), whole(config.render_threads)),
        row(RETENTION, Some("retention-days"), number(days)),
        row("jobs.attempts_max", Some("job-attempts"), number(jobs.attempts_max.into())),
        row("jobs.deadline_s", Some("job-deadline-s"), seconds(jobs.deadline_ms)),
        row(
            "jobs.running_per_account_max",
            Some("running-per-account"),
            number(jobs.running_per_account_max.into()),
        ),
        row("limits.rate_limit", None, SettingValue::Switch(limits.rate_limit)),
        row(
            "limits.requests_per_minute",
            Some("requests-per-minute"),
            number(limits.requests_per_minute.into()),
        ),
        row("limits.purchase_gate", None, SettingValue::Switch(limits.purchase_gate)),
        row("limits.body_bytes_max", Some("body-bytes-max"), whole(limits.body_bytes_max)),
        row("limits.asset_bytes_max", None, number(limits.asset_bytes_max)),
        row("credentials.sign", None, SettingValue::Switch(config.credentials.sign)),
        row("watermark", None, SettingValue::Switch(config.watermark)),
    ]
}
