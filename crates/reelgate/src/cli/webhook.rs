//! `reelgate webhook`

use super::{CliError, account, bits, now, open_store, say};
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::{outbound, secrets};
use clap::{Args, Subcommand};
use reelgate_core::check::Policy;
use reelgate_core::endpoint::{
    self, Change, Format, Listener, OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS, PAGE_MAX, Standing,
};
use reelgate_core::webhook::{Attempt, EventKind, Record};
use reelgate_core::{AccountId, DeliveryId, Endpoint, EndpointId, JobId};
use reelgate_dialects::iso;
use reelgate_store::Store;
use std::process::ExitCode;

/// Deliveries in a list unless asked otherwise.
const LINES: usize = 20;

#[derive(Subcommand, Debug)]
pub(super) enum WebhookCommand {
    /// Make a webhook and print its id and its secret
    Create {
        #[command(flatten)]
        owner: Owner,
        /// Where to: a public https address
        url: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List an account's webhooks and how deliveries went
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Change a webhook
    Update {
        #[command(flatten)]
        one: One,
        /// Where to
        #[arg(long)]
        url: Option<String>,
        #[command(flatten)]
        settings: Settings,
        /// Send again to one that is switched off
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Send nothing until it is enabled
        #[arg(long)]
        disable: bool,
    },
    /// Forget a webhook
    Delete {
        #[command(flatten)]
        one: One,
    },
    /// Make a new secret and print it; the old one signs too for a while
    Rotate {
        #[command(flatten)]
        one: One,
        /// How long the old secret signs too, in seconds
        #[arg(long, default_value_t = OVERLAP_DEFAULT_MS / 1000,
              value_parser = clap::value_parser!(i64).range(0..=OVERLAP_MAX_MS / 1000))]
        overlap_s: i64,
    },
    /// Have the server send a message that tells of nothing
    Test {
        #[command(flatten)]
        one: One,
    },
    /// List what was sent, newest first; with an id, that delivery's attempts
    Deliveries {
        #[command(flatten)]
        to: Sent,
        /// This delivery only
        #[arg(value_parser = delivery_id)]
        delivery: Option<DeliveryId>,
        /// How many lines
        #[arg(long, default_value_t = LINES)]
        lines: usize,
    },
    /// Have the server send a delivery once more
    Replay {
        #[command(flatten)]
        to: Sent,
        /// Which, as `webhook deliveries` shows it
        #[arg(value_parser = delivery_id)]
        delivery: DeliveryId,
    },
}

/// Whose webhooks.
#[derive(Args, Debug)]
pub(super) struct Owner {
    /// Whose jobs it hears of
    #[arg(long, value_name = "NAME")]
    account: String,
}

/// One webhook of an account.
#[derive(Args, Debug)]
pub(super) struct One {
    #[command(flatten)]
    owner: Owner,
    /// Its id, as `webhook list` shows it
    #[arg(value_name = "ID", value_parser = endpoint_id)]
    id: EndpointId,
}

/// To whom messages went.
#[derive(Args, Debug)]
pub(super) struct Sent {
    #[command(flatten)]
    owner: Owner,
    /// A webhook's id, or a job's for the address that came with its order
    #[arg(value_name = "ID", value_parser = listener)]
    id: Listener,
}

#[derive(Args, Debug)]
pub(super) struct Settings {
    /// What to hear of, such as job.succeeded,job.failed; everything unless named
    #[arg(long, value_delimiter = ',', value_parser = event)]
    events: Option<Vec<EventKind>>,
    /// In whose words: native, or openai, which tells of ends only
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// A few words to tell it from others
    #[arg(long)]
    description: Option<String>,
}

fn format(text: &str) -> Result<Format, String> {
    let names = Format::ALL.map(Format::name).join(" or ");
    Format::parse(text).ok_or_else(|| format!("must be {names}"))
}

fn event(text: &str) -> Result<EventKind, String> {
    let found = EventKind::OF_JOBS.into_iter().find(|kind| kind.name() == text);
    let names = EventKind::OF_JOBS.map(EventKind::name).join(", ");
    found.ok_or_else(|| format!("must be one of {names}"))
}

fn endpoint_id(text: &str) -> Result<EndpointId, String> {
    let read = EndpointId::parse(text.strip_prefix("wh_").unwrap_or(text));
    read.ok_or_else(|| "must be a webhook's id, such as wh_IWM0s5ybp848".to_owned())
}

fn listener(text: &str) -> Result<Listener, String> {
    let job = text.strip_prefix("job_").and_then(JobId::parse).map(Listener::Order);
    let read = job.or_else(|| endpoint_id(text).ok().map(Listener::Endpoint));
    let wanted =
        "must be the id of a webhook or a job, such as wh_IWM0s5ybp848 or job_IWM0s5ybp848";
    read.ok_or_else(|| wanted.to_owned())
}

fn delivery_id(text: &str) -> Result<DeliveryId, String> {
    let read = DeliveryId::parse(text.strip_prefix("msg_").unwrap_or(text));
    read.ok_or_else(|| "must be a delivery's id, such as msg_IWM0s5ybp848".to_owned())
}

