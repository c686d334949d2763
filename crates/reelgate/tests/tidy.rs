//! The house rules that a machine can check. `STYLE.md` says why each of them exists.
//!
//! Reads the repository as text and uses nothing of the product. Each test is one rule; all places
//! that break it are listed at once.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

const LINES_MAX: usize = 500;
const COLUMNS_MAX: usize = 100;
/// Libraries of the studio, as their authors published them.
const VENDORED: &str = "crates/reelgate/web/vendor/";

/// A file of the repository, under its path from the root.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Lines with their numbers, without comments and without the tests at the end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let product = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or("");
        let lines = product.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn is_under(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the repository is there")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file whose name ends with `ending`, in the order of their paths.
fn files(ending: &str) -> Vec<Source> {
    const LEFT_OUT: [&str; 5] = ["target", "node_modules", "data", "reelgate-data", "gallery-out"];
    let root = root();
    let (mut folders, mut found) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be listed") {
            let entry = entry.expect("an entry can be read");
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().expect("an entry has a type").is_dir();
            if is_folder && !name.starts_with('.') && !LEFT_OUT.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if !is_folder && name.ends_with(ending) {
                let path = entry.path();
                let relative = path.strip_prefix(&root).expect("it is below the root");
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push(Source { path: relative.display().to_string(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "there are {ending} files");
    found
}

/// The Rust code that goes into the product: not what measures it.
fn product() -> Vec<Source> {
    let is_product = |path: &str| {
        let measures = path.starts_with("crates/reelgate-bench/");
        path.contains("/src/") && !path.ends_with("/tests.rs") && !measures
    };
    files(".rs").into_iter().filter(|source| is_product(&source.path)).collect()
}

/// Every line of code that `breaks` a rule, outside the `allowed` folders and files.
fn violations(sources: &[Source], allowed: &[&str], breaks: impl Fn(&str) -> bool) -> Vec<String> {
    let outside = sources.iter().filter(|source| !source.is_under(allowed));
    let lines = outside.flat_map(|source| source.code().map(move |line| (source, line)));
    lines
        .filter(|(_, (_, line))| breaks(line))
        .map(|(source, (number, line))| format!("{}:{number}: {}", source.path, line.trim()))
        .collect()
}

#[track_caller]
fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}, but:\n  {}\n", found.join("\n  "));
}

fn has_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

#[test]
fn files_and_lines_stay_short() {
    let mut found = Vec::new();
    let endings = [".rs", ".js", ".mjs", ".css", ".html"];
    let sources = endings.into_iter().flat_map(files);
    for source in sources.filter(|source| !source.is_under(&[VENDORED])) {
        let count = source.text.lines().count();
        if count > LINES_MAX {
            found.push(format!("{}: {count} lines", source.path));
        }
        for (index, line) in source.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS_MAX {
                found.push(format!("{}:{}: {columns} columns", source.path, index + 1));
            }
        }
    }
    assert_none("files have at most 500 lines of at most 100 columns", &found);
}

#[test]
fn vendored_files_are_the_ones_that_were_recorded() {
    let record = read(&format!("{VENDORED}VENDORED"));
    let (mut found, mut known) = (Vec::new(), BTreeSet::new());
    for line in record.lines() {
        let mut words = line.split_whitespace();
        let (Some(digest), Some(name)) = (words.next(), words.next()) else { continue };
        known.insert(format!("{VENDORED}{name}"));
        let bytes = fs::read(root().join(VENDORED).join(name)).unwrap_or_default();
        let digest_is = Sha256::digest(&bytes).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        if digest_is != digest {
            found.push(format!("{name} has the digest {digest_is}"));
        }
    }
    let scripts = [".js", ".css"].into_iter().flat_map(files);
    let vendored = scripts.filter(|source| source.is_under(&[VENDORED]));
    found.extend(vendored.map(|source| source.path).filter(|path| !known.contains(path)));
    assert_none("web/vendor has the files of VENDORED and no others", &found);
}

#[test]
fn every_file_of_the_studio_says_what_it_is_for() {
    let scripts = [".js", ".mjs"].into_iter().flat_map(files).chain(files(".css"));
    let own = scripts.filter(|source| !source.is_under(&[VENDORED]));
    let silent = own.filter(|source| !source.text.starts_with("//") && !is_css(source));
    let found: Vec<_> = silent.map(|source| source.path).collect();
    assert_none("a script begins with // and its purpose, a sheet with /*", &found);
}

fn is_css(source: &Source) -> bool {
    source.path.ends_with(".css") && source.text.starts_with("/*")
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = product().into_iter().filter(|source| !source.text.starts_with("//!"));
    let found: Vec<_> = silent.map(|source| source.path).collect();
    assert_none("a file begins with //! and its purpose", &found);
}

/// The names in the `[dependencies]` of a crate.
fn dependencies_of(name: &str) -> Vec<String> {
    let manifest = read(&format!("crates/{name}/Cargo.toml"));
    let table = manifest.split("\n[dependencies]\n").nth(1).unwrap_or("");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let named = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    named.filter_map(|line| line.split(['.', ' ', '=']).next()).map(ToOwned::to_owned).collect()
}

#[test]
fn arrows_between_crates_point_down() {
    let may_know: [(&str, &[&str]); 9] = [
        // Nothing depends on it; it measures the binary from outside.
        (
            "reelgate-bench",
            &["reelgate-codec", "reelgate-core", "reelgate-sandbox", "reelgate-store"],
        ),
        (
            "reelgate",
            &[
                "reelgate-codec",
                "reelgate-core",
                "reelgate-credentials",
                "reelgate-dialects",
                "reelgate-engines",
                "reelgate-sandbox",
                "reelgate-store",
            ],
        ),
        ("reelgate-codec", &[]),
        ("reelgate-core", &[]),
        ("reelgate-credentials", &[]),
        ("reelgate-dialects", &["reelgate-core"]),
        ("reelgate-engines", &["reelgate-codec", "reelgate-core", "reelgate-sandbox"]),
        ("reelgate-sandbox", &["reelgate-codec"]),
        ("reelgate-store", &["reelgate-core"]),
    ];
    let mut found = Vec::new();
    for (name, known) in may_know {
        for dependency in dependencies_of(name) {
            if dependency.starts_with("reelgate") && !known.contains(&dependency.as_str()) {
                found.push(format!("{name} depends on {dependency}"));
            }
        }
    }
    assert_none("crates know only those below them", &found);
}

#[test]
fn core_decides_without_any_io() {
    let known = ["sha2"];
    let more = dependencies_of("reelgate-core");
    let found: Vec<_> = more.into_iter().filter(|name| !known.contains(&name.as_str())).collect();
    assert_none("reelgate-core needs nothing but hashing", &found);
}

#[test]
fn only_the_store_speaks_sql() {
    let found = violations(&product(), &["crates/reelgate-store/"], |line| {
        has_any(line, &["\"SELECT ", "\"INSERT INTO ", "\"DELETE FROM "])
            || (line.contains("\"UPDATE ") && line.contains(" SET "))
    });
    assert_none("SQL stands in reelgate-store only", &found);
}

#[test]
fn only_the_ledger_moves_money() {
    let found = violations(&product(), &["crates/reelgate-store/src/ledger"], |line| {
        let writes = ["INTO ledger_entries", "UPDATE ledger_entries", "DELETE FROM ledger_entries"];
        has_any(line, &writes)
            || (line.contains("UPDATE accounts") && has_any(line, &["balance", "held"]))
    });
    assert_none("entries and totals are written in store/src/ledger only", &found);
}

#[test]
fn only_the_database_folder_names_a_driver() {
    let found = violations(&product(), &["crates/reelgate-store/src/db/"], |line| {
        has_any(line, &["rusqlite::", "tokio_postgres::", "deadpool_postgres::"])
    });
    assert_none("database drivers are named in store/src/db only", &found);
}

#[test]
fn only_those_who_speak_http_name_its_statuses() {
    let allowed = ["crates/reelgate-dialects/", "crates/reelgate/src/http/"];
    let found = violations(&product(), &allowed, |line| line.contains("StatusCode"));
    assert_none("statuses are chosen in dialects and reelgate/src/http only", &found);
}

#[test]
fn time_and_randomness_enter_at_one_door_each() {
    let doors = ["crates/reelgate/src/app.rs", "crates/reelgate/src/entropy.rs"];
    let found = violations(&product(), &doors, |line| {
        has_any(line, &["SystemTime::now", "Instant::now", "getrandom::", " rand::"])
    });
    assert_none("time and randomness are arguments", &found);
}

#[test]
fn only_config_reads_the_environment() {
    let found = violations(&product(), &["crates/reelgate/src/config/"], |line| {
        has_any(line, &["std::env", "env::var", "env::args"])
    });
    assert_none("the environment is read in reelgate/src/config only", &found);
}

#[test]
fn exceptions_are_expected_and_nothing_is_left_for_later() {
    let mut found = violations(&files(".rs"), &[], |line| {
        let line = line.trim_start();
        line.starts_with("#[allow(") || line.starts_with("#![allow(")
    });
    for source in product() {
        for (index, line) in source.text.lines().enumerate() {
            if has_any(line, &["todo!(", "unimplemented!(", "TODO", "FIXME"]) {
                found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    assert_none("#[expect(.., reason)] instead of #[allow], and no marks for later", &found);
}

/// A document's lines outside fenced code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The targets of `[text](target)` that stay inside the repository.
fn links(text: &str) -> Vec<String> {
    let targets = prose(text).flat_map(|line| line.split("](").skip(1));
    targets
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_owned()))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

/// The anchors that code hosts give to headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// `a/b/../c` as `a/c`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
        plain
    })
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut found = Vec::new();
    for source in files(".md") {
        for link in links(&source.text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = Path::new(&source.path).parent().unwrap_or(Path::new(""));
            let target = match file {
                "" => PathBuf::from(&source.path),
                _ => plain(&folder.join(file)),
            };
            let full = root().join(&target);
            if !full.exists() {
                found.push(format!("{}: there is no {link}", source.path));
            } else if !anchor.is_empty() {
                let text = fs::read_to_string(&full).unwrap_or_default();
                if !anchors(&text).contains(anchor) {
                    found.push(format!("{}: {link} names no heading", source.path));
                }
            }
        }
    }
    assert_none("links lead to files and headings that are there", &found);
}

