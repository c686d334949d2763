//! The real binary on a folder of its own.

use crate::private_postgres::PrivateServer;
use crate::until;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_reelgate");
/// What the account of [`Place::with_customer`] is given.
pub(crate) const CREDITS: i64 = 100_000;
/// Short leases, so that what a dead server held is soon free.
const CONFIG: &str = "render_threads = 1\n\
    [limits]\nrate_limit = false\n\
    [jobs]\nlease_s = 2\nattempts_max = 50\n\
    [outbound]\nallow_private = true\nwebhook_timeout_s = 1\n";

/// Which database an installation has.
#[derive(Clone, Copy)]
pub(crate) enum Base<'a> {
    Sqlite,
    Postgres(&'a Postgres),
}

/// A private PostgreSQL server, and a database on it that has a customer.
pub(crate) struct Postgres {
    pub(crate) server: PrivateServer,
    customer: OnceLock<Customer>,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        // As durable as a real one, and with room for every server that runs at the same time.
        let settings = "-c listen_addresses= -c max_connections=300";
        Self { server: PrivateServer::start(settings, |_| {}), customer: OnceLock::new() }
    }
}

/// A folder with an installation in it.
pub(crate) struct Place {
    folder: TempDir,
    /// Where its database is, when not in the folder.
    database: Option<String>,
    /// A key of its only account.
    pub(crate) key: String,
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

/// What became of a start.
pub(crate) enum Start {
    Up(Server),
    Died(ExitStatus),
}

/// Names and contents.
type Files = Vec<(OsString, Vec<u8>)>;

/// An installation with a customer, to copy.
struct Customer {
    files: Files,
    database: Option<String>,
    key: String,
}

static CUSTOMER: OnceLock<Customer> = OnceLock::new();

/// Kills a process with SIGKILL.
pub(crate) fn kill_process(id: u32) {
    let killed = Command::new("kill").args(["-KILL", &id.to_string()]).status().expect("kill runs");
    assert!(killed.success());
}

impl Place {
    /// A folder with nothing but settings in it.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("reelgate.toml"), CONFIG).expect("settings");
        Self { folder, database: None, key: String::new() }
    }

    /// A folder with an account and a key: a copy of one that the command line made.
    pub(crate) fn with_customer(base: Base<'_>) -> Self {
        let customer = match base {
            Base::Sqlite => CUSTOMER.get_or_init(|| Self::new().make_customer()),
            Base::Postgres(postgres) => postgres.customer.get_or_init(|| {
                let database = Some(postgres.server.create_database(None));
                Self { database, ..Self::new() }.make_customer()
            }),
        };
        let database = match base {
            Base::Sqlite => None,
            Base::Postgres(postgres) => {
                Some(postgres.server.create_database(customer.database.as_deref()))
            }
        };
        let place = Self { key: customer.key.clone(), database, ..Self::new() };
        std::fs::create_dir(place.data()).expect("a folder");
        for (name, bytes) in &customer.files {
            std::fs::write(place.data().join(name), bytes).expect("a copy");
        }
        place
    }

    fn make_customer(self) -> Customer {
        let credits = CREDITS.to_string();
        let made = self.run(&["account", "create", "customer", "--credits", &credits], None);
        assert!(made.status.success(), "{made:?}");
        let place = self.with_key();
        let entries = std::fs::read_dir(place.data()).expect("readable");
        let files = entries.map(|entry| {
            let entry = entry.expect("readable");
            (entry.file_name(), std::fs::read(entry.path()).expect("readable"))
        });
        Customer { files: files.collect(), database: place.database, key: place.key }
    }

    /// The same folder, with a key of its account.
    pub(crate) fn with_key(mut self) -> Self {
        let key = self.run(&["key", "create", "--account", "customer"], None);
        assert!(key.status.success(), "{key:?}");
        self.key = String::from_utf8_lossy(&key.stdout).trim().to_owned();
        self
    }

    /// The URL of its database.
    pub(crate) fn database(&self) -> String {
        let own = || format!("sqlite:{}", self.data().join("reelgate.db").display());
        self.database.clone().unwrap_or_else(own)
    }

    /// Writes a file next to the settings; answers its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Adds to the settings of servers that start from now on.
    pub(crate) fn add_settings(&self, text: &str) {
        self.write("reelgate.toml", &format!("{CONFIG}{text}"));
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str], fault: Option<&str>) -> Output {
        self.command(arguments, fault).output().expect("the binary runs")
    }

    /// Starts the server and waits until it answers or is gone.
    pub(crate) fn serve(&self, workers: u32, fault: Option<&str>) -> Start {
        let mut child = self.spawn(workers, fault);
        let mut ended = None;
        let address = self.address_file();
        let up = until(60, || {
            ended = child.try_wait().expect("a child");
            ended.is_some() || std::fs::read_to_string(&address).is_ok_and(|a| a.ends_with('\n'))
        });
        match ended {
            Some(status) => Start::Died(status),
            None => {
                assert!(up, "the server does not start: {}", self.log());
                let address = std::fs::read_to_string(&address).expect("read before");
                Start::Up(Server { child, address: address.trim().to_owned() })
            }
        }
    }

    /// Starts the server without waiting for it; what it says goes to [`Place::log`].
    pub(crate) fn spawn(&self, workers: u32, fault: Option<&str>) -> Child {
        let address = self.address_file();
        let _ = std::fs::remove_file(&address);
        let log = self.folder.path().join("log");
        let log = std::fs::File::options().create(true).append(true).open(log).expect("a log");
        let workers = workers.to_string();
        let address = address.display().to_string();
        let arguments =
            ["serve", "--listen=127.0.0.1:0", "--workers", &workers, "--address-file", &address];
        let mut command = self.command(&arguments, fault);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.spawn().expect("the binary starts")
    }

    /// Starts the server, which must come up.
    pub(crate) fn serve_well(&self, workers: u32) -> Server {
        match self.serve(workers, None) {
            Start::Up(server) => server,
            Start::Died(status) => panic!("the server died at once: {status}\n{}", self.log()),
        }
    }

    /// What every server on this folder has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn address_file(&self) -> PathBuf {
        self.folder.path().join("address")
    }

    fn command(&self, arguments: &[&str], fault: Option<&str>) -> Command {
        let mut command = Command::new(BINARY);
        let config: &Path = &self.folder.path().join("reelgate.toml");
        command.arg("--data").arg(self.data()).arg("--config").arg(config);
        command.arg("--database").arg(self.database()).args(arguments);
        command.env("REELGATE_TEST_UPSTREAM_KEY", "good-key");
        if let Some(fault) = fault {
            command.env("REELGATE_TEST_FAULT", fault);
        }
        command
    }
}

impl Server {
    /// Whether it is gone.
    pub(crate) fn is_gone(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Waits until a fault has killed it.
    pub(crate) fn died(&mut self) -> bool {
        until(60, || self.is_gone()) && self.child.wait().expect("gone").signal() == Some(9)
    }

    /// Its number among processes.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop in good order.
    pub(crate) fn ask_to_stop(&self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(asked.success());
    }

    /// Stops it in good order.
    pub(crate) fn stop(mut self) {
        self.ask_to_stop();
        assert!(until(60, || self.is_gone()), "the server does not stop");
        let status = self.child.wait().expect("gone");
        assert!(status.success(), "a stop in good order ends with {status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already, in most cases.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
