//! Somebody with a browser: signs in, keeps the cookie, sends what our pages send.

use crate::harness::{Answer, TestApp, request};
use axum::body::Body;
use http::{Method, Request};
use reelgate::people::password::{SALT_BYTES, hash};
use reelgate_core::token::TokenKind;
use reelgate_core::{AccountId, KeyId, Secret, UserId, UserRole};
use reelgate_store::{NewAccount, NewLink, NewUser, Purse, User};
use serde_json::{Value, json};

/// Where our own API lies.
pub(crate) const API: &str = "/api/reelgate/v1";
/// Everybody's password in these tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) user: User,
    pub(crate) cookie: String,
    /// For which account they act, other than their own.
    pub(crate) account: Option<String>,
}

impl TestApp {
    /// A person with [`PASSWORD`] and this many credits.
    pub(crate) async fn user(&self, name: &str, role: UserRole, credits: i64) -> User {
        let (now, entropy) = (self.app.now(), &self.app.entropy);
        let account = NewAccount {
            id: AccountId::new(now, entropy.bits()),
            name: name.to_owned(),
            webhook_secret: crate::harness::WEBHOOK_SECRET.to_owned(),
        };
        let new = NewUser {
            id: UserId::new(now, entropy.bits()),
            name: name.to_owned(),
            role,
            password: hash(&Secret(PASSWORD.to_owned()), &[7; SALT_BYTES]),
            purse: Purse::New(account),
            key: KeyId::new(now, entropy.bits()),
        };
        let user = self.app.store.create_user(new, now).await.expect("a user");
        if credits > 0 {
            self.grant(user.account, credits).await;
        }
        user
    }

    /// A one-time link for somebody: its token.
    pub(crate) async fn link_for(&self, user: &User) -> String {
        let token = reelgate::people::token(&self.app, TokenKind::Link);
        let new = NewLink { hash: token.hash(), user: user.id };
        assert!(self.app.store.create_link(new, self.app.now()).await.expect("a write"));
        token.reveal().to_owned()
    }

    /// Somebody new who is signed in.
    pub(crate) async fn browser(&self, name: &str, role: UserRole, credits: i64) -> Browser {
        let user = self.user(name, role, credits).await;
        let link = self.link_for(&user).await;
        let answer = self.sign_in(&json!({ "link": link })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Browser { user, cookie: cookie_of(&answer), account: None }
    }

    pub(crate) async fn sign_in(&self, body: &Value) -> Answer {
        self.send(request(Method::POST, &format!("{API}/session"), None, &body.to_string())).await
    }

    /// What our pages send: below [`API`], with the cookie and the header.
    pub(crate) async fn studio(
        &self,
        who: &Browser,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        self.send(from_studio(who, method, path, body)).await
    }

    pub(crate) async fn look(&self, who: &Browser, path: &str) -> Answer {
        self.studio(who, Method::GET, path, &Value::Null).await
    }
}

impl Browser {
    /// The same person, acting for an account.
    pub(crate) fn for_account(&self, account: &str) -> Self {
        Self { account: Some(account.to_owned()), ..self.clone() }
    }
}

/// A request as our pages send it.
pub(crate) fn from_studio(
    who: &Browser,
    method: Method,
    path: &str,
    body: &Value,
) -> Request<Body> {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let mut request = request(method, &format!("{API}{path}"), None, &text);
    let headers = request.headers_mut();
    headers.insert("cookie", format!("theme=dark; {}", who.cookie).parse().expect("a value"));
    headers.insert("host", "video.example".parse().expect("a value"));
    headers.insert("origin", "https://video.example".parse().expect("a value"));
    headers.insert("sec-fetch-site", "same-origin".parse().expect("a value"));
    headers.insert("reelgate-studio", "1".parse().expect("a value"));
    if let Some(account) = &who.account {
        headers.insert("reelgate-account", account.parse().expect("a value"));
    }
    request
}

/// The cookie that an answer sets, as a browser sends it back.
pub(crate) fn cookie_of(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie");
    set.split(';').next().expect("a pair").to_owned()
}
