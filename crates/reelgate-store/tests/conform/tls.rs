//! Encrypted connections to PostgreSQL, on a server with a certificate for `localhost`.

use crate::private_postgres::{PrivateServer, is_wanted, own};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reelgate_store::{Options, Store, StoreError};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// An authority, as the file that names it and as who signs.
struct Authority {
    file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        let file = folder.join(format!("{name}.pem"));
        let certificate = parameters.self_signed(&key).expect("a certificate");
        std::fs::write(&file, certificate.pem()).expect("writable");
        Self { file, issuer: Issuer::new(parameters, key) }
    }

    /// Gives a server's data folder a certificate.
    fn certify(&self, data: &Path, host: &str) {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new(vec![host.to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let texts = [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())];
        for (name, text) in texts {
            let file = data.join(name);
            std::fs::write(&file, text).expect("writable");
            let secret = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&file, secret).expect("permissions");
            own(&file);
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn opens(url: &str) -> Result<(), StoreError> {
    let store = Store::open(&Options { url: url.to_owned(), lasting: true }).await?;
    assert_eq!(store.audit().await.expect("an audit"), []);
    store.close().await;
    Ok(())
}

#[test]
fn a_connection_is_as_safe_as_its_url_asks() {
    if !is_wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, theirs) =
        (Authority::new(folder.path(), "ours"), Authority::new(folder.path(), "theirs"));
    let port = free_port();
    let settings = format!("-c listen_addresses=localhost -c port={port} -c ssl=on -c fsync=off");
    let _server = PrivateServer::start(&settings, |data| {
        ours.certify(data, "localhost");
        // Who comes without encryption is refused.
        std::fs::write(
            data.join("pg_hba.conf"),
            "local all all trust\nhostssl all all all trust\n",
        )
        .expect("writable");
    });
    let at =
        |host: &str, options: &str| format!("postgres://reelgate@{host}:{port}/postgres{options}");
    let (ours, theirs) = (ours.file.display(), theirs.file.display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let good = [
            at("localhost", ""),
            at("localhost", "?sslmode=prefer&application_name=reelgate"),
            at("127.0.0.1", "?sslmode=require"),
            at("127.0.0.1", &format!("?sslmode=require&sslrootcert={ours}")),
            // The certificate is not this host's, and that is not asked.
            at("127.0.0.1", &format!("?sslmode=verify-ca&sslrootcert={ours}")),
            at("localhost", &format!("?sslmode=verify-full&sslrootcert={ours}")),
        ];
        for url in good {
            opens(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        }
        let bad = [
            at("localhost", "?sslmode=disable"),
            at("localhost", "?answer_timeout=0"),
            at("localhost", "?answer_timeout=soon"),
            at("localhost", &format!("?sslmode=require&sslrootcert={theirs}")),
            at("localhost", &format!("?sslmode=verify-ca&sslrootcert={theirs}")),
            at("localhost", &format!("?sslmode=verify-full&sslrootcert={theirs}")),
            at("127.0.0.1", &format!("?sslmode=verify-full&sslrootcert={ours}")),
            at("localhost", "?sslmode=verify-full&sslrootcert=/no/such/file"),
            at("localhost", "?sslmode=verify-ca&sslrootcert=system"),
            at("localhost", "?sslmode=allow"),
        ];
        for url in bad {
            assert!(opens(&url).await.is_err(), "{url}");
        }
        let refused = opens(&at("localhost", "?sslmode=on")).await.expect_err("no such mode");
        assert!(refused.to_string().contains("disable, prefer, require, verify-ca"), "{refused}");
    });
}

#[test]
fn a_connection_that_must_be_encrypted_never_is_in_the_clear() {
    if !is_wanted() {
        return;
    }
    let port = free_port();
    let settings = format!("-c listen_addresses=localhost -c port={port} -c fsync=off");
    let _server = PrivateServer::start(&settings, |_| {});
    let at = |options: &str| format!("postgres://reelgate@localhost:{port}/postgres{options}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        opens(&at("")).await.expect("without where the server has none");
        opens(&at("?sslmode=disable")).await.expect("without");
        assert!(opens(&at("?sslmode=require")).await.is_err());
        assert!(opens(&at("?sslmode=verify-full")).await.is_err());
    });
}