/// The texts in `const NAME: .. = [ .. ];`.
fn texts_of(constant: &str, source: &str) -> Vec<String> {
    let after = source.split(&format!("const {constant}: ")).nth(1).expect("it is there");
    let list = after.split_once("= [").and_then(|(_, rest)| rest.split_once("];"));
    let (list, _) = list.expect("it is a list");
    list.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

#[test]
fn the_settings_table_names_every_setting_and_no_other() {
    let page = read("docs/operating.md");
    let variables = texts_of("VARIABLES", &read("crates/reelgate/src/config/options.rs"));
    let keys = texts_of("KEYS", &read("crates/reelgate/src/config/file.rs"));
    assert!(variables.len() > 10 && keys.len() > 10, "the lists are found");
    let missing = variables.iter().chain(&keys).filter(|name| !page.contains(&format!("`{name}`")));
    let mut found: Vec<_> = missing.map(|name| format!("{name} is missing")).collect();
    let quoted = prose(&page).flat_map(|line| line.split('`').skip(1).step_by(2));
    let unknown =
        quoted.filter(|text| text.starts_with("REELGATE_") && !variables.iter().any(|v| v == text));
    found.extend(unknown.map(|text| format!("{text} is not a setting")));
    let (_, table) = page.split_once("| TOML key |").expect("the page has the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    for cell in rows.filter_map(|row| row.split('|').nth(3)) {
        let key = cell.trim().trim_matches('`');
        if !key.is_empty() && !keys.iter().any(|known| known == key) {
            found.push(format!("{key} is not a key"));
        }
    }
    assert_none("docs/operating.md lists the settings", &found);
}

#[test]
fn the_documented_lifecycle_is_the_tested_one() {
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split('|').map(str::trim);
        cells.collect::<Vec<_>>().join(" | ")
    };
    let tested = read("crates/reelgate-core/tests/it/lifecycle.txt");
    let tested: Vec<_> = tested.lines().map(cells).collect();
    let page = read("docs/job-lifecycle.md");
    let (_, table) = page.split_once("|---|---|---|\n").expect("the page has the table");
    let documented: Vec<_> = table.lines().take_while(|l| l.starts_with('|')).map(cells).collect();
    let pairs = tested.iter().zip(&documented).filter(|(tested, said)| tested != said);
    let found: Vec<_> = pairs.map(|(tested, said)| format!("{said}, tested: {tested}")).collect();
    assert_none("docs/job-lifecycle.md has the table of reelgate-core's test", &found);
    assert_eq!(tested.len(), documented.len(), "docs/job-lifecycle.md has every row");
}

#[test]
fn the_changelog_has_a_place_for_what_comes_next() {
    let changelog = read("CHANGELOG.md");
    assert!(changelog.starts_with("# Changelog\n"), "it begins with its title");
    assert!(changelog.contains("\n## [Unreleased]\n"), "it has an unreleased section");
    let cargo = read("Cargo.toml");
    let version = cargo.split("version = \"").nth(1).and_then(|rest| rest.split('"').next());
    let heading = format!("\n## [{}] - ", version.expect("the workspace has a version"));
    assert!(changelog.contains(&heading), "it has a section for {heading}");
}
