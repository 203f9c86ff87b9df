//! Ingresses of every kind: a value that is given passes the readers, and a
//! second run has nothing to do.

use proptest::prelude::*;
use stickler::lint::migrate::{Options, Outcome, migrate};
use stickler::lint::policy::{Controller, Edition, Policy, TlsTermination};
use stickler::lint::read::keys::{COMMUNITY, MERGEABLE, PATH_REGEX};
use stickler::lint::release::{Fact, Release};
use stickler::lint::subject::{
    Annotation, Backend, HostRule, PathRule, PathType, Port, Subject, TlsBlock,
};
use stickler::lint::{self, Rule, Severity};

use crate::readers::{after, errors};

const NAMES: [&str; 14] = [
    "affinity-mode",
    "session-cookie-name",
    "session-cookie-expires",
    "session-cookie-max-age",
    "session-cookie-path",
    "session-cookie-domain",
    "session-cookie-samesite",
    "session-cookie-secure",
    "session-cookie-conditional-samesite-none",
    "session-cookie-change-on-failure",
    "session-cookie-nmae",
    "ssl-redirect",
    "force-ssl-redirect",
    "server-alias",
];

const VALUES: [&str; 44] = [
    "",
    " ",
    "cookie",
    "persistent",
    "balanced",
    "true",
    "false",
    "None",
    "Lax",
    "STRICT",
    "/",
    "/tea",
    "/tea/",
    "/tea/green",
    "/te",
    "//",
    "/a?b",
    "/tea,x",
    "/../x",
    "tea",
    "~",
    "0",
    "1",
    "-1",
    "1e3",
    "0x10",
    "0x1.8",
    "1e99999",
    "1h30",
    "30d",
    "3600.5",
    "9999999999999999999",
    "example.com",
    ".example.com",
    "com",
    "a.example.com",
    "b.example.com:80",
    "secure",
    "HttpOnly",
    "__Host-a",
    "__Secure-a",
    "__Host-",
    "a b:c/d",
    "\u{e9}\"'\\;#{}$",
];

const PATHS: [&str; 20] = [
    "",
    "/",
    "/tea",
    "/tea/",
    "/tea/green",
    "/coffee",
    "/Tea",
    "/something(/|$)(.*)",
    "/tea.*",
    "^/x",
    "(",
    "/a b",
    "/a,b",
    "/\u{e9}",
    "/caf%C3%A9",
    "/./a",
    "/a;b",
    "/a\"b",
    "no-slash",
    "/v1/[a-z]+/x",
];

const HOSTS: [&str; 8] = [
    "a.example.com",
    "b.example.com",
    "*.example.com",
    "example.com",
    "localhost",
    "10.0.0.5",
    "me.github.io",
    "",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(&VALUES[..]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => Just("n".repeat(4090)),
        1 => Just(format!("/{}", "p".repeat(1030))),
    ]
}

const SERVICES: [&str; 6] = ["web", "api", "tea", "svc-b", "a b", ""];

/// Keys of the new controller that decide what becomes of the value.
const OWN: [(&str, &str); 7] = [
    ("nginx.org/path-regex", "case_insensitive"),
    ("nginx.org/path-regex", "case_sensitive"),
    ("nginx.org/path-regex", "exact"),
    ("nginx.org/mergeable-ingress-type", "minion"),
    ("nginx.org/mergeable-ingress-type", "master"),
    ("nginx.org/mergeable-ingress-type", "x"),
    ("nginx.org/use-cluster-ip", "true"),
];

fn backend(service: &'static str, port: i64) -> Backend<'static> {
    Backend {
        service: Some(service.into()),
        port: Some(Port::Number(port)),
        resource: false,
    }
}

fn rule() -> impl Strategy<Value = HostRule<'static>> {
    let kind = prop_oneof![
        Just(PathType::Prefix),
        Just(PathType::Exact),
        Just(PathType::ImplementationSpecific)
    ];
    let service = prop::sample::select(&SERVICES[..]);
    let path = (prop::sample::select(&PATHS[..]), kind, service, 80_i64..82);
    let path = path.prop_map(|(path, path_type, service, port)| PathRule {
        path: Some(path.into()),
        path_type,
        backend: backend(service, port),
    });
    let host = prop::sample::select(&HOSTS[..]);
    (host, prop::collection::vec(path, 1..4)).prop_map(|(host, paths)| HostRule {
        host: Some(host.into()),
        paths: Some(paths),
    })
}

