//! What ingress-nginx answered to every probe, and what the model says it does.

use stickler::ingress::Ingress;
use stickler::lint::migrate::settings::{Settings, boolean, raw};
use stickler::lint::subject::{PathType, Subject};

use crate::corpus::{Case, Probe, cases};

/// A browser that does not know `SameSite=None`.
const OLD: &str = "chrome51";

/// An Ingress as JSON, with its date and name.
type Source = ((String, String), String);

/// The recording took so many seconds; dates at the clock's ends do not move with it.
const CLOCK: f64 = 300.0;

/// What the model says of one request.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    cookie: Option<String>,
}

/// An Ingress with what ingress-nginx reads of it.
struct Site<'s> {
    subject: &'s Subject<'s>,
    settings: Settings<'s>,
    canary: bool,
    /// It makes the paths of its hosts regular expressions.
    regex: bool,
    /// A canary that takes all requests and hands on no affinity.
    legacy: bool,
}

/// A location: the Ingress, the path as it is written, the service.
struct Location<'s> {
    site: &'s Site<'s>,
    path: &'s str,
    exact: bool,
    service: &'s str,
}

fn sites<'s>(subjects: &'s [Subject<'s>], ingresses: &[&Source]) -> Vec<Site<'s>> {
    let site = |(subject, (_, json)): (&'s Subject<'s>, &&Source)| Site {
        subject,
        settings: Settings::of(subject),
        canary: boolean(subject, "canary") == Some(true),
        regex: is_regex(subject, json),
        legacy: key(json, "canary-weight").as_deref() == Some("100")
            && Settings::of(subject).legacy_canary,
    };
    subjects.iter().zip(ingresses).map(site).collect()
}

/// A key that a migration does not read, so the view has none of it.
fn key(json: &str, name: &str) -> Option<String> {
    let ingress: serde_json::Value = serde_json::from_str(json).unwrap();
    let annotations = &ingress["metadata"]["annotations"];
    let value = annotations[format!("nginx.ingress.kubernetes.io/{name}")].as_str();
    value.map(str::to_owned)
}

fn is_regex(subject: &Subject<'_>, json: &str) -> bool {
    let differs = |target: &str| {
        let mut paths = subject.paths();
        paths.any(|(_, path)| path.path.as_deref().unwrap_or("/") != target)
    };
    let uses = key(json, "use-regex").as_deref() == Some("true");
    uses || key(json, "rewrite-target").is_some_and(|target| differs(&target))
}

fn locations<'s>(sites: &'s [Site<'s>], host: &str) -> Vec<Location<'s>> {
    let of_site = |site: &'s Site<'s>| {
        let alias = raw(site.subject, "server-alias") == Some(host);
        let paths = site.subject.paths().filter(move |(rule, _)| {
            alias || rule.host.as_deref().is_none_or(|it| is_host(it, host))
        });
        paths.map(move |(_, path)| Location {
            site,
            path: path.path.as_deref().unwrap_or("/"),
            exact: path.path_type == PathType::Exact,
            service: path.backend.service.as_deref().unwrap_or_default(),
        })
    };
    sites
        .iter()
        .filter(|site| !site.canary)
        .flat_map(of_site)
        .collect()
}

fn is_host(rule: &str, host: &str) -> bool {
    match rule.strip_prefix('*') {
        Some(parent) => host.ends_with(parent),
        None => rule == host,
    }
}

/// The location that takes a URL: an exact path, else the longest.
fn route<'l, 's>(
    locations: &'l [Location<'s>],
    url: &str,
    regex: bool,
) -> Option<&'l Location<'s>> {
    // nginx compares with the decoded URL, so an escaped path is never reached.
    let decoded = url.replace("%C3%A9", "\u{e9}");
    let url = decoded.as_str();
    let takes = |location: &&Location<'_>| {
        let literal = location.path.split(['(', '$']).next().filter(|_| regex);
        let literal = literal.unwrap_or(location.path);
        let (url, path) = if regex {
            (url.to_lowercase(), literal.to_lowercase())
        } else {
            (url.to_owned(), literal.to_owned())
        };
        let below = || {
            url.strip_prefix(&path).is_some_and(|rest| {
                regex || rest.is_empty() || rest.starts_with('/') || path.ends_with('/')
            })
        };
        if location.exact { url == path } else { below() }
    };
    // Of equals the first: the older Ingress keeps the path.
    let mut found: Option<&Location<'_>> = None;
    for location in locations.iter().filter(takes) {
        let better = |best: &&Location<'_>| {
            (location.exact, location.path.len()) > (best.exact, best.path.len())
        };
        if found.as_ref().is_none_or(better) {
            found = Some(location);
        }
    }
    found
}

