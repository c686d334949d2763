//! Everything a request or a worker may need, built once.

use crate::config::{Config, ConfigError, OpenIdConfig, StripeConfig};
use crate::credentials::{self, SignerError};
use crate::entropy::{Entropy, SystemEntropy};
use crate::fault::{self, Point};
use crate::http::auth::KnownKeys;
use crate::http::limit::Limiter;
use crate::http::once::InFlight;
use crate::http::places::Places;
use crate::http::polls::Polls;
use crate::http::previews;
use crate::http::uploads;
use crate::media::{Media, MediaError};
use crate::outbound::openid::OpenIdClient;
use crate::outbound::stripe::StripeClient;
use crate::outbound::{Outbound, SystemNames};
use crate::people::People;
use crate::people::openid::OpenId;
use crate::secrets;
use crate::work::glimpses::Glimpses;
use crate::work::pace::Pace;
use crate::work::upstream::Upstreams;
use reelgate_core::{Catalogue, Clock, DeliveryId, Engine, EntryId, ModelId, Timestamp};
use reelgate_credentials::Signer;
use reelgate_dialects::{Dialect, Settings};
use reelgate_engines::preview::PreviewEngine;
use reelgate_sandbox::Decoder;
use reelgate_store::{Options, Store, StoreError};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

/// Answers to test orders that may be held back at the same time.
const DELAYS_MAX: usize = 64;

/// The running platform.
pub struct App {
    /// The settings it runs with.
    pub config: Config,
    /// What it remembers.
    pub store: Store,
    /// Where it keeps references and clips.
    pub media: Media,
    /// What it offers.
    pub catalogue: Catalogue,
    /// The APIs it speaks.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// What decodes files of others.
    pub decoder: Decoder,
    /// What signs files that were made here.
    pub signer: Option<Arc<Signer>>,
    /// What renders.
    pub engine: Arc<dyn Engine>,
    /// When it was opened.
    pub started: Timestamp,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids and keys get their randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Upstreams, and what they are making for this process.
    pub upstreams: Upstreams,
    /// The way to the service that takes cards.
    pub stripe: Option<StripeClient>,
    /// Whose word lets people in.
    pub openid: Option<OpenId>,
    /// The way out.
    pub outbound: Outbound,
    /// Whose keys were good a moment ago.
    pub known_keys: KnownKeys,
    /// Who signs in.
    pub people: People,
    /// Who asked how often.
    pub limiter: Limiter,
    /// Idempotency keys whose first request is being answered.
    pub in_flight: InFlight,
    /// Streams and waiting requests that are open.
    pub places: Places,
    /// Room for files that are arriving.
    pub uploading: Semaphore,
    /// Room for previews that are being made.
    pub previewing: Semaphore,
    /// Status answers that are asked for again and again.
    pub polls: Polls,
    /// How long jobs take.
    pub pace: Pace,
    /// What is to be seen of clips that are being made.
    pub glimpses: Glimpses,
    /// Rings when a job may be claimed.
    pub jobs_ready: Notify,
    /// Rings when a test job may be claimed.
    pub tests_ready: Notify,
    /// Answers to test orders that are being held back.
    pub delays: Semaphore,
    /// Rings when workers are to look at their leases at once: a job of theirs may be cancelled.
    pub leases_due: Notify,
    /// Rings when a webhook may be sent.
    pub deliveries_ready: Notify,
    /// Set once the server is going down.
    pub stopping: CancellationToken,
}

/// Why the platform could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {cause}", .folder.display())]
    Data {
        /// Which folder.
        folder: PathBuf,
        /// What is wrong with it.
        cause: std::io::Error,
    },
    /// The database cannot be used.
    #[error("cannot open the database: {0}")]
    Store(#[from] StoreError),
    /// Files cannot be signed.
    #[error("{0}")]
    Signer(#[from] SignerError),
    /// A setting cannot be used.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Media storage cannot be used.
    #[error("{0}")]
    Media(#[from] MediaError),
    /// An engine of the settings cannot be used.
    #[error("{0}")]
    Engine(String),
}

/// Further names of models, which have to stand for models that make clips.
fn openai_models(
    config: &Config,
    catalogue: &Catalogue,
) -> Result<BTreeMap<String, ModelId>, ConfigError> {
    for (name, model) in &config.openai_models {
        if catalogue.find(model).is_none_or(|model| model.makes_stills()) {
            let why = format!("openai.models: {name} stands for {model}, which makes no clips");
            return Err(ConfigError(why));
        }
    }
    Ok(config.openai_models.clone())
}

/// The clock on the wall.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where time enters")]
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What a test may replace.
pub struct Parts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Name resolution for outbound requests.
    pub names: Arc<dyn reqwest::dns::Resolve>,
    /// What decodes files of others.
    pub decoder: Decoder,
    /// The engine; `None` for the embedded one.
    pub engine: Option<Arc<dyn Engine>>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(WallClock),
            entropy: Arc::new(SystemEntropy),
            names: Arc::new(SystemNames),
            decoder: Decoder::first_of(crate::config::decoders()),
            engine: None,
        }
    }
}

