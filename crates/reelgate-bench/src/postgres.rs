//! A private PostgreSQL server, made from the installed programs and gone with its owner.

use std::io::{Error, Result};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// As durable as a real one: every commit is flushed.
const SETTINGS: &str = "-c listen_addresses= -c fsync=on -c synchronous_commit=on \
    -c shared_buffers=512MB -c max_wal_size=4GB -c max_connections=100";

pub(crate) struct Postgres {
    programs: PathBuf,
    /// Holds data and socket. Its owner is the user who runs the server.
    folder: tempfile::TempDir,
    databases: u32,
}

impl Postgres {
    /// Starts one, where it is installed.
    pub(crate) fn start() -> Result<Option<Self>> {
        let Some(programs) = installed() else { return Ok(None) };
        let folder = tempfile::Builder::new().prefix("reelgate-bench-pg").tempdir()?;
        if is_root()? {
            std::os::unix::fs::chown(folder.path(), Some(user("postgres")?), None)?;
        }
        let server = Self { programs, folder, databases: 0 };
        let data = server.data();
        let data = data.as_str();
        server.run("initdb", &["-D", data, "-U", "reelgate", "-A", "trust", "-E", "UTF8"])?;
        let options = format!("-k {} {SETTINGS}", server.folder.path().display());
        let log = format!("{data}/log");
        server.run("pg_ctl", &["-D", data, "-w", "-l", &log, "-o", &options, "start"])?;
        Ok(Some(server))
    }

    /// An empty database.
    pub(crate) fn database(&mut self) -> Result<String> {
        self.databases += 1;
        let (name, socket) = (format!("b{}", self.databases), self.folder.path().display());
        let socket = socket.to_string();
        self.run("createdb", &["-h", &socket, "-U", "reelgate", &name])?;
        Ok(format!("postgres://reelgate@{}/{name}", socket.replace('/', "%2F")))
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let program = self.programs.join(program);
        // PostgreSQL's programs refuse to run as root.
        let mut command = if is_root()? {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(Error::other(format!("failed: {command:?}"))) }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        if let Err(error) = self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]) {
            crate::say(&format!("the PostgreSQL server in {data} may still run: {error}"));
        }
    }
}

/// The newest version's programs.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let programs = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    programs.filter(|programs| programs.join("initdb").exists()).max()
}

fn is_root() -> Result<bool> {
    Ok(Path::new("/proc/self").metadata()?.uid() == 0)
}

fn user(name: &str) -> Result<u32> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name));
    let id = line.and_then(|line| line.split(':').nth(2)?.parse().ok());
    id.ok_or_else(|| Error::other(format!("there is no user {name}")))
}
