//! Signed words in every file that was made here: the key for them, and the signing.

use crate::app::App;
use crate::config::CredentialConfig;
use reelgate_core::{Clip, Job};
use reelgate_credentials::{CredentialError, Facts, Kind, Origin, Pem, Signer, make};
use std::io::{Error, Write as _};
use std::path::Path;
use std::sync::Arc;

/// The certificate and key that are made when none are set.
const FILE: &str = "credentials.pem";
/// What a private key begins with in a file of both.
const KEY: &str = "-----BEGIN PRIVATE KEY-----";

/// Why there is nothing to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The certificate or its key cannot be used.
    #[error("{0}")]
    Unusable(#[from] CredentialError),
    /// A file cannot be read or written.
    #[error("content credentials: {0}")]
    File(#[from] Error),
}

/// What signs: the configured certificate, or one of this installation's own, kept in the data
/// folder; nothing where files are not to be signed.
///
/// # Errors
/// When a certificate cannot be read or made, or does not fit its key.
pub fn signer(data: &Path, config: &CredentialConfig) -> Result<Option<Arc<Signer>>, SignerError> {
    if !config.sign {
        return Ok(None);
    }
    let pem = match &config.certificate {
        Some((certificate, key)) => {
            Pem { chain: std::fs::read_to_string(certificate)?, key: std::fs::read_to_string(key)? }
        }
        None => own(&data.join(FILE))?,
    };
    Ok(Some(Arc::new(Signer::new(&pem)?)))
}

fn own(path: &Path) -> Result<Pem, SignerError> {
    if !path.exists() {
        let pem = make()?;
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(format!("{}{}", pem.chain, pem.key).as_bytes())?;
        file.as_file().sync_all()?;
        // Two processes may start at once: the first certificate stays.
        if let Err(error) = file.persist_noclobber(path)
            && !path.exists()
        {
            return Err(error.error.into());
        }
    }
    let both = std::fs::read_to_string(path)?;
    let at = both.find(KEY).ok_or(CredentialError::Keys)?;
    Ok(Pem { chain: both[..at].to_owned(), key: both[at..].to_owned() })
}

/// Signs a clip's files; one that cannot be signed is delivered as it is.
pub async fn sign(app: &App, job: &Job, engine: &str, clip: Clip) -> Clip {
    let Some(signer) = app.signer.clone() else { return clip };
    let (facts, still) = (facts(job, engine), job.order.is_still());
    let unsigned = clip.clone();
    let signing = tokio::task::spawn_blocking(move || sign_files(&signer, clip, &facts, still));
    match signing.await {
        Ok(Ok(signed)) => signed,
        Ok(Err(error)) => {
            tracing::warn!(job = %job.id, %error, "a clip could not be signed");
            unsigned
        }
        Err(_) => {
            tracing::warn!(job = %job.id, "signing a clip broke off");
            unsigned
        }
    }
}

fn sign_files(
    signer: &Signer,
    mut clip: Clip,
    facts: &Facts,
    still: bool,
) -> Result<Clip, CredentialError> {
    let signed = |kind, from: &Path| {
        let to = from.with_extension("signed");
        signer.sign(kind, from, &to, facts).map(|()| to)
    };
    if still {
        // A picture is its own last frame.
        clip.video = signed(Kind::Picture, &clip.video)?;
        clip.last_frame.clone_from(&clip.video);
        return Ok(clip);
    }
    let (video, last_frame) = std::thread::scope(|scope| {
        let last_frame = scope.spawn(|| signed(Kind::Picture, &clip.last_frame));
        let video = signed(Kind::Video, &clip.video);
        let last_frame = last_frame.join();
        (video, last_frame.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    (clip.video, clip.last_frame) = (video?, last_frame?);
    Ok(clip)
}

fn facts(job: &Job, engine: &str) -> Facts {
    let drawn = matches!(engine, "preview" | "rehearsal");
    let (origin, remark) = match (drawn, job.order.media.is_empty()) {
        (true, true) => (Origin::Drawn, "AI-generated preview"),
        (true, false) => (Origin::DrawnOver, "AI-generated preview"),
        (false, true) => (Origin::Trained, "AI-generated"),
        (false, false) => (Origin::TrainedOver, "AI-generated"),
    };
    Facts {
        engine: engine.to_owned(),
        model: job.order.model.to_string(),
        seed: job.seed,
        origin,
        remark: remark.to_owned(),
    }
}
