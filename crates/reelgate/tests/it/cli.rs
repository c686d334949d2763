//! The binary as an operator runs it: exit status, standard output, standard error.

use crate::desk::{Desk, Ran, until};
use std::path::Path;
use std::process::Stdio;

fn is_a_film(path: &Path, width: u32, duration_ms: u64) {
    let bytes = std::fs::read(path).expect("a film");
    let facts = reelgate_codec::probe(&bytes).expect("an MP4");
    assert_eq!((facts.video.expect("pictures").width, facts.duration_ms), (width, duration_ms));
}

#[test]
fn help_names_every_command_and_says_what_it_is_for() {
    let desk = Desk::new();
    let help = desk.says(&["--help"]);
    assert!(help.starts_with("A self-hosted video-generation API: send a prompt, get an MP4"));
    for command in
        ["serve", "account", "key", "code", "webhook", "generate", "mcp", "audit", "doctor"]
    {
        let line = help.lines().find(|line| line.trim_start().starts_with(command));
        assert!(line.is_some_and(|line| line.trim().len() > command.len() + 10), "{command}");
        let of_it = desk.says(&[command, "--help"]);
        assert!(of_it.contains("Usage: reelgate "), "{command}");
        assert!(of_it.lines().all(|line| line.chars().count() <= 120), "{command}");
    }
    let serve = desk.says(&["serve", "--help"]);
    for variable in ["REELGATE_LISTEN", "REELGATE_DATA", "REELGATE_ALLOW_PRIVATE_NETWORK"] {
        assert!(serve.contains(variable), "{variable}");
    }
    assert_eq!(desk.says(&["--version"]), format!("reelgate {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(desk.run(&[]).code, Some(2));
    assert_eq!(desk.run(&["sing"]).code, Some(2));
}

#[test]
fn accounts_and_their_money() {
    let desk = Desk::new();
    let nothing = "there is no Reelgate data in reelgate-data (--data)";
    desk.complains(&["account", "list"], nothing);
    desk.complains(&["audit"], nothing);
    assert!(!desk.path("reelgate-data").exists(), "asking makes nothing");

    let made = desk.says(&["account", "create", "studio", "--credits", "12.5"]);
    assert!(made.starts_with("made account studio (") && made.ends_with(") with 12.5 credits\n"));
    let granted = desk.says(&["account", "grant", "studio", "7.5"]);
    assert_eq!(granted, "studio: balance 20, available 20\n");
    assert_eq!(desk.says(&["account", "list"]), "studio  balance 20  held 0\n");
    assert!(desk.says(&["account", "webhook-secret", "studio"]).starts_with("whsec_"));
    let statement = desk.says(&["account", "statement", "studio"]);
    let lines: Vec<_> = statement.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains("grant") && lines[0].contains("+7.5"), "{}", lines[0]);
    assert!(lines[1].ends_with("opening balance"), "{}", lines[1]);
    assert_eq!(lines[2], "balance 20, held 0, available 20");
    assert_eq!(desk.says(&["audit"]), "audit: every promise about jobs and money holds\n");

    desk.complains(&["account", "grant", "nobody", "1"], "there is no account named nobody");
    let rule = "an account's name must be 1 to 64 letters, digits, dots, dashes, underscores or @";
    desk.complains(&["account", "create", "two words"], rule);
    assert_eq!(desk.run(&["account", "create", "studio"]).code, Some(1));
    for credits in ["-1", "x", "1e9", "0.0000001", ""] {
        let refused = desk.run(&["account", "grant", "studio", credits]);
        assert_eq!(refused.code, Some(2), "{credits}");
    }
    assert_eq!(desk.says(&["account", "list"]), "studio  balance 20  held 0\n");
}

#[test]
fn an_endpoint_is_made_watched_and_forgotten() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio"]);
    let of = ["--account", "studio"];
    let webhook = |words: &[&str]| desk.says(&[&["webhook"], words, &of].concat());
    let made = webhook(&["create", "https://example.com/hook", "--events", "job.failed"]);
    let (id, secret) = made.trim().split_once('\n').expect("two lines");
    assert!(id.starts_with("wh_") && secret.starts_with("whsec_"), "{made}");
    let list = webhook(&["list"]);
    assert!(list.starts_with(&format!("{id}  on  https://example.com/hook")), "{list}");
    assert!(list.contains("job.failed  failures in a row 0, last success never"), "{list}");
    assert!(!list.contains("whsec_"), "{list}");
    assert_ne!(webhook(&["rotate", id]).trim(), secret);
    let sent = webhook(&["test", id]);
    assert!(sent.starts_with("msg_") && sent.contains("pending    0 tries"), "{sent}");
    assert_eq!(webhook(&["deliveries", id]), sent);
    let off = webhook(&["update", id, "--disable"]);
    assert!(off.contains("  off since ") && off.contains(" by its owner  "), "{off}");
    let switched_off = "the webhook is switched off; enable it first";
    desk.complains(&[&["webhook", "test", id][..], &of].concat(), switched_off);
    assert_eq!(webhook(&["delete", id]), "deleted\n");
    desk.complains(&[&["webhook", "delete", id][..], &of].concat(), "webhook not found");
    let bad = ["webhook", "create", "http://10.0.0.1/", "--account", "studio"];
    desk.complains(&bad, "the address must be a public https URL");
    assert_eq!(desk.says(&["audit"]), "audit: every promise about jobs and money holds\n");
}

