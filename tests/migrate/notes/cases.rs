//! Notes of a migration, each with the smallest Ingress that brings it, and with
//! those that nearly do.

use stickler::lint::migrate::{Migration, Options, migrate};
use stickler::lint::policy::{Controller, Edition, Policy};
use stickler::lint::read::keys::{COMMUNITY, ORG_KEY};
use stickler::lint::subject::{
    Annotation, Backend, HostRule, PathRule, PathType, Port, Subject, TlsBlock,
};

/// A note and the Ingress that brings it.
pub(super) struct Case {
    pub(super) id: &'static str,
    /// The keys of ingress-nginx; one with a `/` has a prefix of its own.
    pub(super) keys: &'static [(&'static str, &'static str)],
    /// `host/path service[:port]`, with `=` in front for the type Exact.
    pub(super) rules: &'static [&'static str],
    /// The hosts of `spec.tls`, with `!` in front where there is no secret.
    tls: &'static [&'static str],
    change: fn(&mut Subject<'static>, &mut Options, &mut Policy),
}

pub(super) const ROOT: &[&str] = &["a.example.com/ web"];
const COOKIE: (&str, &str) = ("affinity", "cookie");

const fn case(
    id: &'static str,
    keys: &'static [(&'static str, &'static str)],
    rules: &'static [&'static str],
) -> Case {
    let (tls, change) = (&[] as &[_], nothing as fn(&mut _, &mut _, &mut _));
    Case {
        id,
        keys,
        rules,
        tls,
        change,
    }
}

