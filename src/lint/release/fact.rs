//! The releases, and what is true from which to which.

use super::{Name, Release, Releases};

/// Where the behaviour of the controller can change, oldest first; a patch level
/// that differs comes before its version, which means the ones after it. The
/// long-term support releases, which branch off, come last.
pub(super) const LINES: &[Name] = &[
    Name::Version(1, 0, None),
    Name::Version(1, 1, None),
    Name::Version(1, 2, None),
    Name::Version(1, 3, None),
    Name::Version(1, 4, None),
    Name::Version(1, 5, None),
    Name::Version(1, 6, None),
    Name::Version(1, 7, None),
    Name::Version(1, 8, None),
    Name::Version(1, 9, None),
    Name::Version(1, 10, None),
    Name::Version(1, 11, None),
    Name::Version(1, 12, None),
    Name::Version(2, 0, None),
    Name::Version(2, 1, None),
    Name::Version(2, 2, None),
    Name::Version(2, 3, None),
    Name::Version(2, 4, None),
    Name::Version(3, 0, None),
    Name::Version(3, 1, None),
    Name::Version(3, 2, None),
    Name::Version(3, 3, None),
    Name::Version(3, 4, None),
    Name::Version(3, 5, None),
    Name::Version(3, 6, None),
    Name::Version(3, 7, None),
    Name::Version(4, 0, None),
    Name::Version(5, 0, None),
    Name::Version(5, 1, None),
    Name::Version(5, 2, None),
    Name::Version(5, 3, None),
    Name::Version(5, 4, None),
    Name::Version(5, 5, None),
    // The first patch level differs from those after it, which `5.6` means.
    Name::Version(5, 6, Some(0)),
    Name::Version(5, 6, None),
    // Revisions 1 to 4, and those from 5 on, which `2026-lts` means.
    Name::Lts(2026, Some(1)),
    Name::Lts(2026, None),
];

/// The first revision of `2026-lts` with the checks of 5.6 (presumed).
pub(super) const FIRST_STRICT_REVISION: u32 = 5;

/// Turns the table below into [`Fact`] and its methods.
macro_rules! facts {
    ($($(#[$comment:meta])* $fact:ident, $summary:literal, $releases:expr;)+) => {
        /// Something that the controller does in some of its releases only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fact {
            $(#[doc = $summary] #[doc = ""] $(#[$comment])* $fact,)+
        }

        /// The releases of each fact, worked out once.
        static RELEASES: [Releases; Fact::ALL.len()] = [$($releases,)+];

        impl Fact {
            /// Every fact, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$fact,)+];

            /// The releases of which it is true.
            #[must_use]
            pub const fn releases(self) -> Releases {
                RELEASES[self as usize]
            }

            /// What is true of them: a clause.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$fact => $summary,)+
                }
            }
        }
    };
}

const fn since(major: u32, minor: u32) -> Releases {
    Releases::since((major, minor))
}

const fn until(major: u32, minor: u32) -> Releases {
    Releases::until((major, minor))
}

const fn between(from: (u32, u32), to: (u32, u32)) -> Releases {
    Releases::between(from, to)
}

const LTS: Releases = Releases::LTS;
const LTS_R1_TO_R4: Releases = Releases::LTS_FIRST;
const LTS_SINCE_R5: Releases = Releases::LTS_NEWEST;
const ONLY_5_6_0: Releases = Releases::patch_level(5, 6, 0);

