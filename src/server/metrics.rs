//! What is counted. Every label set is closed: a metric never grows with the
//! cluster, and no label holds a namespace, a name or a user.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Encoder as _, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};

use super::certificate::CertificateStore;
use crate::admission::Facts;
use crate::policy::PolicyHandle;

mod collector;
mod init;
mod open_metrics;
mod process;

/// Lines of log that could not be written, or not in time. The process has one
/// log for all its servers.
pub static LOST_LOG_LINES: AtomicU64 = AtomicU64::new(0);

/// Seconds. Most answers take less than a tenth of a millisecond.
const DURATIONS: [f64; 14] = [
    0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0,
    5.0, 10.0,
];
/// Bytes.
const BODIES: [f64; 8] = [
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    7_340_032.0,
];

/// Everything that is counted while serving.
pub(super) struct Metrics {
    registry: Registry,
    decisions: IntCounterVec,
    findings: IntCounterVec,
    refusals: IntCounterVec,
    bad_requests: IntCounterVec,
    duration: Histogram,
    body: Histogram,
    /// Connections of both ports.
    pub(super) connections: Connections,
    /// Requests between head and answer.
    pub(super) in_flight: IntGauge,
    /// Reviews whose check panicked.
    pub(super) panics: IntCounter,
}

/// Connections, and why they come to nothing.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    errors: IntCounterVec,
    /// Connections that are open.
    pub(super) open: IntGauge,
}

impl Metrics {
    /// All metrics, with those of the certificate and the policy as they are
    /// when they are asked for.
    pub(super) fn new(
        certificate: &Arc<CertificateStore>,
        policy: &Arc<PolicyHandle>,
    ) -> prometheus::Result<Self> {
        let metrics = Self::counted(Registry::new())?;
        let now = collector::Now::new(Arc::clone(certificate), Arc::clone(policy))?;
        metrics.registry.register(Box::new(now))?;
        init::init(&metrics);
        Ok(metrics)
    }

    /// What is counted, known to `registry`.
    fn counted(registry: Registry) -> prometheus::Result<Self> {
        let counters = |name, help, labels: &[&str]| counters(&registry, name, help, labels);
        Ok(Self {
            decisions: counters(
                "stickler_decisions_total",
                "Reviews answered",
                &["verdict", "mode", "operation"],
            )?,
            findings: counters(
                "stickler_findings_total",
                "Errors and warnings found, each rule once a review",
                &["rule"],
            )?,
            refusals: counters(
                "stickler_refusals_total",
                "Reviews refused without a check",
                &["reason"],
            )?,
            bad_requests: counters(
                "stickler_bad_requests_total",
                "Requests answered with an HTTP error",
                &["reason"],
            )?,
            connections: Connections::registered(&registry)?,
            duration: histogram(
                &registry,
                "stickler_request_duration_seconds",
                "From the head of a request to its answer",
                &DURATIONS,
            )?,
            body: histogram(
                &registry,
                "stickler_request_body_bytes",
                "Size of bodies read",
                &BODIES,
            )?,
            in_flight: gauge(
                &registry,
                "stickler_in_flight_requests",
                "Requests being answered",
            )?,
            panics: counter(
                &registry,
                "stickler_panics_total",
                "Reviews whose check panicked",
            )?,
            registry,
        })
    }

    /// Counts a review's answer.
    pub(super) fn observe(&self, facts: &Facts<'_>, duration: Duration) {
        let (verdict, mode) = (facts.verdict.as_str(), facts.mode.as_str());
        let labels = [verdict, mode, facts.operation.as_str()];
        self.decisions.with_label_values(&labels).inc();
        for rule in &facts.rules {
            self.findings.with_label_values(&[rule.id()]).inc();
        }
        if let Some(refusal) = facts.refusal {
            self.refusals.with_label_values(&[refusal.as_str()]).inc();
        }
        self.duration.observe(duration.as_secs_f64());
    }

    /// Counts a body that was read whole.
    #[expect(clippy::cast_precision_loss, reason = "a body is far below 2^53 bytes")]
    pub(super) fn observe_body(&self, bytes: usize) {
        self.body.observe(bytes as f64);
    }

    /// Counts a request that is answered with an HTTP error.
    pub(super) fn observe_bad_request(&self, reason: &'static str) {
        self.bad_requests.with_label_values(&[reason]).inc();
    }

    /// The page for `accept`, the header of the request: its content type and
    /// its text.
    pub(super) fn page(&self, accept: Option<&str>) -> (&'static str, Vec<u8>) {
        let families = self.registry.gather();
        if accept.is_some_and(open_metrics::preferred) {
            let text = open_metrics::encode(&families);
            return (open_metrics::CONTENT_TYPE, text.into_bytes());
        }
        let mut text = Vec::new();
        // Writing into memory does not fail, and no family is empty.
        let _ = TextEncoder::new().encode(&families, &mut text);
        (TEXT_CONTENT_TYPE, text)
    }
}

/// As Prometheus before version 2.5 and `promtool` read it.
const TEXT_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Connections {
    /// The metrics of connections, known to `registry`.
    pub(super) fn registered(registry: &Registry) -> prometheus::Result<Self> {
        Ok(Self {
            errors: counters(
                registry,
                "stickler_connection_errors_total",
                "Connections refused, or closed before their time",
                &["reason"],
            )?,
            open: gauge(
                registry,
                "stickler_open_connections",
                "Open connections of both ports",
            )?,
        })
    }

    /// Counts a connection that was not let in, or closed before its time.
    pub(super) fn observe_error(&self, reason: &'static str) {
        self.errors.with_label_values(&[reason]).inc();
    }
}

fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> prometheus::Result<IntCounterVec> {
    let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
    registered(registry, counters)
}

fn histogram(
    registry: &Registry,
    name: &str,
    help: &str,
    buckets: &[f64],
) -> prometheus::Result<Histogram> {
    let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
    registered(registry, Histogram::with_opts(options)?)
}

fn counter(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntCounter> {
    registered(registry, IntCounter::new(name, help)?)
}

fn gauge(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntGauge> {
    registered(registry, IntGauge::new(name, help)?)
}

/// `metric`, known to the registry.
fn registered<M: Collector + Clone + 'static>(
    registry: &Registry,
    metric: M,
) -> prometheus::Result<M> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

/// How many lines of log are lost so far.
fn lost_log_lines() -> u64 {
    LOST_LOG_LINES.load(Relaxed)
}
