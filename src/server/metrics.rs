//! What is counted. Every label set is closed: a metric never grows with the
//! cluster, and no namespace, name or user stands in one.

use std::sync::atomic::AtomicI64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::admission::Facts;

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

/// Everything that `/metrics` shows.
pub(super) struct Metrics {
    registry: Registry,
    decisions: Family<Labels<3>, Counter>,
    findings: Family<Labels<1>, Counter>,
    /// HTTP requests that could not be answered with a review, by what was wrong.
    pub(super) bad_requests: Family<Labels<1>, Counter>,
    /// From the request's head to the answer, in seconds.
    pub(super) duration: Histogram,
    /// Requests between head and answer.
    pub(super) in_flight: Gauge<i64, AtomicI64>,
    /// Bytes of bodies that were read whole.
    pub(super) body: Histogram,
    /// Reviews that broke something.
    pub(super) panics: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("stickler"),
            decisions: Family::default(),
            findings: Family::default(),
            bad_requests: Family::default(),
            duration: Histogram::new(DURATIONS),
            in_flight: Gauge::default(),
            body: Histogram::new(BODIES),
            panics: Counter::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("decisions", "Reviews answered", self.decisions.clone());
        registry.register(
            "findings",
            "Errors and warnings found, once a rule and review",
            self.findings.clone(),
        );
        registry.register(
            "bad_requests",
            "Requests answered with an HTTP error",
            self.bad_requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "From the head of a request to its answer",
            Unit::Seconds,
            self.duration.clone(),
        );
        registry.register(
            "requests_in_flight",
            "Requests being answered",
            self.in_flight.clone(),
        );
        registry.register_with_unit(
            "request_body",
            "Size of bodies read",
            Unit::Bytes,
            self.body.clone(),
        );
        registry.register(
            "panics",
            "Reviews whose judgement broke off",
            self.panics.clone(),
        );
    }

    /// Counts an answer.
    pub(super) fn observe(&self, facts: &Facts<'_>) {
        let labels = [
            ("verdict", facts.verdict.as_str()),
            ("mode", facts.mode.as_str()),
            ("operation", facts.operation.as_str()),
        ];
        self.decisions.get_or_create(&labels).inc();
        for rule in &facts.rules {
            self.findings.get_or_create(&[("rule", rule.id())]).inc();
        }
    }

    /// The text that Prometheus reads (OpenMetrics 1.0).
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
