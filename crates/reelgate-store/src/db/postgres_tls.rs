//! How a connection to PostgreSQL is encrypted: `sslmode` and `sslrootcert`, read as libpq reads
//! them, and how long its answers may take. The driver knows half of the modes and none of the
//! rest, so these are taken out of the URL before it sees it.

use super::postgres::PATIENCE;
use crate::error::StoreError;
use percent_encoding::percent_decode_str;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where to connect, and how.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    /// `None` where nothing is to be encrypted.
    pub(super) tls: Option<MakeRustlsConnect>,
    /// How long a statement may go unanswered: `answer_timeout`, in seconds.
    pub(super) patience: Duration,
}

/// What is asked of the server's certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    /// Nothing: it keeps listeners out, not impostors.
    None,
    /// That a trusted authority issued it.
    Authority,
    /// And that it is this host's.
    Host,
}

/// Reads the database's URL.
pub(super) fn address(url: &str) -> Result<Address, StoreError> {
    let (url, options) = split(url);
    let refuse = |cause: &dyn std::fmt::Display| StoreError::database("the database's URL", cause);
    let mut config: Config = url.parse().map_err(|error| refuse(&error))?;
    let find = |wanted: &str| {
        let found = options.iter().rev().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let (mode, mut check) = match find("sslmode") {
        Some("disable") => (SslMode::Disable, Check::None),
        None | Some("prefer") => (SslMode::Prefer, Check::None),
        Some("require") => (SslMode::Require, Check::None),
        Some("verify-ca") => (SslMode::Require, Check::Authority),
        Some("verify-full") => (SslMode::Require, Check::Host),
        Some(other) => {
            let known = "disable, prefer, require, verify-ca or verify-full";
            return Err(refuse(&format!("sslmode must be {known}, not {other:?}")));
        }
    };
    let patience = match find("answer_timeout") {
        None => PATIENCE,
        Some(seconds) => match seconds.parse::<u16>() {
            Ok(seconds) if seconds > 0 => Duration::from_secs(u64::from(seconds)),
            _ => {
                let what = "answer_timeout must be whole seconds from 1 to 65535";
                return Err(refuse(&format!("{what}, not {seconds:?}")));
            }
        },
    };
    let roots = find("sslrootcert");
    // As libpq: who names an authority wants it asked.
    if mode == SslMode::Require && check == Check::None && roots.is_some() {
        check = Check::Authority;
    }
    if roots == Some("system") && check == Check::Authority {
        return Err(refuse(&"sslrootcert=system needs sslmode=verify-full"));
    }
    // A Unix socket leaves this machine as little as it is encrypted.
    let is_local = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
    if is_local || mode == SslMode::Disable {
        config.ssl_mode(SslMode::Disable);
        return Ok(Address { config, tls: None, patience });
    }
    config.ssl_mode(mode);
    let tls = MakeRustlsConnect::new(client(check, roots)?);
    Ok(Address { config, tls: Some(tls), patience })
}

/// The URL without what the driver does not know, and that.
fn split(url: &str) -> (String, Vec<(String, String)>) {
    let Some((place, query)) = url.split_once('?') else { return (url.to_owned(), Vec::new()) };
    let (mut kept, mut taken) = (Vec::new(), Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((name @ ("sslmode" | "sslrootcert" | "answer_timeout"), value)) => {
                let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
                taken.push((name.to_owned(), value));
            }
            _ => kept.push(pair),
        }
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    (format!("{place}{mark}{}", kept.join("&")), taken)
}

fn client(check: Check, roots: Option<&str>) -> Result<ClientConfig, StoreError> {
    let provider = Arc::new(ring::default_provider());
    let failed = |error: &dyn std::fmt::Display| StoreError::database("TLS to postgres", error);
    let verifier: Arc<dyn ServerCertVerifier> = if check == Check::None {
        Arc::new(Lenient { authority: None, provider: Arc::clone(&provider) })
    } else {
        let roots = Arc::new(authorities(roots)?);
        let strict = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
        let strict = strict.build().map_err(|error| failed(&error))?;
        match check {
            Check::Host => strict,
            _ => Arc::new(Lenient { authority: Some(strict), provider: Arc::clone(&provider) }),
        }
    };
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| failed(&error))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Who may issue the server's certificate: those in the file, or those that this system trusts.
fn authorities(file: Option<&str>) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) if file != "system" => {
            let unusable = |error: &dyn std::fmt::Display| {
                StoreError::database("sslrootcert", format!("{file}: {error}"))
            };
            let all = CertificateDer::pem_file_iter(Path::new(file));
            for one in all.map_err(|error| unusable(&error))? {
                let one = one.map_err(|error| unusable(&error))?;
                roots.add(one).map_err(|error| unusable(&error))?;
            }
            if roots.is_empty() {
                return Err(unusable(&"there is no certificate in it"));
            }
        }
        _ => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                let message = "this system trusts no authority: name one with sslrootcert=FILE";
                return Err(StoreError::database("TLS to postgres", message));
            }
        }
    }
    Ok(roots)
}

/// Asks less than browsers do, because `sslmode` says so.
#[derive(Debug)]
struct Lenient {
    /// Who checks all but the name; nobody checks anything where there is none.
    authority: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(certificate, between, host, ocsp, now) {
            // The name is looked at last, so everything else was right.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
