//! The binary in a folder of its own, as an operator has one.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Looks that a condition may take to come true, ten milliseconds apart: half a minute in all.
const LOOKS_MAX: u32 = 3000;

/// A folder to work in, as an operator has one.
pub(crate) struct Desk(TempDir);

/// How a command ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A server that is killed when the test forgets to stop it.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) log: PathBuf,
    pub(crate) url: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The binary in this folder, with nothing of this process's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelgate"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("it starts"))
    }

    /// A command that ends well and says only this on standard output.
    #[track_caller]
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        ran.out
    }

    /// A command that fails with this complaint.
    #[track_caller]
    pub(crate) fn complains(&self, arguments: &[&str], complaint: &str) {
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{arguments:?}");
        assert_eq!(ran.err, format!("error: {complaint}\n"));
    }

    /// Starts a server and waits until it can be reached.
    pub(crate) fn serve(&self, more: &[&str]) -> Server {
        let (log, address) = (self.path("serve.log"), self.path("address"));
        let fixed = ["serve", "--listen", "127.0.0.1:0", "--address-file", "address"];
        let mut command = self.command(&[&fixed, more].concat());
        let stderr = File::create(&log).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("it starts");
        let mut server = Server { child, log, url: String::new() };
        let found = until(|| {
            assert_eq!(server.child.try_wait().expect("a child"), None, "{}", server.log());
            std::fs::read_to_string(&address).ok().filter(|text| text.ends_with('\n'))
        });
        server.url = format!("http://{}", found.trim());
        server
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Server {
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks the server to end, and waits for its exit status.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill");
        assert!(sent.success());
        let ended = until(|| self.child.try_wait().expect("a child"));
        (ended.code(), self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again, for another process tells nobody when it is ready.
#[track_caller]
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS_MAX {
        if let Some(found) = look() {
            return found;
        }
        #[expect(clippy::disallowed_methods, reason = "another process, bounded by LOOKS_MAX")]
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never happened");
}