fn subject() -> impl Strategy<Value = Subject<'static>> {
    let keys = prop::collection::btree_map(prop::sample::select(&NAMES[..]), value(), 0..7);
    let tls = prop::collection::vec(prop::sample::select(&HOSTS[..]), 0..3);
    let rules = prop::collection::vec(rule(), 0..3);
    let default = prop::option::weighted(0.3, (prop::sample::select(&SERVICES[..]), 80_i64..82));
    let own = prop::option::weighted(0.3, prop::sample::select(&OWN[..]));
    let rest = (default, own, any::<bool>());
    (keys, rules, tls, rest).prop_map(|(keys, rules, tls, (default, own, has_secret))| {
        let affinity = [("affinity", "cookie".to_owned())].into_iter().chain(keys);
        Subject {
            annotations: affinity
                .map(|(name, value)| Annotation {
                    key: format!("{COMMUNITY}{name}").into(),
                    value: value.into(),
                })
                .chain(own.map(|(key, value)| Annotation {
                    key: key.into(),
                    value: value.into(),
                }))
                .collect(),
            rules,
            default_backend: default.map(|(service, port)| backend(service, port)),
            tls: vec![TlsBlock {
                hosts: tls.into_iter().map(Into::into).collect(),
                has_secret,
            }],
            ..Subject::default()
        }
    })
}

/// Any release, or none; any edition.
fn controller() -> impl Strategy<Value = Controller> {
    let releases: Vec<_> = Release::all().collect();
    let version = prop::option::of(prop::sample::select(releases));
    let edition = prop::sample::select(&[Edition::Plus, Edition::Oss, Edition::Unknown][..]);
    (version, edition, any::<bool>()).prop_map(|(version, edition, config_safety)| Controller {
        version,
        edition,
        config_safety,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_that_is_given_passes_the_readers(
        subject in subject(),
        intent: bool,
        controller in controller(),
        upstream: bool,
    ) {
        let options = Options { intent, ..Options::default() };
        let tls = if upstream { TlsTermination::Upstream } else { TlsTermination::Ingress };
        let policy = Policy { controller: controller.clone(), tls, ..Policy::default() };
        let migration = migrate(&subject, &policy, &options);
        let migration = migration.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        prop_assert!(migration.outcome > Outcome::Nothing);
        let Some(value) = &migration.value else { return Ok(()) };
        prop_assert!(!value.contains(['"', '\\', '\n', '$', '#', '{', '}', '`', '\'']), "{value}");
        let after = after(&subject, &migration, migration.annotation);
        let policy = Policy { controller, tls: TlsTermination::Upstream, ..Policy::default() };
        for diagnostic in lint::check(&after, &policy) {
            prop_assert!(diagnostic.severity < Severity::Error, "{diagnostic:?}");
        }
        let regex = migration.notes.iter().any(|it| it.id.as_str() == "regex-routing")
            || subject.annotation(PATH_REGEX).is_some();
        let exact = after.paths().any(|(_, path)| path.path_type == PathType::Exact);
        let mergeable = subject.annotation(MERGEABLE).is_some();
        for release in Release::all() {
            // Its cookies are for paths that are never matched there.
            if exact && Fact::ExactNeverMatches.holds(release) {
                continue;
            }
            // What is a minion's for others is a whole Ingress there.
            if mergeable && !Fact::Mergeable.holds(release) {
                continue;
            }
            if !regex || Fact::PathRegex.holds(release) {
                let mut errors = errors(&after, release);
                // What a release does to a path is no matter of the value.
                errors.retain(|it| !matches!(it.rule, Rule::KeyTooNew | Rule::DroppedBackend));
                prop_assert!(errors.is_empty(), "{release} {errors:?}");
            }
        }
        let again = migrate(&after, &Policy::default(), &options).unwrap();
        prop_assert_eq!(again.outcome, Outcome::Nothing);
    }
}
