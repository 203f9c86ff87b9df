//! What the kernel says of the process.

use rustix::process::{Resource, getrlimit};

/// What the kernel says of us.
pub(super) struct Process {
    pub(super) cpu_seconds: f64,
    pub(super) resident_bytes: f64,
    pub(super) open_files: f64,
    pub(super) max_files: f64,
    pub(super) start_seconds: f64,
}

/// Linux counts processor time in hundredths of a second (`sysconf(_SC_CLK_TCK)`
/// is 100 on every architecture that it runs on).
const TICKS: f64 = 100.0;
/// The fields of `/proc/self/stat` after the command's name, counted from 0
/// (`proc_pid_stat(5)`, numbers 14, 15, 22 there).
const USER_TIME: usize = 11;
const SYSTEM_TIME: usize = 12;
const START_TIME: usize = 19;

impl Process {
    /// None where there is no `/proc`.
    #[expect(clippy::cast_precision_loss, reason = "files are far below 2^53")]
    pub(super) fn read() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let (_, stat) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = stat.split_whitespace().collect();
        let ticks = |index: usize| -> Option<f64> { fields.get(index)?.parse().ok() };
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let kibibytes: f64 = value(&status, "VmRSS:")?
            .strip_suffix(" kB")?
            .parse()
            .ok()?;
        let kernel = std::fs::read_to_string("/proc/stat").ok()?;
        let booted: f64 = value(&kernel, "btime ")?.parse().ok()?;
        let open_files = std::fs::read_dir("/proc/self/fd").ok()?.count();
        Some(Self {
            cpu_seconds: (ticks(USER_TIME)? + ticks(SYSTEM_TIME)?) / TICKS,
            resident_bytes: kibibytes * 1024.0,
            open_files: open_files as f64,
            max_files: getrlimit(Resource::Nofile)
                .current
                .map_or(f64::INFINITY, |it| it as f64),
            start_seconds: booted + ticks(START_TIME)? / TICKS,
        })
    }
}

/// What follows `key` in its line.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut lines = text.lines();
    Some(lines.find_map(|line| line.strip_prefix(key))?.trim())
}