#[test]
fn a_key_is_shown_once_and_nothing_else_with_it() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio"]);
    for (style, prefix) in
        [("sk", "sk_live_"), ("sd2", "sd2_live_"), ("dk", "dk-"), ("test", "sk_test_")]
    {
        let ran = desk.run(&["key", "create", "--account", "studio", "--style", style]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let key = ran.out.strip_suffix('\n').expect("one line");
        assert!(key.starts_with(prefix) && !key.contains(char::is_whitespace), "{key}");
        let list = desk.says(&["key", "list"]);
        assert!(!list.contains(key), "a list never shows a key");
        let hint = format!("{prefix}...{}", &key[key.len() - 4..]);
        assert!(list.contains(&format!("{hint}  active")), "{list}");

        assert_eq!(desk.says(&["key", "revoke", key]), "revoked\n");
        let list = desk.says(&["key", "list", "--account", "studio"]);
        assert!(list.contains(&format!("{hint}  revoked")), "{list}");
        desk.complains(&["key", "revoke", key], "there is no such key, or it was revoked before");
    }
    desk.complains(&["key", "create", "--account", "x"], "there is no account named x");
    // Nowhere in the data folder does a key lie in the open.
    let key = desk.says(&["key", "create", "--account", "studio"]);
    for entry in std::fs::read_dir(desk.path("reelgate-data")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes.windows(key.trim().len()).any(|part| part == key.trim().as_bytes());
        assert!(!found, "{}", path.display());
    }
}

#[test]
fn a_key_is_held_to_rails_until_they_are_lifted() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio"]);
    let create = ["key", "create", "--account", "studio", "--label", "agent"];
    let rails = ["--credits-per-day", "12.5", "--seconds-max", "8", "--network", "10.0.0.0/8"];
    let key = desk.says(&[&create[..], &rails].concat());
    let list = desk.says(&["key", "list"]);
    let shown = "agent  credits per day 12.5  seconds up to 8  from 10.0.0.0/8\n";
    assert!(list.ends_with(shown), "{list}");
    let lift = ["--credits-per-day", "none", "--network", "none", "--seconds-max", "5"];
    let updated = desk.says(&[&["key", "update", key.trim()][..], &lift].concat());
    assert!(updated.ends_with("agent  seconds up to 5\n"), "{updated}");
    assert_eq!(desk.says(&["key", "list"]), updated);
    desk.complains(
        &["key", "update", key.trim(), "--seconds-max", "0"],
        "seconds_max must be 1 to 86400, got 0",
    );
    desk.complains(&["key", "update", "x"], "there is no such key, or it was revoked");
}