impl App {
    /// Opens the data folder and everything in it.
    ///
    /// # Errors
    /// When the folder, the database or media storage cannot be used.
    pub async fn open(config: Config, parts: Parts) -> Result<Arc<Self>, StartError> {
        let outbound = Outbound::new(Arc::clone(&parts.names), config.outbound.allow_private);
        Self::open_with(config, parts, outbound).await
    }

    /// Opens the same with a way out that is there already: making one takes long.
    ///
    /// # Errors
    /// As [`App::open`].
    pub(crate) async fn open_with(
        config: Config,
        parts: Parts,
        outbound: Outbound,
    ) -> Result<Arc<Self>, StartError> {
        let data = config.data.clone();
        let unusable = |cause| StartError::Data { folder: data.clone(), cause };
        secrets::make_folder(&data).map_err(unusable)?;
        let link_key = secrets::link_key(&data, parts.entropy.as_ref()).map_err(unusable)?;
        fault::point(Point::SecretMade);
        let store =
            Store::open(&Options { url: config.database_url(), lasting: config.lasting }).await?;
        let media = Media::open(&config.media.place(&data)?, link_key, config.lasting)?;
        let signer = credentials::signer(&data, &config.credentials)?;
        fault::point(Point::Opened);
        let catalogue = Catalogue::built_in();
        let upstreams = Upstreams::new(&config.engines, Arc::clone(&parts.names));
        let upstreams = upstreams.map_err(StartError::Engine)?;
        if let Some(model) = upstreams.unknown_model(&catalogue) {
            let why = format!("an engine is to make {model}, which is not in the catalogue");
            return Err(StartError::Engine(why));
        }
        config.stripe.as_ref().map_or(Ok(()), StripeConfig::check)?;
        let names = &parts.names;
        let stripe = config.stripe.clone().map(|one| StripeClient::new(one, Arc::clone(names)));
        config.openid.as_ref().map_or(Ok(()), OpenIdConfig::check)?;
        let client = || OpenIdClient::new(Arc::clone(names));
        let openid = config.openid.clone().map(|one| OpenId::new(one, client()));
        let retention_ms = config.jobs.retention_ms;
        let openai_models = openai_models(&config, &catalogue)?;
        let settings = Settings { retention_ms, openai_models, ..Settings::of(&catalogue) };
        let decoder = parts.decoder;
        let engine = parts.engine.unwrap_or_else(|| {
            let engine = PreviewEngine::new(config.render_threads, decoder.clone());
            Arc::new(engine.marked(config.watermark))
        });
        Ok(Arc::new(Self {
            store,
            media,
            catalogue,
            dialects: reelgate_dialects::all(&settings),
            decoder,
            signer,
            engine,
            upstreams,
            stripe,
            openid,
            started: parts.clock.now(),
            clock: parts.clock,
            entropy: parts.entropy,
            outbound,
            known_keys: KnownKeys::default(),
            people: People::new(&link_key),
            limiter: Limiter::default(),
            in_flight: InFlight::default(),
            places: Places::default(),
            uploading: Semaphore::new(uploads::AT_ONCE_MAX),
            previewing: Semaphore::new(previews::AT_ONCE_MAX),
            polls: Polls::default(),
            pace: Pace::default(),
            glimpses: Glimpses::default(),
            jobs_ready: Notify::new(),
            tests_ready: Notify::new(),
            delays: Semaphore::new(DELAYS_MAX),
            leases_due: Notify::new(),
            deliveries_ready: Notify::new(),
            stopping: CancellationToken::new(),
            config,
        }))
    }

    /// Wakes whoever can take a job, a real one or a test: one of this process, and others on the
    /// same database.
    pub fn job_is_ready(&self, test: bool) {
        if test { &self.tests_ready } else { &self.jobs_ready }.notify_one();
        self.upstreams.bell.notify_one();
        self.store.ring();
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A name for a ledger entry.
    #[must_use]
    pub fn entry_id(&self) -> EntryId {
        EntryId::new(self.now(), self.entropy.bits())
    }

    /// A name for a webhook delivery.
    #[must_use]
    pub fn delivery_id(&self) -> DeliveryId {
        DeliveryId::new(self.now(), self.entropy.bits())
    }

    /// The dialect with this name.
    #[must_use]
    pub fn dialect(&self, name: &str) -> Option<&Arc<dyn Dialect>> {
        self.dialects.iter().find(|dialect| dialect.name() == name)
    }

    /// How callers reach the server when no request says so.
    #[must_use]
    pub fn public_url(&self) -> String {
        let listen = self.config.listen;
        self.config.public_url.clone().unwrap_or_else(|| format!("http://{listen}"))
    }
}