fn nothing(_: &mut Subject<'static>, _: &mut Options, _: &mut Policy) {}

impl Case {
    const fn tls(mut self, hosts: &'static [&'static str]) -> Self {
        self.tls = hosts;
        self
    }

    const fn with(mut self, change: fn(&mut Subject<'static>, &mut Options, &mut Policy)) -> Self {
        self.change = change;
        self
    }
}

pub(super) const CASES: &[Case] = &[
    case("canary", &[COOKIE, ("canary", "true")], ROOT),
    case("no-host", &[COOKIE], &["/ web"]),
    case("rejected-ingress", &[COOKIE], &["a.example.com/a;b web"]),
    case(
        "two-ports",
        &[COOKIE],
        &["a.example.com/a web:80", "a.example.com/b web:81"],
    ),
    case(
        "unwritable",
        &[COOKIE, ("session-cookie-path", "/a,b")],
        ROOT,
    ),
    case("controller-too-old", &[COOKIE], ROOT).with(|_, _, policy| {
        policy.controller = Controller {
            edition: Edition::Oss,
            version: Some("5.3".parse().unwrap()),
            ..Controller::default()
        };
    }),
    case("no-affinity", &[("session-cookie-name", "route")], ROOT),
    case("default-backend", &[COOKIE], &[]).with(|subject, _, _| {
        subject.default_backend = Some(backend("web"));
    }),
    case(
        "expires-error",
        &[COOKIE, ("session-cookie-expires", "1h30")],
        ROOT,
    ),
    case("expired", &[COOKIE, ("session-cookie-max-age", "0")], ROOT),
    case(
        "domain-mismatch",
        &[COOKIE, ("session-cookie-domain", "b.example.com")],
        ROOT,
    ),
    case(
        "path-never-matches",
        &[COOKIE, ("session-cookie-path", "/te")],
        &["a.example.com/tea web"],
    ),
    case("regex-path", &[COOKIE], &["a.example.com/tea(/|$)(.*) web"]),
    case(
        "persistent-shared-name",
        &[COOKIE, ("affinity-mode", "persistent")],
        &["a.example.com/ web", "a.example.com/api api"],
    ),
    case(
        "service-upstream",
        &[COOKIE, ("service-upstream", "true")],
        ROOT,
    ),
    case(
        "ssl-passthrough",
        &[COOKIE, ("ssl-passthrough", "true")],
        ROOT,
    ),
    case(
        "cookie-prefix",
        &[COOKIE, ("session-cookie-name", "__Host-route")],
        &["a.example.com/tea web"],
    ),
    case(
        "regex-routing",
        &[COOKIE],
        &["a.example.com/tea(/|$)(.*) web"],
    ),
    case(
        "server-alias",
        &[COOKIE, ("server-alias", "b.example.com")],
        ROOT,
    ),
    case(
        "samesite-none-insecure",
        &[COOKIE, ("session-cookie-samesite", "None")],
        ROOT,
    ),
    case(
        "name-changed",
        &[COOKIE, ("session-cookie-name", "a/b")],
        ROOT,
    ),
    case(
        "renamed",
        &[COOKIE, ("session-cookie-path", "/")],
        &["a.example.com/a web", "a.example.com/b api"],
    ),
    case(
        "paths-merged",
        &[COOKIE],
        &["a.example.com/a web", "a.example.com/b web"],
    ),
    case(
        "path-ignored",
        &[COOKIE, ("session-cookie-path", "tea")],
        ROOT,
    ),
    case("path-given", &[COOKIE], &["a.example.com/tea web"]).with(|_, options, _| {
        options.paths = vec![("web".to_owned(), "/".to_owned())];
    }),
    case(
        "intended",
        &[COOKIE, ("session-cookie-expires", "1h")],
        ROOT,
    )
    .with(|_, options, _| {
        options.intent = true;
    }),
    case(
        "secure-on-https-only",
        &[COOKIE, ("ssl-redirect", "false")],
        ROOT,
    )
    .tls(&["a.example.com"]),
    case("tls-not-named", &[COOKIE], ROOT).tls(&["b.example.com"]),
    case("tls-without-secret", &[COOKIE], ROOT).tls(&["!a.example.com"]),
    case(
        "conditional-samesite",
        &[
            COOKIE,
            ("session-cookie-samesite", "None"),
            ("session-cookie-conditional-samesite-none", "true"),
        ],
        ROOT,
    ),
    case("default-backend-now-sticks", &[COOKIE], ROOT).with(|subject, _, _| {
        subject.default_backend = Some(backend("web"));
    }),
    case(
        "secure-needs-tls",
        &[COOKIE, ("session-cookie-secure", "true")],
        ROOT,
    ),
    case(
        "two-lifetimes",
        &[
            COOKIE,
            ("session-cookie-max-age", "60"),
            ("session-cookie-expires", "120"),
        ],
        ROOT,
    ),
    case(
        "expires-refused",
        &[COOKIE, ("session-cookie-expires", "-0")],
        ROOT,
    ),
    case(
        "max-age-refused",
        &[COOKIE, ("session-cookie-max-age", "1h30")],
        ROOT,
    ),
    case(
        "samesite-never-sent",
        &[COOKIE, ("session-cookie-samesite", "lax")],
        ROOT,
    ),
    case(
        "value-refused",
        &[COOKIE, ("session-cookie-secure", "yes")],
        ROOT,
    ),
    case(
        "unknown-key",
        &[COOKIE, ("session-cookie-nmae", "route")],
        ROOT,
    ),
    case(
        "path-covers-some",
        &[COOKIE, ("session-cookie-path", "/tea/green")],
        &["a.example.com/tea web"],
    ),
    case(
        "domain-covers-some",
        &[COOKIE, ("session-cookie-domain", "a.example.com")],
        &["a.example.com/ web", "b.example.com/ web"],
    ),
    case(
        "regex-path-unjudged",
        &[COOKIE, ("session-cookie-path", "/green")],
        &["a.example.com/tea(/|$)(.*) web"],
    ),
    case("redirect", &[COOKIE, ("force-ssl-redirect", "true")], ROOT),
    case("hash", &[COOKIE, ("session-cookie-hash", "sha1")], ROOT),
    case("balanced", &[COOKIE], ROOT),
    case("failover", &[COOKIE], ROOT),
    case(
        "already-migrated",
        &[COOKIE, (ORG_KEY, "serviceName=web a path=/")],
        ROOT,
    ),
];

/// Ingresses that differ from one that brings the note by one thing of the spec,
/// and do not bring it.
pub(super) const NEARLY: &[Case] = &[
    case("no-host", &[COOKIE], &["*.example.com/ web"]),
    case("rejected-ingress", &[COOKIE], &["a.example.com/a%3Bb web"]),
    case(
        "two-ports",
        &[COOKIE],
        &["a.example.com/ web:80", "b.example.com/ web:81"],
    ),
    case(
        "two-ports",
        &[COOKIE],
        &["a.example.com/a web:80", "a.example.com/b api:81"],
    ),
    case("default-backend", &[COOKIE], ROOT).with(|subject, _, _| {
        subject.default_backend = Some(backend("api"));
    }),
    case(
        "domain-mismatch",
        &[COOKIE, ("session-cookie-domain", "example.com")],
        ROOT,
    ),
    case(
        "path-never-matches",
        &[COOKIE, ("session-cookie-path", "/te")],
        &["a.example.com/te/a web"],
    ),
    case("regex-path", &[COOKIE], &["a.example.com/tea.html web"]),
    case(
        "persistent-shared-name",
        &[COOKIE, ("affinity-mode", "persistent")],
        &["a.example.com/ web", "a.example.com/api web"],
    ),
    case(
        "persistent-shared-name",
        &[COOKIE, ("affinity-mode", "persistent")],
        &["a.example.com/ web", "b.example.com/ api"],
    ),
    case("regex-routing", &[COOKIE], &["a.example.com/tea.html web"]),
    case("server-alias", &[COOKIE, ("server-alias", " ")], ROOT),
    case(
        "samesite-none-insecure",
        &[COOKIE, ("session-cookie-samesite", "None")],
        ROOT,
    )
    .tls(&["a.example.com"]),
    case(
        "renamed",
        &[COOKIE, ("session-cookie-path", "/")],
        &["a.example.com/a web", "b.example.com/b api"],
    ),
    case(
        "secure-on-https-only",
        &[COOKIE, ("ssl-redirect", "false")],
        ROOT,
    ),
    case("tls-not-named", &[COOKIE], ROOT).tls(&["b.example.com", "a.example.com"]),
    case("tls-without-secret", &[COOKIE], ROOT).tls(&["a.example.com", "!b.example.com"]),
    case("default-backend-now-sticks", &[COOKIE], ROOT).with(|subject, _, _| {
        subject.default_backend = Some(backend("api"));
    }),
    case(
        "secure-needs-tls",
        &[COOKIE, ("session-cookie-secure", "true")],
        ROOT,
    )
    .tls(&["a.example.com"]),
    case(
        "path-covers-some",
        &[COOKIE, ("session-cookie-path", "/tea/green")],
        &["a.example.com/tea/green web"],
    ),
    case(
        "domain-covers-some",
        &[COOKIE, ("session-cookie-domain", "example.com")],
        &["a.example.com/ web", "b.example.com/ web"],
    ),
    case(
        "regex-path-unjudged",
        &[COOKIE, ("session-cookie-path", "/tea")],
        &["a.example.com/tea(/|$)(.*) web"],
    ),
    case("redirect", &[COOKIE], ROOT).tls(&["a.example.com"]),
];

fn backend(service: &'static str) -> Backend<'static> {
    Backend {
        service: Some(service.into()),
        ..Backend::default()
    }
}

/// A rule for each host.
pub(super) fn rules(texts: &[&'static str]) -> Vec<HostRule<'static>> {
    let mut rules: Vec<HostRule<'static>> = Vec::new();
    for rule in texts.iter().map(|text| rule(text)) {
        match rules.iter_mut().find(|known| known.host == rule.host) {
            Some(known) => known.paths.as_mut().unwrap().extend(rule.paths.unwrap()),
            None => rules.push(rule),
        }
    }
    rules
}

fn rule(text: &'static str) -> HostRule<'static> {
    let (path_type, text) = match text.strip_prefix('=') {
        Some(text) => (PathType::Exact, text),
        None => (PathType::Prefix, text),
    };
    let (url, service) = text.split_once(' ').unwrap();
    let (service, port) = service.split_once(':').unwrap_or((service, "80"));
    let at = url.find('/').unwrap();
    let path = PathRule {
        path: Some(url[at..].into()),
        path_type,
        backend: Backend {
            port: Some(Port::Number(port.parse().unwrap())),
            ..backend(service)
        },
    };
    HostRule {
        host: Some(url[..at].into()).filter(|_| at > 0),
        paths: Some(vec![path]),
    }
}

/// What comes of a case without one of its keys, or with all of them.
pub(super) fn outcome(case: &Case, left_out: Option<usize>) -> Migration {
    let keys = case.keys.iter().enumerate();
    let annotations = keys.filter(|(number, _)| Some(*number) != left_out);
    let annotation = |(_, &(key, value)): (usize, &(&str, &'static str))| Annotation {
        key: if key.contains('/') {
            key.to_owned().into()
        } else {
            format!("{COMMUNITY}{key}").into()
        },
        value: value.into(),
    };
    let tls = |host: &&'static str| TlsBlock {
        hosts: vec![host.trim_start_matches('!').into()],
        has_secret: !host.starts_with('!'),
    };
    let mut subject = Subject {
        annotations: annotations.map(annotation).collect(),
        rules: rules(case.rules),
        tls: case.tls.iter().map(tls).collect(),
        ..Subject::default()
    };
    let (mut options, mut policy) = (Options::default(), Policy::default());
    (case.change)(&mut subject, &mut options, &mut policy);
    migrate(&subject, &policy, &options).unwrap()
}
