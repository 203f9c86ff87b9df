//! Which facts about releases of the controller a rule's verdict depends on.

use super::Rule;
use crate::lint::release::Fact;

/// What releases before 1.10 do to a malformed entry, and those since.
const MALFORMED: &[Fact] = &[Fact::LenientReader, Fact::WholeReader];
const STRICT: &[Fact] = &[Fact::StrictReader];

impl Rule {
    /// What some releases of the controller do and others do not, where the
    /// rule's verdict depends on it; the rule's page lists it.
    #[must_use]
    pub fn release_facts(self) -> &'static [Fact] {
        match self {
            Self::EmptyValue | Self::EmptyEntry | Self::MalformedEntry => MALFORMED,
            Self::ForbiddenCharacter => &[Fact::QuotedReader, Fact::StrictReader],
            Self::Comment
            | Self::Brace
            | Self::Quote
            | Self::ControlCharacter
            | Self::MissingCookie
            | Self::NoParameters => STRICT,
            Self::InvalidSamesite => &[Fact::SameSite],
            Self::ShadowedAnnotation | Self::KeyTooNew => &[Fact::OrgKey],
            Self::PlusOnly => &[Fact::PlusKeyRejectedByOss],
            Self::MergeableMaster => &[Fact::Mergeable],
            Self::ClusterIpUpstream => &[Fact::UseClusterIp],
            Self::DroppedBackend => &[
                Fact::PathRegex,
                Fact::ExactRegexNeverMatches,
                Fact::ExactNeverMatches,
            ],
            Self::PathMismatch => &[Fact::PathRegex],
            Self::RejectedIngress => REJECTED,
            _ => &[],
        }
    }
}

/// What rejects an Ingress beside the value.
const REJECTED: &[Fact] = &[
    Fact::ShapeValidated,
    Fact::ResourceBackendRejected,
    Fact::BackendServiceRequired,
    Fact::EmptyHostAllowable,
    Fact::UseClusterIp,
    Fact::EmptyPathRejected,
    Fact::TypedEmptyPathRejected,
    Fact::PathSyntaxRejected,
    Fact::PathBraceOrBackslashRejected,
    Fact::PathContentRejected,
    Fact::BraceInPathBreaksReload,
    Fact::PathGuardedAnywhere,
    Fact::PathGuardedBelow,
    Fact::PathTraversalRejected,
    Fact::PathPrintable,
    Fact::PathIsRegex,
    Fact::PathIsRe2,
];
