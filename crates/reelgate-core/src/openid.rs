//! People who come with another service's word, by OpenID Connect: what that word must say, and
//! whom it lets in as whom.
//!
//! An identity is the issuer with its name for the person, for ever. An address of mail is only a
//! hint: it counts where the issuer says that it was verified, and brings somebody into an account
//! that is there already only where the operator says so.
//! Source: OpenID Connect Core 1.0, section 3.1.3.7.

use crate::error::{Error, Kind};
use crate::id::UserId;
use crate::time::Timestamp;
use crate::user::{NAME_CHARS_MAX, user_name};

/// By how much the clocks of the issuer and of this server may differ.
pub const SKEW_MS: i64 = 60_000;
/// Bytes of an issuer's name for a person, at most.
pub const SUBJECT_BYTES_MAX: usize = 255;
/// Domains of addresses that may be listed, at most.
pub const DOMAINS_MAX: usize = 100;

/// What an issuer says of somebody, its signature already checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Who says so.
    pub issuer: String,
    /// Its name for the person.
    pub subject: String,
    /// For whom it was said.
    pub audiences: Vec<String>,
    /// Who asked for it, where there are several of those.
    pub authorized: Option<String>,
    /// From when on it counts no more, in seconds since 1970.
    pub expires_s: i64,
    /// When it was said, likewise.
    pub issued_s: i64,
    /// What the question contained.
    pub nonce: Option<String>,
    /// The person's address.
    pub email: Option<String>,
    /// Whether the issuer knows that it is theirs.
    pub email_verified: bool,
    /// What the person calls themselves there.
    pub handle: Option<String>,
}

/// What the word must agree with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The issuer of the settings.
    pub issuer: &'a str,
    /// What this server is called there.
    pub client: &'a str,
    /// What was asked with.
    pub nonce: &'a str,
}

/// Somebody whose word was good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Who vouches.
    pub issuer: String,
    /// Its name for them.
    pub subject: String,
    /// Their address in small letters, where the issuer verified it.
    pub email: Option<String>,
    /// What they call themselves, without anything that looks like an address.
    pub handle: Option<String>,
}

/// Whom the operator lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// Whether somebody new gets an account.
    pub creates: bool,
    /// Whether a verified address lets its owner in as the person with that name.
    pub joins: bool,
    /// Domains of verified addresses, in small letters; none lets in everybody.
    pub domains: Vec<String>,
}

/// As whom somebody comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// As this person, who came by the same identity before.
    Known(UserId),
    /// As this person, from now on.
    Join(UserId),
    /// As somebody new with this name.
    Create(String),
}

/// Reads an issuer's word.
///
/// # Errors
/// What is wrong with it, for the operator's log.
pub fn check(
    claims: Claims,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Stranger, &'static str> {
    let now_ms = now.ms();
    let is_ours = claims.audiences.iter().any(|one| one == expected.client);
    let asked_by = claims.authorized.as_deref();
    if claims.issuer != expected.issuer {
        return Err("it is of another issuer");
    }
    if !is_ours {
        return Err("it is for another client");
    }
    if asked_by.map_or(claims.audiences.len() > 1, |one| one != expected.client) {
        return Err("another client asked for it");
    }
    if claims.expires_s.saturating_mul(1000).saturating_add(SKEW_MS) <= now_ms {
        return Err("it has expired");
    }
    if claims.issued_s.saturating_mul(1000).saturating_sub(SKEW_MS) > now_ms {
        return Err("it comes from the future");
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err("it answers another question");
    }
    if claims.subject.is_empty() || claims.subject.len() > SUBJECT_BYTES_MAX {
        return Err("it names nobody");
    }
    let email = claims.email.filter(|_| claims.email_verified).map(|text| text.to_lowercase());
    let handle = claims.handle.map(|text| text.split('@').next().unwrap_or("").to_owned());
    Ok(Stranger { issuer: claims.issuer, subject: claims.subject, email, handle })
}

impl Door {
    /// Whether somebody may come near: asked at every sign-in, so that a domain can be closed.
    ///
    /// # Errors
    /// `Forbidden` for addresses of other domains, and for none.
    pub fn opens_for(&self, stranger: &Stranger) -> Result<(), Error> {
        let domain = stranger.email.as_deref().and_then(|email| email.rsplit_once('@'));
        let is_open = self.domains.is_empty()
            || domain.is_some_and(|(_, domain)| self.domains.iter().any(|one| one == domain));
        if is_open {
            return Ok(());
        }
        Err(Error::new(Kind::Forbidden, "People of this domain are not let in"))
    }

    /// As whom somebody comes in. `known` came by the same identity; `namesake` has their verified
    /// address as a name, and whether another identity of that issuer is theirs already.
    ///
    /// # Errors
    /// `Forbidden` where nobody new is let in, `Conflict` where the name is somebody else's.
    pub fn way(
        &self,
        stranger: &Stranger,
        known: Option<UserId>,
        namesake: Option<(UserId, bool)>,
    ) -> Result<Way, Error> {
        if let Some(user) = known {
            return Ok(Way::Known(user));
        }
        match namesake {
            Some((user, false)) if self.joins => return Ok(Way::Join(user)),
            Some(_) => {
                let message = "Somebody here has this name already; ask the operator";
                return Err(Error::new(Kind::Conflict, message));
            }
            None => {}
        }
        if !self.creates {
            return Err(Error::new(Kind::Forbidden, "Nobody here is known by this sign-in"));
        }
        Ok(Way::Create(stranger.name()))
    }
}

