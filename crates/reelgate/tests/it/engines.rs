//! The page about engines: what it shows works as it stands there.

use crate::desk::Desk;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command in the repository, as the page's reader does; answers what it says.
#[track_caller]
fn says(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.command(arguments).current_dir(root()).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn every_table_on_the_page_about_engines_can_be_used() {
    let desk = Desk::new();
    let page = std::fs::read_to_string(root().join("docs/engines.md")).expect("a page");
    let tables: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or(""))
        .collect();
    assert!(tables.len() >= 6, "{} tables", tables.len());
    let mut kinds = Vec::new();
    for table in &tables {
        let file = desk.path("page.toml");
        std::fs::write(&file, table).expect("a file");
        let list = says(&desk, &["--config", &file.display().to_string(), "engine", "list"]);
        let named = table.lines().filter_map(|line| line.strip_prefix("kind = "));
        kinds.extend(named.map(|kind| kind.trim_matches('"').to_owned()));
        for model in table.lines().filter(|line| line.starts_with("\"")) {
            assert!(list.contains(&model.replace('"', "")), "{model}: {list}");
        }
    }
    let known = reelgate_engines::remote::KINDS;
    assert!(known.iter().all(|kind| kinds.iter().any(|one| one == kind)), "{kinds:?}");
}

#[test]
fn the_files_of_engines_say_what_they_make_of_an_order() {
    let desk = Desk::new();
    let said = says(&desk, &["engine", "test", "examples/engines/declared.toml"]);
    assert!(said.contains("create Post /api/open/v1/video/generations"), "{said}");
    assert!(said.contains("example: done, expected done"), "{said}");
    let said = says(&desk, &["engine", "test", "examples/engines/comfyui.toml"]);
    assert!(said.contains("A lighthouse in a storm"), "{said}");
    let broken = desk.path("broken.toml");
    std::fs::write(&broken, "[create]\npath = \"/x\"\n").expect("a file");
    let ran = desk.run(&["engine", "test", "broken.toml"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("broken.toml: needs "), "{}", ran.err);
    desk.complains(&["engine", "test", "nobody"], "there is neither an engine nor a file nobody");
}
