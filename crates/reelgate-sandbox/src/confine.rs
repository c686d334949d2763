//! Giving up everything that decoding does not need, for good.

use serde::{Deserialize, Serialize};

/// What holds a child back. Kernels without one of the layers still have the others.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Layers {
    /// Limits on memory, processor time, files and core dumps.
    pub limits: bool,
    /// No file can be opened and no address dialled (Landlock).
    pub landlock: bool,
    /// System calls that decoding does not need end the process (seccomp).
    pub seccomp: bool,
}

/// Address space of a child: a picture of 64 megapixels in 16 bits a channel, twice over.
#[cfg(target_os = "linux")]
const MEMORY_BYTES_MAX: u64 = 1536 << 20;
/// Processor time of a child, in seconds.
#[cfg(target_os = "linux")]
const CPU_S_MAX: u64 = 60;

/// Confines this process, as far as this machine can; it must have one thread only.
#[cfg(target_os = "linux")]
pub(crate) fn confine() -> Layers {
    // Making the rules takes a file descriptor, which the limits then forbid.
    let landlock = deny_files_and_network().unwrap_or(false);
    Layers { limits: limit().is_ok(), landlock, seccomp: deny_calls().is_ok() }
}

/// Confines this process; other systems than Linux have nothing that is done here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine() -> Layers {
    Layers::default()
}

#[cfg(target_os = "linux")]
fn limit() -> rustix::io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let to = |what: Resource, most: u64| {
        // Raising a lower limit of the surroundings is refused, and not wanted.
        let most = getrlimit(what).maximum.map_or(most, |outer| outer.min(most));
        setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) })
    };
    to(Resource::As, MEMORY_BYTES_MAX)?;
    to(Resource::Cpu, CPU_S_MAX)?;
    to(Resource::Nofile, 3)?;
    to(Resource::Fsize, 0)?;
    to(Resource::Core, 0)
}

#[cfg(target_os = "linux")]
fn deny_files_and_network() -> Result<bool, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    // By default a kernel that knows less enforces what it knows.
    let newest = ABI::V6;
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?;
    Ok(rules.restrict_self()?.ruleset != RulesetStatus::NotEnforced)
}

#[cfg(target_os = "linux")]
fn deny_calls() -> Result<(), Box<dyn std::error::Error>> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
    let allowed = CALLS.iter().map(|call| (*call, Vec::new())).collect();
    let arch = if cfg!(target_arch = "x86_64") { TargetArch::x86_64 } else { TargetArch::aarch64 };
    let (other, listed) = (SeccompAction::KillProcess, SeccompAction::Allow);
    let program: BpfProgram = SeccompFilter::new(allowed, other, listed, arch)?.try_into()?;
    Ok(apply_filter(&program)?)
}

/// What reading a pipe, allocating, computing, panicking and ending takes, and nothing that opens,
/// sends, starts or signals.
#[cfg(target_os = "linux")]
const CALLS: [libc::c_long; 33] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getcpu,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_membarrier,
    libc::SYS_rseq,
    libc::SYS_set_robust_list,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, ExitStatus, Stdio};

    /// Runs one of the tests below that nobody asks for in a process of its own: what it gives up
    /// it never gets back.
    fn run(name: &str) -> ExitStatus {
        let name = format!("confine::tests::{name}");
        let mut command = Command::new("/proc/self/exe");
        command.args(["--exact", &name, "--ignored", "--test-threads=1"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts")
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn opens_a_file() {
        if confine().seccomp {
            let _ = std::fs::File::open("/etc/hostname");
        }
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn dials() {
        if confine().seccomp {
            let _ = std::net::TcpStream::connect(("127.0.0.1", 9));
        }
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn starts_a_program() {
        if confine().seccomp {
            let _ = Command::new("/bin/true").status();
        }
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn opens_a_file_under_landlock_alone() {
        if deny_files_and_network().expect("rules can be made") {
            std::fs::File::open("/etc/passwd").expect_err("no file can be opened");
            std::net::TcpListener::bind(("127.0.0.1", 0)).expect_err("no port can be taken");
        }
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn allocates_more_than_there_is() {
        limit().expect("limits can be set");
        let huge = vec![1_u8; 2 << 30];
        assert_eq!(std::hint::black_box(huge).len(), 1);
    }

    /// An older kernel, or a container that keeps these calls to itself.
    #[test]
    #[ignore = "confines its process: started by another test"]
    fn has_neither_landlock_nor_seccomp() {
        use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
        let missing = [libc::SYS_landlock_create_ruleset, libc::SYS_seccomp];
        let calls = missing.into_iter().map(|call| (call, Vec::new())).collect();
        let arch =
            if cfg!(target_arch = "x86_64") { TargetArch::x86_64 } else { TargetArch::aarch64 };
        let (allow, refuse) = (SeccompAction::Allow, SeccompAction::Errno(38));
        let filter = SeccompFilter::new(calls, allow, refuse, arch).expect("a filter");
        let program: BpfProgram = filter.try_into().expect("a program");
        apply_filter(&program).expect("this kernel has seccomp");
        let left = Layers { limits: true, landlock: false, seccomp: false };
        assert_eq!(confine(), left);
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn has_less_memory_than_the_limit() {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let outer = Rlimit { current: Some(1 << 30), maximum: Some(1 << 30) };
        setrlimit(Resource::As, outer).expect("a lower limit");
        limit().expect("the lower limit stays");
    }

    #[test]
    fn what_a_machine_lacks_leaves_the_other_layers() {
        for name in ["has_neither_landlock_nor_seccomp", "has_less_memory_than_the_limit"] {
            assert!(run(name).success(), "{name}");
        }
    }

    #[test]
    fn a_confined_process_that_reaches_out_is_ended() {
        for name in ["opens_a_file", "dials", "starts_a_program"] {
            assert_eq!(run(name).signal(), Some(libc::SIGSYS), "{name}");
        }
    }

    #[test]
    fn files_and_ports_are_closed_by_landlock_too() {
        assert!(run("opens_a_file_under_landlock_alone").success());
    }

    #[test]
    #[ignore = "confines its process: started by another test"]
    fn leaves_no_layer_out() {
        use landlock::{AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _};
        let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let is_there = strict.handle_access(AccessFs::Execute).is_ok_and(|it| it.create().is_ok());
        assert_eq!(confine(), Layers { limits: true, landlock: is_there, seccomp: true });
    }

    #[test]
    fn every_layer_of_this_kernel_is_used() {
        assert!(run("leaves_no_layer_out").success());
    }

    #[test]
    fn memory_has_an_end() {
        let ended = run("allocates_more_than_there_is");
        assert_eq!(ended.signal(), Some(libc::SIGABRT), "{ended}");
    }
}