pub(super) async fn run(config: &Config, command: WebhookCommand) -> Result<ExitCode, CliError> {
    let store = open_store(config, false).await?;
    let allow_private = config.outbound.allow_private;
    let policy = Policy { allow_http: allow_private, allow_data: false };
    match command {
        WebhookCommand::Create { owner, url, settings } => {
            check_address(&url, allow_private)?;
            let account = find(&store, &owner).await?;
            let change = Change { url: Some(url), ..settings.into() };
            create(&store, account, change, policy).await?;
        }
        WebhookCommand::List { owner } => {
            for endpoint in store.endpoints(find(&store, &owner).await?).await? {
                show(&endpoint);
            }
        }
        WebhookCommand::Update { one, url, settings, enable, disable } => {
            url.as_deref().map_or(Ok(()), |url| check_address(url, allow_private))?;
            let enabled = (enable || disable).then_some(enable);
            let change = Change { url, enabled, ..settings.into() };
            let account = find(&store, &one.owner).await?;
            show(&store.change_endpoint(account, one.id, change, policy, now()).await?);
        }
        WebhookCommand::Delete { one } => {
            let account = find(&store, &one.owner).await?;
            if !store.delete_endpoint(account, one.id, now()).await? {
                return Err(CliError::said(endpoint::not_found().message));
            }
            say("deleted");
        }
        WebhookCommand::Rotate { one, overlap_s } => {
            let (account, secret) = (find(&store, &one.owner).await?, new_secret());
            let overlap_ms = overlap_s * 1000;
            let rotated = store.rotate_endpoint(account, one.id, secret, overlap_ms, now()).await?;
            say(&rotated.secrets.current);
        }
        WebhookCommand::Test { one } => {
            let (account, id) = (find(&store, &one.owner).await?, DeliveryId::new(now(), bits()));
            line(&store.test_endpoint(account, one.id, id, now()).await?);
        }
        WebhookCommand::Deliveries { to, delivery, lines } => {
            deliveries(&store, &to, delivery, lines).await?;
        }
        WebhookCommand::Replay { to, delivery } => {
            let account = find(&store, &to.owner).await?;
            line(&store.replay_delivery(account, to.id, delivery, now()).await?);
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn find(store: &Store, owner: &Owner) -> Result<AccountId, CliError> {
    Ok(account::find(store, &owner.account).await?.id)
}

fn new_secret() -> String {
    secrets::webhook_secret(&SystemEntropy)
}

fn check_address(url: &str, allow_private: bool) -> Result<(), CliError> {
    let checked = outbound::checked(url, allow_private);
    checked.map(drop).map_err(|fault| CliError::said(format!("the address {fault}")))
}

async fn create(
    store: &Store,
    account: AccountId,
    change: Change,
    policy: Policy,
) -> Result<(), CliError> {
    let id = EndpointId::new(now(), bits());
    let new = Endpoint::new(id, account, new_secret(), change, policy, now());
    let new = new.map_err(|refusal| CliError::Store(refusal.into()))?;
    store.create_endpoint(new.clone()).await?;
    say(&format!("wh_{id}"));
    say(&new.secrets.current);
    Ok(())
}

async fn deliveries(
    store: &Store,
    to: &Sent,
    delivery: Option<DeliveryId>,
    lines: usize,
) -> Result<(), CliError> {
    let account = find(store, &to.owner).await?;
    let Some(id) = delivery else {
        let (page, _) = store.deliveries(account, to.id, None, lines.clamp(1, PAGE_MAX)).await?;
        page.iter().for_each(line);
        return Ok(());
    };
    let (record, attempts) = store.delivery(account, to.id, id).await?;
    line(&record);
    for Attempt { number, at, took_ms, status, error } in attempts {
        let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let error = error.unwrap_or_default();
        say(&format!("  {number:3}  {}  {took_ms:6} ms  {status}  {error}", iso(at)));
    }
    Ok(())
}

fn show(endpoint: &Endpoint) {
    let standing = match endpoint.standing {
        Standing::On => "on".to_owned(),
        Standing::Off { since, by } => format!("off since {} by its {}", iso(since), by.name()),
    };
    let events: Vec<_> = endpoint.events.iter().map(|kind| kind.name()).collect();
    let last = endpoint.health.last_success.map_or_else(|| "never".to_owned(), iso);
    let (id, url, failures) = (endpoint.id, &endpoint.url, endpoint.health.failures);
    say(&format!("wh_{id}  {standing}  {url}  {}", endpoint.description));
    let format = endpoint.format.name();
    say(&format!(
        "  {format}  {}  failures in a row {failures}, last success {last}",
        events.join(",")
    ));
}

fn line(record: &Record) {
    let message = &record.message;
    let job = message.job.map_or_else(|| "-".to_owned(), |job| format!("job_{job}"));
    let status = record.last_status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let (id, kind, state) = (message.id, message.kind.name(), record.state.name());
    let (at, tries) = (iso(message.at), record.tries);
    say(&format!("msg_{id}  {at}  {kind:13}  {job:16}  {state:9}  {tries} tries  {status}"));
}

impl From<Settings> for Change {
    fn from(settings: Settings) -> Self {
        let Settings { events, format, description } = settings;
        Self { events, format, description, ..Self::default() }
    }
}