impl Stranger {
    /// What somebody new is called: by the verified address, else by what they call themselves,
    /// else by the issuer's name for them.
    #[must_use]
    pub fn name(&self) -> String {
        let email = self.email.as_deref().and_then(|email| user_name(email).ok());
        let plain = |text: &str| -> String {
            let fine = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
            text.chars().filter(fine).take(NAME_CHARS_MAX).collect()
        };
        let handle = self.handle.as_deref().map(plain);
        let handle = handle.and_then(|text| user_name(&text).ok());
        let subject = user_name(&plain(&self.subject)).ok();
        email.or(handle).or(subject).unwrap_or_else(|| "guest".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_780_480_800_000);
    const EXPECTED: Expected<'static> =
        Expected { issuer: "https://id.example", client: "studio", nonce: "n" };

    fn claims() -> Claims {
        Claims {
            issuer: "https://id.example".to_owned(),
            subject: "42".to_owned(),
            audiences: vec!["studio".to_owned()],
            expires_s: NOW.ms() / 1000 + 300,
            issued_s: NOW.ms() / 1000,
            nonce: Some("n".to_owned()),
            email: Some("Anna@Example.com".to_owned()),
            email_verified: true,
            handle: Some("root@example.com".to_owned()),
            ..Claims::default()
        }
    }

    #[test]
    fn a_good_word_names_somebody() {
        let anna = check(claims(), &EXPECTED, NOW).expect("good");
        assert_eq!(anna.email.as_deref(), Some("anna@example.com"));
        assert_eq!(anna.handle.as_deref(), Some("root"));
        assert_eq!(anna.name(), "anna@example.com");
        let unsure = Claims { email_verified: false, ..claims() };
        let unsure = check(unsure, &EXPECTED, NOW).expect("good");
        assert_eq!((unsure.email.as_deref(), unsure.name().as_str()), (None, "root"));
        let nameless = Claims { handle: Some("łłł".to_owned()), email: None, ..claims() };
        assert_eq!(check(nameless, &EXPECTED, NOW).expect("good").name(), "42");
    }

    #[test]
    fn a_word_for_somebody_else_or_of_another_time_is_refused() {
        let text = |text: &str| text.to_owned();
        let two = vec![text("studio"), text("other")];
        for (wrong, why) in [
            (Claims { issuer: text("https://evil.example"), ..claims() }, "issuer"),
            (Claims { audiences: vec![text("other")], ..claims() }, "client"),
            (Claims { audiences: Vec::new(), ..claims() }, "client"),
            (Claims { audiences: two.clone(), ..claims() }, "another client asked"),
            (Claims { authorized: Some(text("other")), ..claims() }, "another client asked"),
            (Claims { expires_s: NOW.ms() / 1000 - 61, ..claims() }, "expired"),
            (Claims { issued_s: NOW.ms() / 1000 + 62, ..claims() }, "future"),
            (Claims { nonce: None, ..claims() }, "question"),
            (Claims { nonce: Some(text("m")), ..claims() }, "question"),
            (Claims { subject: String::new(), ..claims() }, "nobody"),
            (Claims { subject: "x".repeat(256), ..claims() }, "nobody"),
        ] {
            let error = check(wrong, &EXPECTED, NOW).expect_err(why);
            assert!(error.contains(why), "{error}: {why}");
        }
        let ours = Claims { audiences: two, authorized: Some(text("studio")), ..claims() };
        assert!(check(ours, &EXPECTED, NOW).is_ok());
    }

    #[test]
    fn an_address_lets_in_only_where_the_operator_says_so() {
        let user = UserId::new(NOW, 1);
        let anna = check(claims(), &EXPECTED, NOW).expect("good");
        let closed = Door::default();
        let kind = |door: &Door, known, namesake| door.way(&anna, known, namesake);
        assert_eq!(kind(&closed, Some(user), None), Ok(Way::Known(user)));
        assert_eq!(kind(&closed, None, None).expect_err("closed").kind, Kind::Forbidden);
        let open = Door { creates: true, ..Door::default() };
        let name = "anna@example.com".to_owned();
        assert_eq!(kind(&open, None, None), Ok(Way::Create(name)));
        let taken = kind(&open, None, Some((user, false)));
        assert_eq!(taken.expect_err("somebody else's").kind, Kind::Conflict);
        let joins = Door { joins: true, ..Door::default() };
        assert_eq!(kind(&joins, None, Some((user, false))), Ok(Way::Join(user)));
        // Their place at this issuer is taken by another identity.
        assert!(kind(&joins, None, Some((user, true))).is_err());
    }

    #[test]
    fn domains_are_those_of_verified_addresses() {
        let door = Door { domains: vec!["example.com".to_owned()], ..Door::default() };
        let of = |email: Option<&str>| Stranger {
            email: email.map(str::to_owned),
            ..check(claims(), &EXPECTED, NOW).expect("good")
        };
        assert!(door.opens_for(&of(Some("a@example.com"))).is_ok());
        for wrong in [None, Some("a@evil.com"), Some("a@example.com.evil"), Some("example.com")] {
            assert!(door.opens_for(&of(wrong)).is_err(), "{wrong:?}");
        }
        assert!(Door::default().opens_for(&of(None)).is_ok());
    }
}
