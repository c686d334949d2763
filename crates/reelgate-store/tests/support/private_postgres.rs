//! A PostgreSQL server of a test's own, in a temporary folder, gone with the process that made it.
//! Shared by the tests of the store and of the server.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const HELP: &str = "PostgreSQL's programs were not found under /usr/lib/postgresql: install them \
    (Debian: postgresql), or set REELGATE_TEST_POSTGRES=off to test SQLite alone";

/// Whether the developer has not switched PostgreSQL off.
pub(crate) fn is_wanted() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a switch for developers without a server")]
    let switch = std::env::var("REELGATE_TEST_POSTGRES");
    !switch.is_ok_and(|value| value == "off")
}

/// A running server.
pub(crate) struct PrivateServer {
    bin: PathBuf,
    folder: String,
    settings: String,
    databases: AtomicUsize,
    /// Waits for the other end of this pipe to close, however this process may end, and then stops
    /// the server and deletes its folder.
    _janitor: Child,
}

/// How a server ends without any order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Death {
    /// SIGKILL to the process that owns the others, which then end by themselves.
    Killed,
    /// Every process is told to drop everything.
    Immediate,
}

impl PrivateServer {
    /// Starts one with these settings (`-c name=value ...`); `before` may put files into its data
    /// folder first.
    pub(crate) fn start(settings: &str, before: impl FnOnce(&Path)) -> Self {
        let bin = find().expect(HELP);
        let root = tempfile::Builder::new().prefix("reelgate-pg").tempdir().expect("a folder");
        let folder = root.keep().display().to_string();
        let clean = "cat; \"$0\" -D \"$1/data\" -m immediate -w stop; rm -rf \"$1\"";
        own(Path::new(&folder));
        let mut janitor = unprivileged(Path::new("sh"));
        janitor.args(["-c", clean, &bin.join("pg_ctl").display().to_string(), &folder]);
        janitor.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        let janitor = janitor.spawn().expect("a shell");
        let settings = format!("-k {folder} {settings}");
        let databases = AtomicUsize::new(0);
        let server = Self { bin, folder, settings, databases, _janitor: janitor };
        let data = server.data();
        let access = ["-D", &data, "-U", "reelgate", "-A", "trust", "-N", "-E", "UTF8"];
        // A language in which letters do not sort as bytes do: ids must not care.
        let language = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"];
        server.must("initdb", &[access.as_slice(), language.as_slice()].concat());
        before(Path::new(&data));
        server.start_again();
        server
    }

    /// The URL of a new database, empty or a copy of the one that `template` is the URL of.
    pub(crate) fn create_database(&self, template: Option<&str>) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::SeqCst) + 1);
        let template = template.and_then(|url| url.rsplit('/').next()).unwrap_or("template1");
        self.must("createdb", &["-h", &self.folder, "-U", "reelgate", "-T", template, &name]);
        format!("postgres://reelgate@{}/{name}", self.folder.replace('/', "%2F"))
    }

    /// Ends the server in the middle of whatever it does.
    pub(crate) fn die(&self, death: Death) {
        match death {
            Death::Immediate => {
                self.must("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
            }
            Death::Killed => {
                let id = self.id();
                let children = children(&id);
                let killed = Command::new("kill").args(["-KILL", &id]).status();
                assert!(killed.expect("kill runs").success());
                // They notice by themselves, and finish a statement first.
                for _ in 0..3000 {
                    if children.iter().all(|child| !child.exists()) {
                        return;
                    }
                    std::thread::park_timeout(Duration::from_millis(10));
                }
                panic!("PostgreSQL's processes stay: {children:?}");
            }
        }
    }

    /// Starts it on the same data, without what was set with `ALTER SYSTEM`; what is left of a
    /// killed one may take a moment to go.
    pub(crate) fn start_again(&self) {
        let altered = Path::new(&self.data()).join("postgresql.auto.conf");
        std::fs::write(altered, "").expect("writable");
        let (data, log) = (self.data(), format!("{}/log", self.folder));
        let arguments = ["-D", &data, "-w", "-l", &log, "-o", &self.settings, "start"];
        for _ in 0..200 {
            if self.run("pg_ctl", &arguments) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        panic!("the server does not start: {}", std::fs::read_to_string(log).unwrap_or_default());
    }

    /// Stops every process that serves a connection, with its connection open, or lets them go on.
    pub(crate) fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        for process in children(&self.id()) {
            let title = std::fs::read_to_string(process.join("cmdline")).unwrap_or_default();
            if title.contains("[local]") {
                let id = process.file_name().expect("a number");
                assert!(Command::new("kill").arg(signal).arg(id).status().expect("kill").success());
            }
        }
    }

    fn id(&self) -> String {
        let file = Path::new(&self.data()).join("postmaster.pid");
        let text = std::fs::read_to_string(file).expect("it runs");
        text.lines().next().expect("a number").to_owned()
    }

    fn data(&self) -> String {
        format!("{}/data", self.folder)
    }

    fn must(&self, program: &str, arguments: &[&str]) {
        assert!(self.run(program, arguments), "{program} {arguments:?}");
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = unprivileged(&self.bin.join(program));
        command.args(arguments).current_dir(&self.folder);
        // The server inherits these: with a pipe we would wait for it to end.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().expect("a program of PostgreSQL's").success()
    }
}

/// The processes that this one has started, as folders in `/proc`.
fn children(id: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir("/proc").expect("processes").filter_map(|entry| entry.ok());
    let is_child = |folder: &PathBuf| {
        let stat = std::fs::read_to_string(folder.join("stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or("");
        after_name.split_whitespace().nth(1) == Some(id)
    };
    all.map(|entry| entry.path()).filter(is_child).collect()
}

/// Gives a file or folder to the user who runs the server.
pub(crate) fn own(path: &Path) {
    if is_root() {
        let owner = Command::new("chown").arg("postgres").arg(path).status();
        assert!(owner.expect("chown").success());
    }
}

/// PostgreSQL's programs refuse to run as root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}

/// The newest version's programs.
fn find() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}
