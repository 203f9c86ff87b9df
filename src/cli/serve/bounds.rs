//! The flags of every bound. Their defaults are those of [`Settings`].

use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::server::Settings;

/// Bounds and times, each with its unit.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
pub(super) struct Bounds {
    /// How long to go on serving after SIGTERM, in seconds [default: 10; with --dev 0]
    ///
    /// Readiness fails at once; the delay is the time that the cluster needs
    /// to send no more requests here.
    #[arg(long, value_name = "SECONDS", env = "STICKLER_DRAIN_DELAY", value_parser = seconds)]
    drain_delay: Option<Duration>,

    /// How long requests in flight may take to finish after that, in seconds
    #[arg(long, value_name = "SECONDS", env = "STICKLER_DRAIN_TIMEOUT", value_parser = seconds, default_value = "15")]
    drain_timeout: Duration,

    /// The time a TLS handshake may take, in seconds
    #[arg(long, value_name = "SECONDS", env = "STICKLER_HANDSHAKE_TIMEOUT", value_parser = positive_seconds, default_value = "10")]
    handshake_timeout: Duration,

    /// The time from the handshake to a connection's first request, in seconds
    #[arg(long, value_name = "SECONDS", env = "STICKLER_FIRST_REQUEST_TIMEOUT", value_parser = positive_seconds, default_value = "10")]
    first_request_timeout: Duration,

    /// How long a connection may stay without a request, in seconds; the API
    /// server keeps one for 90
    #[arg(long, value_name = "SECONDS", env = "STICKLER_IDLE_TIMEOUT", value_parser = positive_seconds, default_value = "180")]
    idle_timeout: Duration,

    /// The most time for one request, in seconds; the API server's ?timeout= can only shorten it
    #[arg(long, value_name = "SECONDS", env = "STICKLER_REQUEST_TIMEOUT", value_parser = positive_seconds, default_value = "10")]
    request_timeout: Duration,

    /// The largest body, in bytes [default: 7340032, which is 7 MiB]
    #[arg(long, value_name = "BYTES", env = "STICKLER_MAX_BODY", value_parser = at_least_one())]
    max_body: Option<usize>,

    /// Bodies above 64 KiB that are read or checked at a time; with --max-body
    /// they are what takes memory
    #[arg(long, value_name = "COUNT", env = "STICKLER_MAX_LARGE_BODIES", value_parser = at_least_one(), default_value = "4")]
    max_large_bodies: usize,

    /// Open connections
    #[arg(long, value_name = "COUNT", env = "STICKLER_MAX_CONNECTIONS", value_parser = at_least_one(), default_value = "1024")]
    max_connections: usize,

    /// Requests that are checked at a time
    #[arg(long, value_name = "COUNT", env = "STICKLER_MAX_IN_FLIGHT", value_parser = at_least_one(), default_value = "64")]
    max_in_flight: usize,

    /// How long a request may wait to be one of them before it is refused, in seconds
    #[arg(long, value_name = "SECONDS", env = "STICKLER_MAX_WAIT", value_parser = seconds, default_value = "1")]
    max_wait: Duration,

    /// How often the certificate's files, or our Secret, are read, in seconds
    #[arg(long, value_name = "SECONDS", env = "STICKLER_RELOAD_INTERVAL", value_parser = positive_seconds, default_value = "5")]
    reload_interval: Duration,
}

impl Bounds {
    /// The settings; `dev` stops without a delay.
    pub(super) fn settings(&self, dev: bool) -> Settings {
        let default = Settings::default();
        let drain_delay = if dev {
            Duration::ZERO
        } else {
            default.drain_delay
        };
        Settings {
            drain_delay: self.drain_delay.unwrap_or(drain_delay),
            drain_timeout: self.drain_timeout,
            handshake_timeout: self.handshake_timeout,
            first_request_timeout: self.first_request_timeout,
            idle_timeout: self.idle_timeout,
            request_timeout: self.request_timeout,
            max_body: self.max_body.unwrap_or(default.max_body),
            max_large_bodies: self.max_large_bodies,
            max_connections: self.max_connections,
            max_admin_connections: default.max_admin_connections,
            max_in_flight: self.max_in_flight,
            max_wait: self.max_wait,
            reload_interval: self.reload_interval,
        }
    }
}

/// How long the API server keeps a connection that it does not use
/// (`k8s.io/apimachinery/pkg/util/net`, `SetTransportDefaults`).
const KEPT_BY_THE_API_SERVER: Duration = Duration::from_secs(90);

impl Bounds {
    /// Combinations that work, but not well.
    pub(super) fn cautions(&self) -> impl Iterator<Item = &'static str> {
        [
            (
                self.idle_timeout <= KEPT_BY_THE_API_SERVER,
                "--idle-timeout is not above the API server's 90 seconds: calls will meet closed connections",
            ),
            (
                self.max_wait >= self.request_timeout,
                "--max-wait is not below --request-timeout: requests that wait for a place run out of time",
            ),
            (
                self.drain_timeout < self.request_timeout,
                "--drain-timeout is below --request-timeout: requests in flight may be cut off",
            ),
        ]
        .into_iter()
        .filter_map(|(applies, caution)| applies.then_some(caution))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn positive_seconds(text: &str) -> Result<Duration, String> {
    let positive = |seconds: &Duration| !seconds.is_zero();
    Some(seconds(text)?)
        .filter(positive)
        .ok_or_else(|| "expected more than 0 seconds".to_owned())
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        bounds: Bounds,
    }

    #[test]
    fn the_defaults_of_the_flags_are_those_of_the_server() {
        let command = Command::parse_from(["stickler"]);
        let settings = format!("{:?}", command.bounds.settings(false));
        assert_eq!(settings, format!("{:?}", Settings::default()));
        assert_eq!(command.bounds.settings(true).drain_delay, Duration::ZERO);
    }

    #[test]
    fn bounds_that_do_not_go_together_are_cautioned() {
        let cautions = |arguments: &[&str]| {
            let command = Command::parse_from(["stickler"].iter().chain(arguments));
            command.bounds.cautions().count()
        };
        for (arguments, expected) in [
            (&[][..], 0),
            (&["--idle-timeout", "90"], 1),
            (&["--idle-timeout", "91"], 0),
            (&["--max-wait", "10"], 1),
            (&["--request-timeout", "20"], 1),
            (&["--request-timeout", "20", "--drain-timeout", "20"], 0),
        ] {
            assert_eq!(cautions(arguments), expected, "{arguments:?}");
        }
    }

    #[test]
    fn bounds_that_cannot_work_are_refused() {
        for (arguments, works) in [
            (["--drain-delay", "0"], true),
            (["--drain-delay", "1.5"], true),
            (["--drain-delay", "-1"], false),
            (["--drain-delay", "soon"], false),
            (["--idle-timeout", "0"], false),
            (["--max-in-flight", "0"], false),
            (["--max-body", "99999999999999"], false),
        ] {
            let parsed = Command::try_parse_from(["stickler"].iter().chain(&arguments));
            assert_eq!(parsed.is_ok(), works, "{arguments:?}");
        }
    }
}
