//! What is looked up when it is asked for: certificates and the process.

use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::{Counter, Labels};
use crate::policy::Live;
use crate::server::certificate::CertificateStore;

/// Puts what is true now into `registry`.
pub(super) fn register(registry: &mut Registry, certificate: &CertificateStore, policy: &Live) {
    let ours = registry.sub_registry_with_prefix("stickler");
    let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    ours.register("build", "The version that runs", build);
    certificates(ours, certificate);
    let help = "Policies found and taken or not";
    ours.register("policy_reloads", help, by_result(policy.reloads()));
    let refused: Gauge = Gauge::default();
    refused.set(policy.refused().is_some().into());
    let help = "1 while the newest policy cannot be used, and an older one is in force";
    ours.register("policy_refused", help, refused);
    if let Some(process) = Process::read() {
        process.register(registry.sub_registry_with_prefix("process"));
    }
}

fn certificates(registry: &mut Registry, certificate: &CertificateStore) {
    let ends: Family<Labels<1>, Gauge> = Family::default();
    let pair = certificate.pair();
    let leaf = pair.as_ref().map(|pair| pair.not_after);
    let ca = pair.as_ref().and_then(|pair| pair.authority_not_after);
    for (which, not_after) in [("leaf", leaf), ("ca", ca)] {
        if let Some(not_after) = not_after {
            ends.get_or_create(&[("certificate", which)]).set(not_after);
        }
    }
    let help = "When a certificate ends, in seconds since 1970";
    registry.register_with_unit("certificate_not_after", help, Unit::Seconds, ends);
    let help = "Certificates found and taken or not";
    registry.register(
        "certificate_reloads",
        help,
        by_result(certificate.reloads()),
    );
}

/// Counts of what was taken and of what was not.
fn by_result(counts: [u64; 2]) -> Family<Labels<1>, Counter> {
    let reloads: Family<Labels<1>, Counter> = Family::default();
    for (result, count) in ["ok", "error"].into_iter().zip(counts) {
        reloads.get_or_create(&[("result", result)]).inc_by(count);
    }
    reloads
}

/// What the kernel says of us, under the names that every client library of
/// Prometheus uses.
struct Process {
    cpu_seconds: f64,
    resident_bytes: i64,
    open_files: i64,
    start_seconds: f64,
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
    fn read() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let (_, stat) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = stat.split_whitespace().collect();
        let ticks = |index: usize| -> Option<f64> { fields.get(index)?.parse().ok() };
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: i64 = resident.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        let kernel = std::fs::read_to_string("/proc/stat").ok()?;
        let booted = kernel
            .lines()
            .find_map(|line| line.strip_prefix("btime "))?;
        let open_files = std::fs::read_dir("/proc/self/fd").ok()?.count();
        Some(Self {
            cpu_seconds: (ticks(USER_TIME)? + ticks(SYSTEM_TIME)?) / TICKS,
            resident_bytes: kibibytes * 1024,
            open_files: i64::try_from(open_files).ok()?,
            start_seconds: booted.trim().parse::<f64>().ok()? + ticks(START_TIME)? / TICKS,
        })
    }

    fn register(self, registry: &mut Registry) {
        let seconds = Unit::Seconds;
        let cpu = ConstCounter::new(self.cpu_seconds);
        registry.register_with_unit("cpu", "Processor time used", seconds.clone(), cpu);
        let start = ConstGauge::new(self.start_seconds);
        registry.register_with_unit("start_time", "When the process began", seconds, start);
        let resident = ConstGauge::new(self.resident_bytes);
        registry.register_with_unit("resident_memory", "Resident memory", Unit::Bytes, resident);
        let files = ConstGauge::new(self.open_files);
        registry.register("open_fds", "Open file descriptors", files);
    }
}