#[test]
fn a_code_is_shown_once_and_can_be_revoked() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio"]);
    let code = desk.says(&["code", "create", "--credits", "50", "--uses", "3", "--label", "fair"]);
    assert!(code.starts_with("RG-"), "{code}");
    let list = desk.says(&["code", "list"]);
    assert!(list.ends_with("  50 credits  used 0 of 3  active  fair\n"), "{list}");
    assert!(!list.contains(code.trim()), "{list}");
    let id = list.split(' ').next().expect("an id");
    assert_eq!(desk.says(&["code", "revoke", id]), "revoked\n");
    assert!(desk.says(&["code", "list"]).contains("  revoked  "));
    desk.complains(&["code", "revoke", id], "there is no such code, or it was revoked before");
    desk.complains(
        &["code", "create", "--credits", "0"],
        "credits must be more than 0 and at most 1000000000",
    );
}

#[test]
fn a_doctor_finds_a_healthy_installation_healthy() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio"]);
    let report = desk.run(&["doctor"]);
    assert_eq!(report.err, "");
    assert!(report.out.lines().all(|line| line.starts_with("ok ")), "{}", report.out);
    let parts = [
        "reelgate ",
        "serves sqlite:reelgate-data/reelgate.db on 127.0.0.1:8787",
        "data folder reelgate-data",
        "audit: 0",
        "engine preview",
    ];
    assert!(!report.out.contains("Config {") && !report.out.contains("Some("), "{}", report.out);
    for part in parts {
        assert!(report.out.contains(part), "{part}: {}", report.out);
    }
    assert_eq!(report.code, Some(0));
}

#[test]
fn a_doctor_finds_what_is_wrong() {
    let desk = Desk::new();
    std::fs::write(desk.path("data"), "a file where a folder should be").expect("written");
    let report = desk.run(&["doctor", "--data", "data"]);
    assert_eq!(report.code, Some(1));
    assert!(report.out.contains("BAD  data folder data: "), "{}", report.out);
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_the_nearest_that_does() {
    let desk = Desk::new();
    std::fs::write(desk.path("a.toml"), "[outbound]\nallow_privat = true\n").expect("written");
    desk.complains(
        &["serve", "--config", "a.toml"],
        "in a.toml: unknown setting outbound.allow_privat, did you mean outbound.allow_private?",
    );
    std::fs::write(desk.path("b.toml"), "workers = 65\n").expect("written");
    desk.complains(&["serve", "--config", "b.toml"], "workers must be 0 to 64");
    let ran = desk.command(&["serve"]).env("REELGATE_LISTN", "127.0.0.1:0").output();
    let ran = Ran::of(ran.expect("it starts"));
    assert_eq!(ran.code, Some(1));
    let complaint = "unknown environment variable REELGATE_LISTN, did you mean REELGATE_LISTEN?";
    assert_eq!(ran.err, format!("error: {complaint}\n"));
    assert!(!desk.path("reelgate-data").exists());
}

#[test]
fn an_address_that_is_taken_is_a_complaint_and_no_crash() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = desk.run(&["serve", "--listen", &address]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.starts_with(&format!("error: cannot listen on {address}: ")), "{}", ran.err);
}

