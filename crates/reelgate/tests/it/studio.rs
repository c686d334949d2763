//! The pages for people, as a browser gets them.

use crate::harness::{Answer, TestApp, request};
use http::Method;
use http::header::{ACCEPT_ENCODING, HeaderValue};

/// The folder that the page names.
fn folder(page: &Answer) -> String {
    let (_, rest) = page.text().split_once("\"/studio/").expect("the page names its folder");
    format!("/studio/{}", rest.split('/').next().expect("a digest"))
}

async fn get(app: &TestApp, path: &str) -> Answer {
    app.send(request(Method::GET, path, None, "")).await
}

#[tokio::test]
async fn the_page_is_asked_for_every_time_and_lets_nothing_foreign_in() {
    let app = TestApp::start().await;
    for place in ["/", "/create", "/gallery", "/watch/job_1", "/account/keys", "/docs/quickstart"] {
        let page = get(&app, place).await;
        assert_eq!(page.status, 200, "{place}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!page.text().contains("<style") && !page.text().contains("style=\""));
        assert!(!page.text().contains("{{"), "the gaps are filled");
    }
    app.finish().await;
}

#[tokio::test]
async fn files_are_kept_for_ever_under_the_digest_of_all_of_them() {
    let app = TestApp::start().await;
    let folder = folder(&get(&app, "/").await);
    let script = get(&app, &format!("{folder}/app.js")).await;
    assert_eq!(script.status, 200);
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(script.header("content-encoding"), None);
    let mut asked = request(Method::GET, &format!("{folder}/app.js"), None, "");
    asked.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("br, gzip;q=0.8"));
    let packed = app.send(asked).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("vary"), Some("accept-encoding"));
    assert!(packed.body.len() < script.body.len());
    app.finish().await;
}

#[tokio::test]
async fn another_version_and_files_beside_the_sources_are_not_there() {
    let app = TestApp::start().await;
    let folder = folder(&get(&app, "/").await);
    let paths = [
        "/studio/0000000000000000/app.js".to_owned(),
        format!("{folder}/vendor/preact.d.ts"),
        format!("{folder}/../Cargo.toml"),
        format!("{folder}/index.html"),
    ];
    for path in paths {
        let answer = get(&app, &path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    assert_eq!(get(&app, "/docs/quickstart.md").await.header("vary"), None);
    assert_eq!(get(&app, "/docs/nothing.md").await.status, 404);
    app.finish().await;
}
