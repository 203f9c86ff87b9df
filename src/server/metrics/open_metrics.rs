//! The text format of OpenMetrics 1.0
//! (<https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md>),
//! which Prometheus asks for first.

use std::fmt::{self, Write};

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const MEDIA_TYPE: &str = "application/openmetrics-text";

/// Whether an `Accept` header asks for this format rather than for plain text
/// (RFC 9110, section 12.5.1).
pub(super) fn preferred(accept: &str) -> bool {
    let mut quality = [0.0_f32; 2];
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let asked = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        let asked = asked.unwrap_or(1.0_f32);
        match name {
            name if name.eq_ignore_ascii_case(MEDIA_TYPE) => quality[0] = quality[0].max(asked),
            "text/plain" | "text/*" | "*/*" => quality[1] = quality[1].max(asked),
            _ => {}
        }
    }
    quality[0] > 0.0 && quality[0] >= quality[1]
}

/// The page.
pub(super) fn encode(families: &[MetricFamily]) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write(&mut text, families);
    text
}

fn write(text: &mut String, families: &[MetricFamily]) -> fmt::Result {
    for family in families {
        // A counter is named without the suffix of its one sample.
        let name = family.name();
        let (kind, name) = match family.get_field_type() {
            MetricType::COUNTER => ("counter", name.trim_end_matches("_total")),
            MetricType::HISTOGRAM => ("histogram", name),
            _ => ("gauge", name),
        };
        writeln!(text, "# HELP {name} {}", escape(family.help()))?;
        writeln!(text, "# TYPE {name} {kind}")?;
        for metric in family.get_metric() {
            match kind {
                "counter" => {
                    let value = metric.get_counter().get_value();
                    sample(text, name, "_total", metric, None, value)?;
                }
                "histogram" => histogram(text, name, metric)?,
                _ => sample(text, name, "", metric, None, metric.get_gauge().get_value())?,
            }
        }
    }
    text.write_str("# EOF\n")
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn histogram(text: &mut String, name: &str, metric: &Metric) -> fmt::Result {
    let histogram = metric.get_histogram();
    let count = histogram.get_sample_count();
    let buckets = histogram.get_bucket().iter();
    let buckets = buckets.map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
    let finite = buckets.filter(|(bound, _)| bound.is_finite());
    for (bound, count) in finite.chain([(f64::INFINITY, count)]) {
        sample(text, name, "_bucket", metric, Some(bound), count as f64)?;
    }
    sample(text, name, "_sum", metric, None, histogram.get_sample_sum())?;
    sample(text, name, "_count", metric, None, count as f64)
}

fn sample(
    text: &mut String,
    name: &str,
    suffix: &str,
    metric: &Metric,
    bound: Option<f64>,
    value: f64,
) -> fmt::Result {
    let label = |pair: &LabelPair| format!("{}=\"{}\"", pair.name(), escape(pair.value()));
    let mut labels: Vec<_> = metric.get_label().iter().map(label).collect();
    labels.extend(bound.map(|bound| match bound {
        f64::INFINITY => "le=\"+Inf\"".to_owned(),
        bound => format!("le=\"{bound:?}\""),
    }));
    match &*labels.join(",") {
        "" => writeln!(text, "{name}{suffix} {value}"),
        labels => writeln!(text, "{name}{suffix}{{{labels}}} {value}"),
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('\n', r"\n")
        .replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_what_accept_prefers() {
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                          application/openmetrics-text;version=0.0.1;q=0.4,\
                          text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        for (accept, open_metrics) in [
            (prometheus, true),
            ("application/openmetrics-text", true),
            ("Application/OpenMetrics-Text; version=1.0.0", true),
            ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", false),
            ("application/openmetrics-text;q=0.2,text/plain;q=0.9", false),
            ("application/openmetrics-text;q=0", false),
            ("*/*", false),
            ("text/html,application/xhtml+xml", false),
            ("", false),
        ] {
            assert_eq!(preferred(accept), open_metrics, "{accept}");
        }
    }

    #[test]
    fn families_are_written_as_the_specification_has_them() {
        let registry = prometheus::Registry::new();
        let options = prometheus::Opts::new("tea_total", "Cups \"of\" tea");
        let tea = prometheus::IntCounterVec::new(options, &["kind"]).unwrap();
        tea.with_label_values(&["a\\b\n"]).inc();
        let options = prometheus::HistogramOpts::new("sip_seconds", "Time");
        let sips = prometheus::Histogram::with_opts(options.buckets(vec![0.000_025, 1.0])).unwrap();
        sips.observe(0.5);
        let pots = prometheus::IntGauge::new("pots", "Pots").unwrap();
        registry.register(Box::new(tea)).unwrap();
        registry.register(Box::new(sips)).unwrap();
        registry.register(Box::new(pots)).unwrap();
        let expected = r#"# HELP pots Pots
# TYPE pots gauge
pots 0
# HELP sip_seconds Time
# TYPE sip_seconds histogram
sip_seconds_bucket{le="2.5e-5"} 0
sip_seconds_bucket{le="1.0"} 1
sip_seconds_bucket{le="+Inf"} 1
sip_seconds_sum 0.5
sip_seconds_count 1
# HELP tea Cups \"of\" tea
# TYPE tea counter
tea_total{kind="a\\b\n"} 1
# EOF
"#;
        assert_eq!(encode(&registry.gather()), expected);
    }
}
