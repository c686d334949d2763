//! A PostgreSQL server of this test run's own, in a temporary folder, on a Unix socket only.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

const HELP: &str = "PostgreSQL's programs were not found under /usr/lib/postgresql: install them \
    (Debian: postgresql), or set REELGATE_TEST_POSTGRES=off to test SQLite alone";

/// The server: started by the first test that asks, stopped when this process ends.
static SERVER: Mutex<Option<Server>> = Mutex::new(None);

struct Server {
    bin: PathBuf,
    socket: String,
    databases: usize,
    /// Waits for the other end of this pipe to close, however this process may end, and then stops
    /// the server and deletes its folder.
    _janitor: Option<Child>,
}

/// The URL of an empty database; nothing when the developer switched PostgreSQL off.
pub(crate) fn create_database() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a switch for developers without a server")]
    if std::env::var("REELGATE_TEST_POSTGRES").is_ok_and(|value| value == "off") {
        return None;
    }
    let mut guard = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let server = guard.get_or_insert_with(Server::start);
    server.databases += 1;
    let name = format!("t{}", server.databases);
    server.run("createdb", &["-h", &server.socket, "-U", "reelgate", &name]);
    Some(format!("postgres://reelgate@{}/{name}", server.socket.replace('/', "%2F")))
}

impl Server {
    fn start() -> Self {
        let bin = find().expect(HELP);
        let root = tempfile::Builder::new().prefix("reelgate-pg").tempdir().expect("a folder");
        if is_root() {
            let owner = Command::new("chown").arg("postgres").arg(root.path()).status();
            assert!(owner.expect("chown").success());
        }
        let socket = root.keep().display().to_string();
        let mut server = Self { bin, socket, databases: 0, _janitor: None };
        let socket = &server.socket;
        let data = format!("{socket}/data");
        let clean = "cat; \"$0\" -D \"$1/data\" -m immediate -w stop; rm -rf \"$1\"";
        let pg_ctl = server.bin.join("pg_ctl").display().to_string();
        let mut janitor = unprivileged(Path::new("sh"));
        janitor.args(["-c", clean, &pg_ctl, socket]).stdin(Stdio::piped());
        janitor.stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        let janitor = janitor.spawn().expect("a shell");
        let access = ["-D", &data, "-U", "reelgate", "-A", "trust", "-N", "-E", "UTF8"];
        // A language in which letters do not sort as bytes do: ids must not care.
        let language = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"];
        server.run("initdb", &[access.as_slice(), language.as_slice()].concat());
        // Not durable: nothing here outlives the tests, and the machine is shared.
        let options = format!(
            "-k {socket} -c listen_addresses= -c fsync=off -c full_page_writes=off \
             -c max_connections=200"
        );
        let log = format!("{data}/log");
        server.run("pg_ctl", &["-D", &data, "-w", "-l", &log, "-o", &options, "start"]);
        server._janitor = Some(janitor);
        server
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = unprivileged(&self.bin.join(program));
        command.args(arguments).current_dir(&self.socket);
        // The server inherits these: with a pipe we would wait for it to end.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let status = command.status().expect("a program of PostgreSQL's");
        assert!(status.success(), "{command:?}");
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