/// From an empty folder to a film through a server, and a stop in good order.
#[test]
fn a_film_comes_from_a_server() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio", "--credits", "10"]);
    let key = desk.says(&["key", "create", "--account", "studio"]);
    let key = key.trim();
    let server = desk.serve(&[]);
    let generate = |key: &str, prompt: &str| {
        desk.run(&[
            "generate",
            prompt,
            "--duration",
            "1",
            "--resolution",
            "480p",
            "--output",
            "film.mp4",
            "--server",
            &server.url,
            "--key",
            key,
        ])
    };
    let ran = generate(key, "A lighthouse on a cliff");
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    assert!(ran.err.contains("film.mp4: "), "{}", ran.err);
    is_a_film(&desk.path("film.mp4"), 864, 1000);

    // What the server refuses, the command says, and leaves no file behind.
    std::fs::remove_file(desk.path("film.mp4")).expect("removed");
    for (key, prompt, complaint) in [
        ("sk_live_wrong", "A lighthouse", "error: Invalid API key\n"),
        (key, "", "error: prompt must be 1 to 10000 characters long, got 0\n"),
    ] {
        let ran = generate(key, prompt);
        assert_eq!((ran.code, ran.err.as_str()), (Some(1), complaint));
        assert!(!desk.path("film.mp4").exists());
    }
    // Commands may look at the data of a server that is running.
    assert_eq!(desk.says(&["audit"]), "audit: every promise about jobs and money holds\n");
    assert_eq!(desk.says(&["account", "list"]), "studio  balance 9  held 0\n");
    let url = server.url.clone();
    let (code, log) = server.stop("-TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopped"), "{log}");
    assert!(!log.contains(key), "a key is never logged");
    let late = desk.run(&[
        "generate",
        "A lighthouse",
        "--output",
        "film.mp4",
        "--server",
        &url,
        "--key",
        key,
    ]);
    assert_eq!(late.code, Some(1));
    assert!(late.err.starts_with(&format!("error: cannot reach {url}: ")), "{}", late.err);
}

/// A server that is told to stop in the middle of a film hands it back; the next one makes it.
#[test]
fn a_film_outlives_a_stop() {
    let desk = Desk::new();
    desk.says(&["account", "create", "studio", "--credits", "100"]);
    let key = desk.says(&["key", "create", "--account", "studio"]);
    let server = desk.serve(&["--workers", "1"]);
    let mut waiting = desk
        .command(&["generate", "A forest", "--duration", "30", "--resolution", "480p"])
        .args(["--output", "film.mp4", "--server", &server.url, "--key", key.trim()])
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    until(|| server.log().contains("rendering").then_some(()));
    waiting.kill().expect("killed");
    waiting.wait().expect("gone");
    let (code, log) = server.stop("-INT");
    assert_eq!(code, Some(0), "{log}");
    // In the time of the stop the film was either finished or handed back, never lost or half paid.
    let list = desk.says(&["account", "list"]);
    let expected = ["studio  balance 100  held 15\n", "studio  balance 85  held 0\n"];
    assert!(expected.contains(&list.as_str()), "{list}");
    assert_eq!(desk.says(&["audit"]), "audit: every promise about jobs and money holds\n");
    let doctor = desk.says(&["doctor"]);
    assert!(doctor.contains("0 running"), "{doctor}");
}

#[test]
fn a_film_needs_no_server() {
    let desk = Desk::new();
    let ran = desk.run(&[
        "generate",
        "A lighthouse on a cliff",
        "--duration",
        "1",
        "--resolution",
        "480p",
        "--silent",
        "--seed",
        "7",
        "--output",
        "film.mp4",
    ]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    is_a_film(&desk.path("film.mp4"), 864, 1000);
    let left: Vec<_> = std::fs::read_dir(desk.path("")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing but the film is left");

    std::fs::write(desk.path("photo.png"), crate::pictures::png()).expect("written");
    let ran = desk.run(&[
        "generate",
        "It wakes up",
        "--image",
        "photo.png",
        "--ratio",
        "adaptive",
        "--duration",
        "1",
        "--resolution",
        "480p",
        "--output",
        "second.mp4",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    is_a_film(&desk.path("second.mp4"), 864, 1000);
    let ran = desk.run(&["generate", "x", "--image", "no.png", "--output", "third.mp4"]);
    assert!(ran.err.starts_with("error: cannot read no.png: "), "{}", ran.err);
    assert!(!desk.path("third.mp4").exists());
}
