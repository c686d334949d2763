//! The other end of AWS Signature Version 4: what a bucket does before it obeys.

use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use reelgate_core::key::hex;
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Checks that a request with this body was signed by the owner of `id` and `secret`.
///
/// Queries are compared as they were sent, names and values encoded; the clock is not looked at.
pub(crate) fn check(parts: &Parts, body: &[u8], id: &str, secret: &str) -> Result<(), String> {
    let query: Vec<&str> = parts.uri.query().unwrap_or("").split('&').collect();
    let presigned = |name: &str| {
        let start = format!("X-Amz-{name}=");
        query.iter().find_map(|pair| pair.strip_prefix(start.as_str())).map(decoded)
    };
    let said = match presigned("Signature") {
        Some(signature) => Said {
            credential: presigned("Credential").ok_or("no credential")?,
            headers: presigned("SignedHeaders").ok_or("no signed headers")?,
            time: presigned("Date").ok_or("no date")?,
            payload: UNSIGNED.to_owned(),
            signature,
        },
        None => Said::in_headers(parts, body)?,
    };
    let scope = said.credential.strip_prefix(&format!("{id}/")).ok_or("another key")?;
    let canonical = canonical(parts, &query, &said)?;
    let hashed = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{hashed}", said.time);
    let mut key = format!("AWS4{secret}").into_bytes();
    for word in scope.split('/').chain([to_sign.as_str()]) {
        key = mac(&key, word)?;
    }
    match hex(&key) == said.signature {
        true => Ok(()),
        false => Err(format!("the signature does not fit:\n{canonical}")),
    }
}

/// What a request says about its signature.
struct Said {
    credential: String,
    headers: String,
    time: String,
    payload: String,
    signature: String,
}

impl Said {
    fn in_headers(parts: &Parts, body: &[u8]) -> Result<Self, String> {
        let signed = header(parts, "authorization").ok_or("not signed")?;
        let fields = signed.strip_prefix(ALGORITHM).ok_or("signed in another way")?;
        let field = |name: &str| {
            let found = fields.split(',').find_map(|field| field.trim().strip_prefix(name));
            found.map(str::to_owned).ok_or(format!("no {name}"))
        };
        let payload = header(parts, "x-amz-content-sha256").ok_or("no hash of the body")?;
        if payload != UNSIGNED && payload != hex(&Sha256::digest(body)) {
            return Err("another body".to_owned());
        }
        Ok(Self {
            credential: field("Credential=")?,
            headers: field("SignedHeaders=")?,
            time: header(parts, "x-amz-date").ok_or("no date")?.to_owned(),
            payload: payload.to_owned(),
            signature: field("Signature=")?,
        })
    }
}

fn canonical(parts: &Parts, query: &[&str], said: &Said) -> Result<String, String> {
    let mut pairs: Vec<String> = query
        .iter()
        .filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-Signature="))
        .map(|pair| if pair.contains('=') { (*pair).to_owned() } else { format!("{pair}=") })
        .collect();
    pairs.sort();
    let mut headers = String::new();
    for name in said.headers.split(';') {
        let value = header(parts, name).ok_or(format!("signed, but not sent: {name}"))?;
        headers += &format!("{name}:{}\n", value.trim());
    }
    let (path, query) = (parts.uri.path(), pairs.join("&"));
    let Said { headers: names, payload, .. } = said;
    Ok(format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", parts.method))
}

fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}

fn decoded(text: &str) -> String {
    let pairs = format!("text={text}");
    url::form_urlencoded::parse(pairs.as_bytes()).map(|(_, text)| text.into_owned()).collect()
}

fn mac(key: &[u8], text: &str) -> Result<Vec<u8>, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| error.to_string())?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// The example of the service's own documentation: "GET Object" of "Signature Calculations for the
/// Authorization Header".
#[test]
fn the_documented_example_is_accepted_and_no_other_secret() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    let headers = "host;range;x-amz-content-sha256;x-amz-date";
    let credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    let authorization = format!(
        "{ALGORITHM} Credential={credential},SignedHeaders={headers},Signature={signature}"
    );
    let request = http::Request::get("/test.txt")
        .header("host", "examplebucket.s3.amazonaws.com")
        .header("range", "bytes=0-9")
        .header("x-amz-date", "20130524T000000Z")
        .header("x-amz-content-sha256", empty)
        .header("authorization", authorization);
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    assert_eq!(check(&parts, b"", "AKIAIOSFODNN7EXAMPLE", secret), Ok(()));
    check(&parts, b"", "AKIAIOSFODNN7EXAMPLE", "another").expect_err("another secret");
    check(&parts, b"more", "AKIAIOSFODNN7EXAMPLE", secret).expect_err("another body");
}
