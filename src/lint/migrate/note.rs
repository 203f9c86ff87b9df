//! What a migration reports: outcomes and notes.

use serde::{Serialize, Serializer};

/// How well the value does what ingress-nginx did. Ordered: the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// There is nothing to migrate.
    Nothing,
    /// On every request that both controllers answer, the cookies agree.
    Exact,
    /// The sessions stick, and the cookie is not the same.
    Differs,
    /// The value is right, and something else must follow.
    Partial,
    /// No service ever stuck; the value is what was intended.
    WasBroken,
    /// No value does it.
    Blocked,
}

impl Outcome {
    /// The word that users read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Exact => "exact",
            Self::Differs => "differs",
            Self::Partial => "partial",
            Self::WasBroken => "was-broken",
            Self::Blocked => "blocked",
        }
    }
}

macro_rules! notes {
    ($($variant:ident, $id:literal, $outcome:expr;)*) => {
        /// What there is to say of one migration.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum NoteId {
            $(#[doc = $id] $variant,)*
        }

        impl NoteId {
            /// Every note, in the order of the outcomes, the worst first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The id that users read.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// The outcome that the note brings where it is about all services.
            #[must_use]
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$variant => $outcome,)* }
            }
        }
    };
}

impl Serialize for NoteId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

use Outcome::{Blocked, Differs, Exact, Nothing, Partial, WasBroken};

notes! {
    Canary, "canary", Blocked;
    NoHost, "no-host", Blocked;
    RejectedIngress, "rejected-ingress", Blocked;
    TwoPorts, "two-ports", Blocked;
    Unwritable, "unwritable", Blocked;
    ControllerTooOld, "controller-too-old", Blocked;
    Placeholder, "placeholder", Blocked;
    NoAffinity, "no-affinity", WasBroken;
    DefaultBackend, "default-backend", WasBroken;
    ExpiresError, "expires-error", WasBroken;
    Expired, "expired", WasBroken;
    DomainMismatch, "domain-mismatch", WasBroken;
    PathNeverMatches, "path-never-matches", WasBroken;
    RegexPath, "regex-path", WasBroken;
    PersistentSharedName, "persistent-shared-name", WasBroken;
    ServiceUpstream, "service-upstream", WasBroken;
    SslPassthrough, "ssl-passthrough", WasBroken;
    CookiePrefix, "cookie-prefix", WasBroken;
    RegexRouting, "regex-routing", Partial;
    ServerAlias, "server-alias", Partial;
    SameSiteNoneInsecure, "samesite-none-insecure", Partial;
    NameChanged, "name-changed", Differs;
    Renamed, "renamed", Differs;
    PathsMerged, "paths-merged", Differs;
    PathIgnored, "path-ignored", Differs;
    PathGiven, "path-given", Differs;
    Intended, "intended", Differs;
    SecureOnHttpsOnly, "secure-on-https-only", Differs;
    TlsNotNamed, "tls-not-named", Differs;
    TlsWithoutSecret, "tls-without-secret", Differs;
    ConditionalSameSite, "conditional-samesite", Differs;
    DefaultBackendNowSticks, "default-backend-now-sticks", Differs;
    SecureNeedsTls, "secure-needs-tls", Exact;
    TwoLifetimes, "two-lifetimes", Exact;
    ExpiresRefused, "expires-refused", Exact;
    MaxAgeRefused, "max-age-refused", Exact;
    SameSiteNeverSent, "samesite-never-sent", Exact;
    ValueRefused, "value-refused", Exact;
    UnknownKey, "unknown-key", Exact;
    PathCoversSome, "path-covers-some", Exact;
    DomainCoversSome, "domain-covers-some", Exact;
    RegexPathUnjudged, "regex-path-unjudged", Exact;
    Redirect, "redirect", Exact;
    Hash, "hash", Exact;
    Balanced, "balanced", Exact;
    Failover, "failover", Exact;
    AlreadyMigrated, "already-migrated", Nothing;
}

/// One sentence about a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about.
    pub id: NoteId,
    /// The outcome that it brings.
    #[serde(skip)]
    pub outcome: Outcome,
    /// The key of ingress-nginx, without its prefix; `None` where none is the cause.
    pub key: Option<String>,
    /// The service; `None` where it is about all of them.
    pub service: Option<String>,
    /// One sentence without a final stop.
    pub message: String,
}

impl Note {
    pub(super) fn new(id: NoteId, key: Option<&str>, message: impl Into<String>) -> Self {
        Self {
            id,
            outcome: id.outcome(),
            key: key.map(str::to_owned),
            service: None,
            message: message.into(),
        }
    }
}
