//! What is looked up when it is asked for: the certificate, the policy, the
//! log and the process.

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

use super::lost_log_lines;
use super::process::Process;
use crate::policy::PolicyHandle;
use crate::server::certificate::CertificateStore;

/// What is true now.
pub(super) struct Now {
    certificate: Arc<CertificateStore>,
    policy: Arc<PolicyHandle>,
    /// A registry wants one of each collector, by which to know it.
    build: Desc,
}

const BUILD: (&str, &str) = ("stickler_build_info", "The version that runs");

impl Now {
    pub(super) fn new(
        certificate: Arc<CertificateStore>,
        policy: Arc<PolicyHandle>,
    ) -> prometheus::Result<Self> {
        let labels = vec!["version".to_owned()];
        let build = Desc::new(BUILD.0.into(), BUILD.1.into(), labels, HashMap::new())?;
        Ok(Self {
            certificate,
            policy,
            build,
        })
    }
}

impl Collector for Now {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.build]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let version = [(Some(("version", env!("CARGO_PKG_VERSION"))), 1.0)];
        let mut families = vec![gauges(BUILD.0, BUILD.1, version)];
        families.extend(certificate(&self.certificate));
        families.extend(policy(&self.policy));
        families.push(counters(
            "stickler_log_lines_lost_total",
            "Log lines that could not be written, or not in time",
            [(None, float(lost_log_lines()))],
        ));
        families.extend(Process::read().iter().flat_map(process));
        families
    }
}

fn certificate(store: &CertificateStore) -> [MetricFamily; 3] {
    let pair = store.pair();
    let leaf = pair.as_ref().map(|pair| pair.not_after);
    let ca = pair.as_ref().and_then(|pair| pair.authority_not_after);
    let ends = [("leaf", leaf), ("ca", ca)].into_iter();
    let ends = ends.filter_map(|(which, end)| Some((Some(("certificate", which)), float(end?))));
    [
        gauges(
            "stickler_certificate_not_after_seconds",
            "When a certificate expires, in seconds since 1970",
            ends,
        ),
        counters(
            "stickler_certificate_reloads_total",
            "New certificates found, by whether they can be used",
            by_result(store.reloads()),
        ),
        gauges(
            "stickler_certificate_refused",
            "1 while the newest certificate cannot be used, or none can be read",
            [(None, f64::from(u8::from(store.last_error().is_some())))],
        ),
    ]
}

fn policy(policy: &PolicyHandle) -> [MetricFamily; 2] {
    [
        counters(
            "stickler_policy_reloads_total",
            "New policies found, by whether they can be used",
            by_result(policy.reloads()),
        ),
        gauges(
            "stickler_policy_refused",
            "1 while the newest policy cannot be used, and an older one is in force",
            [(None, f64::from(u8::from(policy.refused().is_some())))],
        ),
    ]
}

/// The names are those that every client library of Prometheus uses.
fn process(process: &Process) -> [MetricFamily; 5] {
    let gauge = |name, help, value| gauges(name, help, [(None, value)]);
    [
        counters(
            "process_cpu_seconds_total",
            "Processor time used, in seconds",
            [(None, process.cpu_seconds)],
        ),
        gauge(
            "process_start_time_seconds",
            "When the process began, in seconds since 1970",
            process.start_seconds,
        ),
        gauge(
            "process_resident_memory_bytes",
            "Resident memory, in bytes",
            process.resident_bytes,
        ),
        gauge(
            "process_open_fds",
            "Open file descriptors",
            process.open_files,
        ),
        gauge(
            "process_max_fds",
            "File descriptors that may be open",
            process.max_files,
        ),
    ]
}

/// One value, with its label where it has one.
type Sample = (Option<(&'static str, &'static str)>, f64);

/// Counts of what was taken and of what was not.
fn by_result([ok, error]: [u64; 2]) -> [Sample; 2] {
    [("ok", ok), ("error", error)].map(|(result, count)| (Some(("result", result)), float(count)))
}

fn counters(name: &str, help: &str, samples: impl IntoIterator<Item = Sample>) -> MetricFamily {
    let metric = |(label, value)| {
        let (mut metric, mut counter) = (labelled(label), Counter::default());
        counter.set_value(value);
        metric.set_counter(counter);
        metric
    };
    family(
        name,
        help,
        MetricType::COUNTER,
        samples.into_iter().map(metric),
    )
}

fn gauges(name: &str, help: &str, samples: impl IntoIterator<Item = Sample>) -> MetricFamily {
    let metric = |(label, value)| {
        let (mut metric, mut gauge) = (labelled(label), Gauge::default());
        gauge.set_value(value);
        metric.set_gauge(gauge);
        metric
    };
    family(
        name,
        help,
        MetricType::GAUGE,
        samples.into_iter().map(metric),
    )
}

fn labelled(label: Option<(&str, &str)>) -> Metric {
    let pair = |(name, value): (&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name(name.to_owned());
        pair.set_value(value.to_owned());
        pair
    };
    Metric::from_label(label.map(pair).into_iter().collect())
}

fn family(
    name: &str,
    help: &str,
    kind: MetricType,
    metrics: impl Iterator<Item = Metric>,
) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics.collect());
    family
}

/// Numbers as metrics have them.
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and counts are far below 2^53"
)]
fn float(number: impl TryInto<i64>) -> f64 {
    number.try_into().unwrap_or(i64::MAX) as f64
}
