//! Bounds and times, with defaults that have reasons.

use std::time::Duration;

/// Bodies up to this many bytes are checked on the thread that reads them,
/// which takes well under a millisecond for an Ingress as people write them;
/// longer ones on a thread of their own, so that no other request waits.
pub(super) const INLINE_LIMIT: usize = 16 << 10;
/// What takes longer there is restarted on a thread of its own.
pub(super) const INLINE_TIME: Duration = Duration::from_millis(2);
/// Longer bodies have places of their own, because they take memory.
pub(super) const SMALL_BODY: usize = 64 << 10;
/// So many of those are checked at a time: a check takes up to fifty times the
/// memory of its body, where that is full of mistakes.
pub(super) const LARGE_CHECKS: usize = 1;
/// How long a peer may take to go on with what it has begun: the head or the
/// body of a request, or reading an answer.
pub(super) const STALLED: Duration = Duration::from_secs(10);
/// Files that are open beside connections: two ports, what tokio needs, those
/// that are read again, and the two ends of our own call for `/readyz`.
const OTHER_FILES: usize = 24;

/// Bounds and times of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long to go on serving after the stop. Default 10 s: what a cluster
    /// takes to stop sending requests here.
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
    /// Bodies above 64 KiB that are read, checked or answered at a time: they
    /// are what takes memory. Default 4: an Ingress is hardly ever so large.
    pub max_large_bodies: usize,
    /// Open connections for reviews; a quarter more may be in their handshake.
    /// Default 1024: an API server needs a handful.
    pub max_connections: usize,
    /// Open connections for probes and metrics. Default 64: a kubelet and a
    /// few scrapers.
    pub max_admin_connections: usize,
    /// Requests being checked. Default 64, and each takes microseconds.
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
            max_large_bodies: 4,
            max_connections: 1024,
            max_admin_connections: 64,
            max_in_flight: 64,
            max_wait: Duration::from_secs(1),
            reload_interval: Duration::from_secs(5),
        }
    }
}

impl Settings {
    /// The same, with no more connections than `files` open files allow.
    #[must_use]
    pub fn within(self, files: u64) -> Self {
        let files = usize::try_from(files).unwrap_or(usize::MAX);
        let admin = self.max_admin_connections.min(files / 8).max(1);
        let reviews = files.saturating_sub(admin + OTHER_FILES);
        // Five files for four connections: see `max_handshakes`.
        let reviews = (reviews / 5).saturating_mul(4).max(1);
        Self {
            max_connections: self.max_connections.min(reviews),
            max_admin_connections: admin,
            ..self
        }
    }

    /// How many connections may be in their handshake.
    pub(super) fn max_handshakes(&self) -> usize {
        (self.max_connections / 4).max(1)
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
        let small = settings.max_connections * SMALL_BODY;
        let chart = include_str!("../../deploy/chart/values.yaml");
        assert!(chart.contains("limits: {memory: 256Mi}"));
        // And a check of a large one takes 65 MB.
        assert!(large + small <= (256 - 64 - 65) << 20);
    }

    #[test]
    fn connections_fit_into_the_open_files() {
        for (files, reviews, admin) in [
            (u64::MAX, 1024, 64),
            (1 << 20, 1024, 64),
            (1024, 748, 64),
            (256, 160, 32),
            (40, 8, 5),
            (0, 1, 1),
        ] {
            let settings = Settings::default().within(files);
            let found = (settings.max_connections, settings.max_admin_connections);
            assert_eq!(found, (reviews, admin), "{files}");
            let all = reviews + settings.max_handshakes() + admin + OTHER_FILES;
            assert!(all as u64 <= files.max(27), "{files}");
        }
    }
}