fn answer(sites: &[Site<'_>], probe: &Probe) -> Answer {
    let Probe(scheme, host, url, _, _, client) = probe;
    let locations = locations(sites, host);
    let route = route(&locations, url, sites.iter().any(|site| site.regex));
    let no_cookie = |status| Answer {
        status,
        cookie: None,
    };
    let own = route.map_or(sites[0].subject, |location| location.site.subject);
    let tls = sites.iter().any(|site| !site.subject.tls.is_empty());
    let redirects = tls && boolean(own, "ssl-redirect") != Some(false)
        || boolean(own, "force-ssl-redirect") == Some(true);
    if scheme == "http" && redirects {
        return no_cookie(308);
    }
    let Some(location) = route else {
        // The default backend of an Ingress answers, and never sets a cookie.
        return no_cookie(200);
    };
    if !location.site.settings.has_affinity() || is_taken_by_canary(sites, location) {
        return no_cookie(200);
    }
    let settings = shared(sites, location.service);
    match settings.set_cookie(location.path, scheme == "https", client == OLD) {
        Ok(cookie) => Answer {
            status: 200,
            cookie: Some(cookie),
        },
        Err(_) => no_cookie(500),
    }
}

/// The settings of a service: those of the youngest Ingress with affinity.
fn shared<'a, 's>(sites: &'a [Site<'s>], service: &str) -> &'a Settings<'s> {
    let names = |site: &&Site<'_>| {
        let mut paths = site.subject.paths();
        let named = paths.any(|(_, path)| path.backend.service.as_deref() == Some(service));
        named && !site.canary && site.settings.has_affinity()
    };
    &sites.iter().rfind(names).unwrap().settings
}

/// Whether a canary without affinity takes all requests of a path.
fn is_taken_by_canary(sites: &[Site<'_>], location: &Location<'_>) -> bool {
    sites.iter().any(|site| {
        let mut paths = site.subject.paths();
        let same = paths.any(|(_, path)| path.path.as_deref() == Some(location.path));
        site.canary && same && site.legacy
    })
}

/// Whether the model's cookie is the one that was sent. nginx' clock ends:
/// beyond the year 9999 it writes that year, and beyond what fits it writes
/// 1970, which the recording took for 2070.
fn agree(model: &str, sent: &str) -> bool {
    let split = |line: &'_ str| -> Option<(String, f64, String)> {
        let (head, rest) = line.split_once("Expires=NOW")?;
        let (seconds, tail) = rest.split_once(';')?;
        Some((head.to_owned(), seconds.parse().ok()?, tail.to_owned()))
    };
    let (Some(model), Some(sent)) = (split(model), split(sent)) else {
        return model == sent;
    };
    let expected = match model.1 {
        it if it.abs() > 9.2e18 || it < -1.7e9 => 1_360_104_206.0,
        it if it > 251_606_644_000.0 => 251_606_645_005.0,
        it => return model.0 == sent.0 && model.2 == sent.2 && (it - sent.1).abs() < 0.5,
    };
    model.0 == sent.0 && model.2 == sent.2 && (expected - sent.1).abs() <= CLOCK
}

fn wrong(case: &Case) -> Vec<String> {
    let mut ingresses: Vec<_> = case.ingresses.iter().collect();
    ingresses.sort_by(|(age, _), (other, _)| age.0.cmp(&other.0).then(other.1.cmp(&age.1)));
    let read = ingresses
        .iter()
        .map(|(_, json)| Ingress::from_json(json).unwrap().subject);
    let subjects: Vec<Subject<'_>> = read.collect();
    let sites = sites(&subjects, &ingresses);
    let mut wrong = Vec::new();
    for probe in &case.probes {
        let sent = probe.4.map(|number| case.cookies[number].as_str());
        let model = answer(&sites, probe);
        let same = match (&model.cookie, sent) {
            (Some(model), Some(sent)) => agree(model, sent),
            (model, sent) => model.is_none() && sent.is_none(),
        };
        if !same || model.status != probe.3 {
            let Probe(scheme, host, url, status, ..) = probe;
            wrong.push(format!(
                "line {}: {scheme}://{host}{url}: {status} {sent:?}, the model says {model:?}",
                case.line
            ));
        }
    }
    wrong
}

#[test]
fn every_probe_is_answered_as_ingress_nginx_did() {
    let cases = cases();
    let probes: usize = cases.iter().map(|case| case.probes.len()).sum();
    assert_eq!((cases.len(), probes), (1919, 8596));
    let wrong: Vec<_> = cases.iter().flat_map(wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
