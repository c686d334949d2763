//! Child processes, what they have used, and that none of them outlives the run.

use std::io::{BufRead as _, BufReader, Error, Read as _, Result};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Clock ticks a second in `/proc`, the same on every Linux that runs Rust.
const TICKS_PER_S: f64 = 100.0;

/// A child that is ended with its owner.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null());
        command.spawn().map(Self)
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// The first line of its output, which it prints once it is ready.
    pub(crate) fn first_line(&mut self) -> Result<String> {
        let out = self.0.stdout.take().ok_or_else(|| Error::other("no output to read"))?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// All of its output, and its end.
    pub(crate) fn output(mut self) -> Result<String> {
        let mut text = String::new();
        if let Some(mut out) = self.0.stdout.take() {
            out.read_to_string(&mut text)?;
        }
        let status = self.0.wait()?;
        if status.success() { Ok(text) } else { Err(Error::other(format!("it ended: {status}"))) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// CPU time that a process has used, user and system.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let fields = stat(&format!("/proc/{pid}/stat"))?;
    Ok(ticks(fields.get(11..13).unwrap_or_default()))
}

/// CPU time of this process's ended children.
pub(crate) fn cpu_of_children() -> Result<Duration> {
    let fields = stat("/proc/self/stat")?;
    Ok(ticks(fields.get(13..15).unwrap_or_default()))
}

/// The numbers after a process's name: its state is the first of them.
fn stat(path: &str) -> Result<Vec<u64>> {
    let text = std::fs::read_to_string(path)?;
    let (_, after) = text.rsplit_once(')').ok_or_else(|| Error::other("no process name"))?;
    Ok(after.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect())
}

fn ticks(fields: &[u64]) -> Duration {
    Duration::from_secs_f64(fields.iter().sum::<u64>() as f64 / TICKS_PER_S)
}

/// MiB of memory a process has now, and the most it ever had.
pub(crate) fn memory_mib(pid: u32) -> Result<(f64, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) / 1024.0
    };
    Ok((field("VmRSS:"), field("VmHWM:")))
}

/// Whether a program can be run here.
pub(crate) fn has(program: &str) -> bool {
    let mut command = Command::new(program);
    let command = command.arg("-version").stdout(Stdio::null()).stderr(Stdio::null());
    command.stdin(Stdio::null()).status().is_ok()
}
