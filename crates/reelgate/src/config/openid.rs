//! The `[openid]` table of the TOML file: whose word lets people in, and whom.
//!
//! The secret is never in the file: it names the environment variable that holds it.

use super::{ConfigError, Secret};
use reelgate_core::openid::{DOMAINS_MAX, Door};
use serde::Deserialize;
use url::{Host, Url};

/// Characters of the name on the button.
const TITLE_CHARS_MAX: usize = 40;

/// Signing in by OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdConfig {
    /// The issuer, as its tokens name it.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What it proves that with; none for clients that have no secret.
    pub client_secret: Option<Secret>,
    /// What people call it, on the button.
    pub title: String,
    /// Whom it lets in.
    pub door: Door,
}

/// The table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenIdFile {
    issuer: String,
    client_id: String,
    client_secret_env: Option<String>,
    title: Option<String>,
    #[serde(default)]
    create_users: bool,
    #[serde(default)]
    join_by_email: bool,
    #[serde(default)]
    domains: Vec<String>,
}

fn refuse(what: &str) -> ConfigError {
    ConfigError(format!("openid.{what}"))
}

/// Whether secrets may be sent there: by https, or to this machine itself.
#[must_use]
pub(crate) fn is_safe(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

impl OpenIdFile {
    /// Reads the table and the secret that it names.
    pub(super) fn read(&self) -> Result<OpenIdConfig, ConfigError> {
        let issuer = Url::parse(&self.issuer).ok().filter(is_safe);
        let issuer = issuer.filter(|url| url.query().is_none() && url.fragment().is_none());
        let issuer = issuer.ok_or_else(|| refuse("issuer must be an https URL"))?;
        if self.client_id.is_empty() {
            return Err(refuse("client_id must not be empty"));
        }
        let host = || issuer.host_str().unwrap_or("OpenID").to_owned();
        let title = self.title.clone().unwrap_or_else(host);
        if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
            return Err(refuse("title must have 1 to 40 characters"));
        }
        let is_domain = |text: &String| text.contains('.') && !text.contains(['@', ' ', '*']);
        if self.domains.len() > DOMAINS_MAX || !self.domains.iter().all(is_domain) {
            return Err(refuse("domains must be up to 100 names such as \"example.com\""));
        }
        let secret = |name: &String| {
            Secret::new(name, super::options::variable(name).unwrap_or_default().trim())
        };
        Ok(OpenIdConfig {
            // As it was written: the issuer's own spelling is compared letter by letter.
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret_env.as_ref().map(secret),
            title,
            door: Door {
                creates: self.create_users,
                joins: self.join_by_email,
                domains: self.domains.iter().map(|text| text.to_lowercase()).collect(),
            },
        })
    }
}

impl OpenIdConfig {
    /// Refuses a secret that is named but holds nothing.
    ///
    /// # Errors
    /// Names the variable.
    pub fn check(&self) -> Result<(), ConfigError> {
        match &self.client_secret {
            Some(secret) if secret.reveal().is_empty() => {
                Err(refuse(&format!("client_secret_env: {} holds nothing", secret.name)))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<OpenIdConfig, String> {
        let file: OpenIdFile = toml::from_str(text).map_err(|error| error.to_string())?;
        file.read().map_err(|error| error.0)
    }

    const HEAD: &str = "issuer = 'https://id.example/realms/film'\nclient_id = 'studio'\n";

    #[test]
    fn an_issuer_lets_nobody_new_in_unless_it_is_told_to() {
        let config = read(HEAD).expect("valid");
        assert_eq!((config.title.as_str(), &config.door), ("id.example", &Door::default()));
        assert_eq!((config.client_secret.is_none(), config.check()), (true, Ok(())));
        let more = "client_secret_env = 'NO_SUCH_SECRET'\ncreate_users = true\n\
            join_by_email = true\ndomains = ['Example.com']\ntitle = 'Film school'";
        let config = read(&format!("{HEAD}{more}")).expect("valid");
        assert!(config.door.creates && config.door.joins);
        assert_eq!(config.door.domains, ["example.com"]);
        let error = config.check().expect_err("empty");
        assert!(error.0.contains("NO_SUCH_SECRET"), "{error}");
    }

    #[test]
    fn what_would_not_work_is_refused_by_name() {
        for (wrong, named) in [
            ("issuer = 'http://id.example'\nclient_id = 'x'".to_owned(), "https"),
            ("issuer = 'https://id.example?x'\nclient_id = 'x'".to_owned(), "https"),
            ("issuer = 'https://id.example'\nclient_id = ''".to_owned(), "client_id"),
            (format!("{HEAD}title = ''"), "title"),
            (format!("{HEAD}domains = ['@example.com']"), "domains"),
            (format!("{HEAD}secret = 'x'"), "secret"),
        ] {
            let error = read(&wrong).expect_err("refused");
            assert!(error.contains(named), "{error}");
        }
        assert!(read("issuer = 'http://127.0.0.1:9/'\nclient_id = 'x'").is_ok());
    }
}