facts! {
    // The reader of a value: exactly one of the four is true of a release.
    /// `internal/configs/parsing_helpers.go`: a bad entry is logged and skipped.
    LenientReader, "a malformed entry is skipped alone, and nothing is rejected",
        until(1, 9);
    /// `internal/k8s/validation.go`, `validateStickyServiceListAnnotation`.
    WholeReader, "one malformed entry rejects the Ingress",
        between((1, 10), (2, 2));
    /// The same, with `validateEscapedStringWithVariables` for the parameters.
    QuotedReader, "parameters with '\"', '$' or a '\\' at the end reject the Ingress too",
        between((2, 3), (5, 5)).and(LTS_R1_TO_R4);
    /// The same, with `ValidateDirectiveValue` (CVE-2026-77180). Presumed for
    /// 5.6.0 and for revision 5 of 2026-lts.
    StrictReader, "line breaks, '`', '#', braces outside quotes and open quotes reject the Ingress too",
        since(5, 6).and(LTS_SINCE_R5);

    // The keys.
    /// Release notes of 5.4.0. Before, it is an unknown key that is not validated.
    OrgKey, "'nginx.org/sticky-cookie-services' is read",
        since(5, 4).and(LTS);
    /// `annotation requires NGINX Plus`; before, the key has no effect there.
    PlusKeyRejectedByOss, "'nginx.com/sticky-cookie-services' on the open-source edition rejects the Ingress",
        since(1, 10).and(LTS);
    SameSite, "nginx knows 'samesite='",
        since(1, 10).and(LTS);
    /// A master and its minions.
    Mergeable, "'nginx.org/mergeable-ingress-type' is read",
        since(1, 2).and(LTS);
    /// Release notes of 3.3.0.
    PathRegex, "'nginx.org/path-regex' is read",
        since(3, 3).and(LTS);
    /// Release notes of 3.5.0.
    UseClusterIp, "'nginx.org/use-cluster-ip' is read",
        since(3, 5).and(LTS);

    // The Ingress around them.
    ClassRequired, "an Ingress without class is not handled",
        since(2, 0).and(LTS);
    /// No rules, a repeated host, an unknown mergeable type, the shape of
    /// masters and minions.
    ShapeValidated, "the shape of the Ingress is validated",
        since(1, 9).and(LTS);
    ResourceBackendRejected, "a resource backend rejects the Ingress",
        since(2, 0).and(LTS);
    BackendServiceRequired, "a backend without service rejects the Ingress",
        since(5, 5);
    EmptyHostAllowable, "'-allow-empty-ingress-host' allows a rule without host",
        since(5, 5);
    ConfigSafety, "'-enable-config-safety' exists",
        since(5, 4).and(LTS);

    // What a location does.
    /// Its path is written without quotes.
    BraceInPathBreaksReload, "nginx does not load a path with '{'",
        between((2, 4), (5, 5)).and(LTS_R1_TO_R4);
    ExactRegexNeverMatches, "type Exact with 'nginx.org/path-regex' never matches",
        since(3, 3).and(LTS);
    ExactNeverMatches, "type Exact never matches",
        ONLY_5_6_0;

    // Paths that reject the Ingress.
    EmptyPathRejected, "an empty path rejects the Ingress whatever its type",
        between((2, 3), (3, 0));
    TypedEmptyPathRejected, "an empty path rejects the Ingress unless its type is ImplementationSpecific",
        since(2, 3).and(LTS);
    PathSyntaxRejected, "a path without leading '/', with white space or with ';' rejects the Ingress",
        since(2, 3).and(LTS);
    PathBraceOrBackslashRejected, "a path with '{', '}' or '\\' rejects the Ingress",
        between((2, 3), (2, 3));
    /// An unescaped `"`, a last `\`, letters in braces, `/etc/`, `\n`, a last `\r`.
    PathContentRejected, "a path with an unescaped '\"', a '\\' at the end, letters in braces, '/etc/' at the start or a spelled-out line break rejects the Ingress",
        since(2, 4).and(LTS);
    /// `/products/variants` is one.
    PathGuardedAnywhere, "a path with '/root' or '/var' anywhere in it rejects the Ingress",
        between((2, 4), (5, 5)).and(LTS_R1_TO_R4);
    PathGuardedBelow, "a path that is, or is below, '/root' or '/var' rejects the Ingress",
        since(5, 6).and(LTS_SINCE_R5);
    PathTraversalRejected, "a path with '//' at the start or a '..' segment rejects the Ingress",
        since(5, 5).and(LTS_SINCE_R5);
    /// Go's `unicode.IsPrint`. Presumed for 5.6.0.
    PathPrintable, "a path with a character that is not printable rejects the Ingress",
        since(5, 6).and(LTS_SINCE_R5);
    PathIsRegex, "a path that is not a regular expression rejects the Ingress",
        since(2, 4).and(LTS);
    /// Go's `regexp`, which has no lookaround.
    PathIsRe2, "a path that is not an RE2 expression rejects the Ingress",
        between((2, 4), (3, 3));
}

impl Fact {
    /// Whether it is true of a release.
    #[must_use]
    pub const fn holds(self, release: Release) -> bool {
        self.releases().has(release)
    }
}
