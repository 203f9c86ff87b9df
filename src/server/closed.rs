//! Why connections are closed, as metrics name it.

/// Why a connection is closed, or not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// Its handshake took too long.
    HandshakeTimeout,
    /// It waited too long for the peer to go on.
    Stalled,
    /// It was idle for too long, which is not an error.
    Idle,
    /// It gave way to a new one.
    Evicted,
    /// The bounds are reached, and none can give way.
    Limit,
}

impl Closed {
    /// What [`Self::reason`] says, and why sockets and handshakes fail.
    pub(super) const REASONS: [&str; 7] = [
        "evicted",
        "handshake",
        "handshake-timeout",
        "limit",
        "other",
        "socket",
        "stalled",
    ];

    /// The metric's label: a closed set.
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::HandshakeTimeout => Some("handshake-timeout"),
            Self::Stalled => Some("stalled"),
            Self::Idle => None,
            Self::Evicted => Some("evicted"),
            Self::Limit => Some("limit"),
        }
    }
}
