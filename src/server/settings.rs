//! Bounds and times, with defaults that have reasons.

use std::time::Duration;

/// Bodies up to this many bytes are judged where they are read, in well under
/// a millisecond; longer ones on a thread of their own, so that nobody waits
/// behind them and the deadline holds.
pub(super) const SMALL: usize = 64 << 10;

/// Bounds and times of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long to go on serving after the stop. Default 10 s: what a cluster
    /// takes to send nobody here any more.
    pub drain_delay: Duration,
    /// How long requests in flight may take to finish after that. Default
    /// 15 s: longer than any of them can take.
    pub drain_timeout: Duration,
    /// The time a TLS handshake may take. Default 10 s.
    pub handshake_timeout: Duration,
    /// The time from the handshake to the head of the first request. Default 10 s.
    pub first_request_timeout: Duration,
    /// How long a connection may stay without a request. Default 180 s, well
    /// above the API server's 90 s, so that it is never we who hang up.
    pub idle_timeout: Duration,
    /// The time for one request where the caller names none, and the most
    /// that a caller can ask for. Default 10 s, as the API server's.
    pub request_timeout: Duration,
    /// The largest body that is read, in bytes. Default 7 MiB: two objects of
    /// at most 3 MiB, and 1 MiB for the rest.
    pub max_body: usize,
    /// Bodies above [`SMALL`] bytes that are read or judged at a time: they are
    /// what takes memory. Default 8: an Ingress is hardly ever so large.
    pub max_large_bodies: usize,
    /// Open connections, and requests whose bodies are read, which over HTTP/2
    /// may be more. Default 1024: an API server needs a handful.
    pub max_connections: usize,
    /// Requests being judged. Default 64, and each takes microseconds.
    pub max_in_flight: usize,
    /// How long a request may wait to be one of them before it is refused.
    /// Default 1 s.
    pub max_wait: Duration,
    /// How often the certificate's files are read. Default 5 s.
    pub reload_interval: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            drain_delay: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(15),
            handshake_timeout: Duration::from_secs(10),
            first_request_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(180),
            request_timeout: Duration::from_secs(10),
            max_body: 7 << 20,
            max_large_bodies: 8,
            max_connections: 1024,
            max_in_flight: 64,
            max_wait: Duration::from_secs(1),
            reload_interval: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_go_together() {
        let settings = Settings::default();
        let kept_by_the_api_server = Duration::from_secs(90);
        assert!(settings.idle_timeout >= kept_by_the_api_server + Duration::from_secs(30));
        assert!(settings.drain_timeout > settings.request_timeout);
        assert!(settings.max_wait < settings.request_timeout);
        assert_eq!(settings.max_body, (3 + 3 + 1) * 1024 * 1024);
        // A buffer that grows may be twice what it holds.
        let large = 2 * settings.max_large_bodies * settings.max_body;
        let small = settings.max_connections * SMALL;
        let chart = include_str!("../../deploy/chart/values.yaml");
        assert!(chart.contains("limits: {memory: 256Mi}"));
        assert!(large + small <= (256 - 64) << 20);
    }
}
