//! What is counted. Every label set is closed: a metric never grows with the
//! cluster, and no namespace, name or user stands in one.

use std::io;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::certificate::CertificateStore;
use crate::admission::Facts;
use crate::policy::Live;

mod at_scrape;
mod at_zero;

type Labels<const N: usize> = [(&'static str, &'static str); N];

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
    decisions: Family<Labels<3>, Counter>,
    findings: Family<Labels<1>, Counter>,
    refusals: Family<Labels<1>, Counter>,
    bad_requests: Family<Labels<1>, Counter>,
    connection_errors: Family<Labels<1>, Counter>,
    duration: Histogram,
    body: Histogram,
    /// Requests between head and answer.
    pub(super) in_flight: Gauge<i64, AtomicI64>,
    /// Reviews whose judgement broke off.
    pub(super) panics: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("stickler"),
            decisions: Family::default(),
            findings: Family::default(),
            refusals: Family::default(),
            bad_requests: Family::default(),
            connection_errors: Family::default(),
            duration: Histogram::new(DURATIONS),
            body: Histogram::new(BODIES),
            in_flight: Gauge::default(),
            panics: Counter::default(),
        };
        metrics.register();
        at_zero::begin(&metrics);
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let mut family = |name: &str, help: &str, family: &Family<Labels<1>, Counter>| {
            registry.register(name, help, family.clone());
        };
        family(
            "findings",
            "Errors and warnings found, each rule once a review",
            &self.findings,
        );
        family(
            "refusals",
            "Reviews refused without a judgement",
            &self.refusals,
        );
        family(
            "bad_requests",
            "Requests answered with an HTTP error",
            &self.bad_requests,
        );
        family(
            "connection_errors",
            "Connections that came to nothing",
            &self.connection_errors,
        );
        registry.register("decisions", "Reviews answered", self.decisions.clone());
        registry.register(
            "in_flight_requests",
            "Requests being answered",
            self.in_flight.clone(),
        );
        registry.register(
            "panics",
            "Reviews whose judgement broke off",
            self.panics.clone(),
        );
        let duration = (
            "request_duration",
            "From the head of a request to its answer",
        );
        registry.register_with_unit(duration.0, duration.1, Unit::Seconds, self.duration.clone());
        let body = ("request_body", "Size of bodies read");
        registry.register_with_unit(body.0, body.1, Unit::Bytes, self.body.clone());
    }

    /// Counts a review's answer.
    pub(super) fn observe(&self, facts: &Facts<'_>, duration: Duration) {
        let labels = [
            ("verdict", facts.verdict.as_str()),
            ("mode", facts.mode.as_str()),
            ("operation", facts.operation.as_str()),
        ];
        self.decisions.get_or_create(&labels).inc();
        for rule in &facts.rules {
            self.findings.get_or_create(&[("rule", rule.id())]).inc();
        }
        if let Some(refusal) = facts.refusal {
            let reason = [("reason", refusal.as_str())];
            self.refusals.get_or_create(&reason).inc();
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
        self.bad_requests.get_or_create(&[("reason", reason)]).inc();
    }

    /// Counts a connection that was not accepted, or whose handshake failed.
    pub(super) fn observe_connection_error(&self, error: &io::Error) {
        let reason = match error.kind() {
            io::ErrorKind::Other => "limit",
            io::ErrorKind::TimedOut => "handshake-timeout",
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => "handshake",
            _ if error.raw_os_error().is_some() => "socket",
            _ => "other",
        };
        self.connection_errors
            .get_or_create(&[("reason", reason)])
            .inc();
    }

    /// The text that Prometheus reads (OpenMetrics 1.0).
    pub(super) fn text(&self, certificate: &CertificateStore, policy: &Live) -> String {
        let mut now = Registry::default();
        at_scrape::register(&mut now, certificate, policy);
        let (mut counted, mut text) = (String::new(), String::new());
        // Writing into a string does not fail.
        let _ = encode(&mut counted, &self.registry);
        let _ = encode(&mut text, &now);
        // Each of the two ends with the end of everything.
        counted.truncate(counted.trim_end_matches("# EOF\n").len());
        counted + &text
    }
}
