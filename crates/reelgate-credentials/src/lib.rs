//! Content Credentials (C2PA): signed words in a file about how it was made.
//!
//! A file that leaves the platform says which engine and model made it, with which seed, and that
//! no camera did. The words are bound to the file's bytes by a signature. Knows nothing of jobs,
//! storage or any other crate of the workspace; the official SDK does the work.
//!
//! Signing reads the clock and draws randomness inside the SDK: a signed file differs from run to
//! run, its pictures and sound do not.

mod certificate;

pub use certificate::{Pem, make};

use c2pa::{BoxedSigner, Builder, Context, Reader, SigningAlg, ValidationState, create_signer};
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;

/// The label of our own words, besides the standard ones.
const RENDER: &str = "io.reelgate.render";
/// Where the words for how something came about are defined.
const IPTC: &str = "http://cv.iptc.org/newscodes/digitalsourcetype";
/// Kinds of keys that may sign, likeliest first. Not RSA: the only implementation without a second
/// TLS library computes with private keys in a time that tells about them (RUSTSEC-2023-0071).
const KINDS: [SigningAlg; 3] = [SigningAlg::Es256, SigningAlg::Es384, SigningAlg::Ed25519];

/// Why a file could not be signed or read.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The SDK refused.
    #[error("content credentials: {0}")]
    Sdk(#[from] c2pa::Error),
    /// A certificate could not be made.
    #[error("content credentials: no certificate could be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate and key cannot sign.
    #[error(
        "content credentials: certificate and key do not fit, or are of no kind that may sign \
         (P-256, P-384, Ed25519)"
    )]
    Keys,
    /// A file could not be read or written.
    #[error("content credentials: {0}")]
    File(#[from] std::io::Error),
}

/// What kind of file is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// MP4.
    Video,
    /// PNG.
    Picture,
}

impl Kind {
    const fn mime(self) -> &'static str {
        match self {
            Self::Video => "video/mp4",
            Self::Picture => "image/png",
        }
    }
}

/// How something came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Drawn by an algorithm that learnt from no data.
    Drawn,
    /// The same, over material that was handed in.
    DrawnOver,
    /// Made by a trained model.
    Trained,
    /// The same, from material that was handed in.
    TrainedOver,
}

impl Origin {
    /// The word that the press uses for it.
    const fn word(self) -> &'static str {
        match self {
            Self::Drawn => "algorithmicMedia",
            Self::DrawnOver => "compositeSynthetic",
            Self::Trained => "trainedAlgorithmicMedia",
            Self::TrainedOver => "compositeWithTrainedAlgorithmicMedia",
        }
    }
}

/// What a file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The engine that made it.
    pub engine: String,
    /// The model that was ordered.
    pub model: String,
    /// The seed.
    pub seed: u32,
    /// How it came about.
    pub origin: Origin,
    /// A sentence for people.
    pub remark: String,
}

/// Signs files with one certificate.
pub struct Signer {
    signer: BoxedSigner,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer with this certificate chain (the signer's own first) and private key (PKCS #8).
    ///
    /// # Errors
    /// When they do not belong together or are of no kind that may sign.
    pub fn new(pem: &Pem) -> Result<Self, CredentialError> {
        let signer = KINDS.into_iter().find_map(|kind| {
            let (chain, key) = (pem.chain.as_bytes(), pem.key.as_bytes());
            let signer = create_signer::from_keys(chain, key, kind, None).ok()?;
            signer.sign(b"a try").ok().map(|_| signer)
        });
        Ok(Self { signer: signer.ok_or(CredentialError::Keys)? })
    }

    /// Writes a copy of `from` with signed words in it to the new file `to`, which is not waited
    /// for to reach the disk.
    ///
    /// # Errors
    /// When a file cannot be read or written, or is of another kind.
    pub fn sign(
        &self,
        kind: Kind,
        from: &Path,
        to: &Path,
        facts: &Facts,
    ) -> Result<(), CredentialError> {
        let mut source = File::open(from)?;
        let mut target = File::options().read(true).write(true).create_new(true).open(to)?;
        let words = words(kind, facts).to_string();
        let mut builder = Builder::from_context(Context::new()).with_definition(words.as_str())?;
        builder.sign(self.signer.as_ref(), kind.mime(), &mut source, &mut target)?;
        Ok(())
    }
}

fn words(kind: Kind, facts: &Facts) -> Value {
    let (name, version) = ("Reelgate", env!("CARGO_PKG_VERSION"));
    let source = format!("{IPTC}/{}", facts.origin.word());
    json!({
        "title": facts.remark,
        "format": kind.mime(),
        "claim_generator_info": [{ "name": name, "version": version }],
        "assertions": [
            { "label": "c2pa.actions.v2", "data": { "actions": [{
                "action": "c2pa.created",
                "digitalSourceType": source,
                "softwareAgent": { "name": format!("{name} {}", facts.engine), "version": version },
                "description": facts.remark,
            }] } },
            { "label": RENDER, "data": {
                "engine": facts.engine,
                "model": facts.model,
                "seed": facts.seed,
                "ai_generated": true,
                "remark": facts.remark,
            } },
        ],
    })
}

/// What a signed file says, once its signature and bytes were checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Whether signature and bytes are as they were signed; says nothing about who signed.
    pub intact: bool,
    /// Our own words: `engine`, `model`, `seed`, `ai_generated`, `remark`.
    pub render: Value,
    /// The word for how it came about.
    pub source: String,
    /// Who the certificate says has signed.
    pub signer: String,
}

/// Reads the words of a file.
///
/// # Errors
/// When there are none, or none that can be read.
pub fn read(kind: Kind, file: &Path) -> Result<Found, CredentialError> {
    let reader =
        Reader::from_context(Context::new()).with_stream(kind.mime(), File::open(file)?)?;
    let manifest = reader
        .active_manifest()
        .ok_or(c2pa::Error::ClaimMissing { label: "active manifest".to_owned() })?;
    let actions: Value = manifest.find_assertion("c2pa.actions.v2")?;
    let source = actions["actions"][0]["digitalSourceType"].as_str().unwrap_or_default();
    Ok(Found {
        intact: !matches!(reader.validation_state(), ValidationState::Invalid),
        render: manifest.find_assertion(RENDER)?,
        source: source.rsplit('/').next().unwrap_or_default().to_owned(),
        signer: manifest.issuer().unwrap_or_default(),
    })
}
