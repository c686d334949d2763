//! People: their names, passwords and roles, and what they may do in an account.

use crate::error::{Error, Field};
use std::fmt;

/// Characters of a name, at most.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of a password, at least.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Bytes of a password, at most: more would only cost time.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// A session ends so long after its sign-in.
pub const SESSION_MS: i64 = 30 * 24 * 3_600_000;
/// A one-time link works for so long.
pub const LINK_MS: i64 = 15 * 60_000;
/// For so long after a sign-in by link a new password needs no old one: whoever forgot theirs is
/// helped by a link.
pub const FRESH_MS: i64 = 15 * 60_000;

/// What a person may do on this installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserRole {
    /// Use accounts that they belong to.
    #[default]
    User,
    /// Run the place as well.
    Operator,
}

/// What a person may do in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRole {
    /// It is their own.
    Owner,
    /// Order from a team's pool, and choose its members.
    Admin,
    /// Order from a team's pool.
    Member,
}

/// Whose an account is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountKind {
    /// One customer's.
    #[default]
    Personal,
    /// Several people's, with a pool that is spent in the studio.
    Team,
}

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// With name and password.
    Password,
    /// With a one-time link.
    Link,
    /// With another service's word, by OpenID Connect.
    OpenId,
}

/// A password as it was typed. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

macro_rules! named {
    ($type:ident { $($variant:ident => $name:literal),* $(,)? }) => {
        impl $type {
            /// Every one of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Its name in the store and in our own API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            /// The one with this name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }
        }
    };
}

named!(UserRole { User => "user", Operator => "operator" });
named!(MemberRole { Owner => "owner", Admin => "admin", Member => "member" });
named!(AccountKind { Personal => "personal", Team => "team" });
named!(Means { Password => "password", Link => "link", OpenId => "openid" });

/// A person's name as it is kept: nobody should have to remember its capitals.
///
/// # Errors
/// `Invalid` for a name with other characters, or with none or too many.
pub fn user_name(text: &str) -> Result<String, Error> {
    account_name(text).map(str::to_ascii_lowercase)
}

/// A name that an account may have.
///
/// # Errors
/// `Invalid` for a name with other characters, or with none or too many.
pub fn account_name(text: &str) -> Result<&str, Error> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    if text.is_empty() || text.len() > NAME_CHARS_MAX || !text.chars().all(fine) {
        let rule = "must be 1 to 64 letters, digits, dots, dashes, underscores or @";
        return Err(Error::invalid(named_field("name"), rule));
    }
    Ok(text)
}

/// Refuses a password that is no protection.
///
/// # Errors
/// `Invalid`, naming `field`, for one that is too short, too long, or the name itself.
pub fn check_password(field: &str, password: &Secret, name: &str) -> Result<(), Error> {
    let Secret(text) = password;
    let refuse = |message: String| Err(Error::invalid(named_field(field), message));
    if text.chars().count() < PASSWORD_CHARS_MIN {
        return refuse(format!("must be at least {PASSWORD_CHARS_MIN} characters long"));
    }
    if text.len() > PASSWORD_BYTES_MAX {
        return refuse(format!("must be at most {PASSWORD_BYTES_MAX} bytes long"));
    }
    if text.eq_ignore_ascii_case(name) {
        return refuse("must not be the name".to_owned());
    }
    Ok(())
}

fn named_field(name: &str) -> Field {
    Field::Named(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_small_letters_and_have_no_others() {
        assert_eq!(user_name("Anna.Nowak@Studio").as_deref(), Ok("anna.nowak@studio"));
        for wrong in ["", "two words", "łukasz", &"a".repeat(65), "a\n"] {
            assert!(user_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_protects() {
        let check = |text: &str| check_password("new", &Secret(text.to_owned()), "annanowak");
        assert_eq!(check("correct horse"), Ok(()));
        for wrong in ["", "short", "AnnaNowak", &"x".repeat(257)] {
            let error = check(wrong).expect_err(wrong);
            assert_eq!(error.field, Some(Field::Named("new".to_owned())));
        }
    }
}
