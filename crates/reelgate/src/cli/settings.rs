//! Settings in words, for people.

use crate::config::{Config, EngineConfig, LogFormat};
use std::time::Duration;

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;

/// A line about each group of settings.
pub(super) fn lines(config: &Config) -> Vec<String> {
    let Config { limits, jobs, outbound, .. } = config;
    let public = config.public_url.as_deref().unwrap_or("each request's own host");
    let log = match config.log {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    let proxies = match limits.trusted_proxies.is_empty() {
        true => "no proxy".to_owned(),
        false => {
            let texts: Vec<_> = limits.trusted_proxies.iter().map(ToString::to_string).collect();
            texts.join(", ")
        }
    };
    let running = match jobs.running_per_account_max {
        0 => "any number".to_owned(),
        most => format!("at most {most}"),
    };
    let kept = match jobs.retention_ms {
        0 => "for ever".to_owned(),
        ms => time(ms / 1000),
    };
    vec![
        format!("serves {} on {}, links begin with {public}", config.database_url(), config.listen),
        format!("renders {} at a time, {} threads each", config.workers, config.render_threads),
        format!("logs as {log}, believes the X-Forwarded-For of {proxies}"),
        rates(config),
        format!(
            "request bodies up to {}, uploads of an account up to {}",
            bytes(limits.body_bytes_max as u64),
            bytes(limits.asset_bytes_max)
        ),
        format!(
            "{} connections and {} requests at the same time",
            limits.connections_max, limits.requests_in_flight_max
        ),
        format!(
            "a job has {} attempts and {}, its worker is lost after {}",
            jobs.attempts_max,
            time(jobs.deadline_ms / 1000),
            time(jobs.lease_ms / 1000)
        ),
        format!("an account's jobs run {running} at the same time, files are kept {kept}"),
        format!(
            "references up to {} and {} pixels, fetched within {}; webhooks answer within {}",
            bytes(outbound.reference_bytes_max as u64),
            outbound.reference_pixels_max,
            span(outbound.fetch_timeout),
            span(outbound.webhook_timeout)
        ),
        match config.engines.is_empty() {
            true => "makes every clip itself".to_owned(),
            false => {
                let named = |one: &EngineConfig| format!("{} ({})", one.name, one.kind);
                let names: Vec<_> = config.engines.iter().map(named).collect();
                format!("has clips made by {}", names.join(", "))
            }
        },
        match &config.openid {
            Some(openid) => format!("lets people in on the word of {}", openid.issuer),
            None => "lets people in with passwords and links only".to_owned(),
        },
        match &config.stripe {
            Some(stripe) => format!("sells {} plans for payment by card", stripe.plans.len()),
            None => "takes no cards".to_owned(),
        },
        match limits.purchase_gate {
            true => "API C's newer model is for accounts that have paid".to_owned(),
            false => "every account may use every model".to_owned(),
        },
    ]
}

/// Requests that an account may make in a minute, on each API.
fn rates(config: &Config) -> String {
    if !config.limits.rate_limit {
        return "requests are not counted".to_owned();
    }
    let names = ["open_v1", "task_query", "tasks_v1", "ark", "openai", "native"];
    let each = names.map(|name| {
        let requests = config.rate(name).map_or(0, |rule| rule.requests);
        format!("{requests} on {name}")
    });
    format!("requests of an account in a minute: {}", each.join(", "))
}

fn bytes(count: u64) -> String {
    for (name, unit) in [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        if count >= unit && count.is_multiple_of(unit) {
            return format!("{} {name}", count / unit);
        }
    }
    format!("{count} bytes")
}

fn span(time: Duration) -> String {
    self::time(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

fn time(seconds: i64) -> String {
    for (name, unit) in [("days", DAY_S), ("hours", HOUR_S), ("minutes", 60)] {
        if seconds > unit && seconds % unit == 0 {
            return format!("{} {name}", seconds / unit);
        }
    }
    format!("{seconds} seconds")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn settings_read_as_sentences_with_units_and_no_secret() {
        let mut config = Config::for_data(Path::new("d"));
        config.database = Some("postgres://reelgate:hunter2@localhost/reelgate".to_owned());
        config.limits.body_bytes_max = 1025;
        let text = lines(&config.without_secrets()).join("\n");
        for part in [
            "on 127.0.0.1:8787, links begin with each request's own host",
            "600 on open_v1, 600 on task_query, 30 on tasks_v1, 600 on ark, 600 on openai, 600 on",
            "request bodies up to 1025 bytes, uploads of an account up to 10 GiB",
            "a job has 3 attempts and 2 days, its worker is lost after 15 seconds",
            "files are kept 30 days",
            "makes every clip itself",
            "takes no cards",
            "references up to 64 MiB and 40000000 pixels, fetched within 30 seconds",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("hunter2") && !text.contains("Some("), "{text}");
    }
}
