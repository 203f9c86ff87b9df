//! What is noted of the Ingress as a whole.

use std::collections::HashSet;

use super::cookie::{Source, list};
use super::note::{Note, NoteId, Outcome};
use super::path::is_regex;
use super::routes::{Service, distinct};
use super::settings::{Expires, Key, boolean, raw};
use crate::lint::policy::{Controller, Edition, Policy};
use crate::lint::read::keys::{COMMUNITY, PATH_REGEX};
use crate::lint::release::Fact;
use crate::lint::subject::{PathType, Subject};
use crate::lint::text::{did_you_mean, quote};

/// The keys of ingress-nginx that are about affinity.
const KNOWN: [&str; 13] = [
    "affinity",
    "affinity-mode",
    "affinity-canary-behavior",
    "session-cookie-name",
    "session-cookie-expires",
    "session-cookie-max-age",
    "session-cookie-path",
    "session-cookie-domain",
    "session-cookie-samesite",
    "session-cookie-secure",
    "session-cookie-conditional-samesite-none",
    "session-cookie-change-on-failure",
    HASH,
];
const HASH: &str = "session-cookie-hash";

/// The keys that hold a boolean.
const BOOLEANS: [&str; 3] = [
    "session-cookie-secure",
    "session-cookie-conditional-samesite-none",
    "session-cookie-change-on-failure",
];

pub(super) fn note(source: &Source<'_>, policy: &Policy, notes: &mut Vec<Note>) {
    blocked(source, policy, notes);
    if notes.iter().any(|note| note.outcome == Outcome::Blocked) {
        return;
    }
    if !source.settings.has_affinity() || source.services.is_empty() {
        return;
    }
    routing(source, notes);
    tls(source, notes);
    same_site(source, notes);
    lifetimes(source, notes);
    refused(source, notes);
    unknown(source.subject, notes);
    behavior(source, notes);
}

fn blocked(source: &Source<'_>, policy: &Policy, notes: &mut Vec<Note>) {
    if boolean(source.subject, "canary") == Some(true) {
        let message = "canary 'true': the affinity keys of a canary are never read, and the new \
                       controller has no canary Ingresses";
        notes.push(Note::new(NoteId::Canary, Some("canary"), message));
    }
    let hostless = |host: Option<&str>| host.is_none_or(str::is_empty);
    if source
        .subject
        .rules
        .iter()
        .any(|rule| hostless(rule.host.as_deref()))
    {
        let message = "a rule has no host: the new controller rejects the Ingress unless it runs \
                       with -allow-empty-ingress-host";
        notes.push(Note::new(NoteId::NoHost, None, message));
    }
    let paths = source
        .subject
        .paths()
        .filter_map(|(_, path)| path.path.as_deref());
    let refused = |path: &&str| !path.is_empty() && is_refused_path(path);
    for path in distinct(paths.filter(refused)) {
        let message = format!(
            "the new controller rejects the Ingress for the path {}: it must begin with '/' and \
             have no whitespace and no ';'",
            quote(path)
        );
        notes.push(Note::new(NoteId::RejectedIngress, None, message));
    }
    let two_ports = |service: &&Service<'_>| service.has_two_ports();
    if source.settings.has_affinity() {
        for service in source.services.iter().filter(two_ports) {
            let message = format!(
                "one host reaches service {} on two ports: here these are two upstreams whose \
                 cookies overwrite each other",
                quote(service.name)
            );
            let mut note = Note::new(NoteId::TwoPorts, None, message);
            note.service = Some(service.name.to_owned());
            notes.push(note);
        }
    }
    too_old(source.subject, &policy.controller, notes);
}

/// What the controller's release does not know.
fn too_old(subject: &Subject<'_>, controller: &Controller, notes: &mut Vec<Note>) {
    if !controller.reads_org_key() && controller.edition == Edition::Oss {
        let message = "the open-source edition has sticky cookies from 5.4 on";
        notes.push(Note::new(NoteId::ControllerTooOld, None, message));
    }
    let mut paths = subject.paths().filter_map(|(_, it)| it.path.as_deref());
    let takes_patterns = |release| Fact::PathRegex.holds(release);
    if !controller.version.is_none_or(takes_patterns) && paths.any(is_regex) {
        let message = "a path is a regular expression, which the controller takes for one from \
                       3.3 on";
        notes.push(Note::new(NoteId::ControllerTooOld, None, message));
    }
}

/// NIC, `internal/k8s/validation.go`, from 2.3 on.
fn is_refused_path(path: &str) -> bool {
    !path.starts_with('/') || path.contains([' ', '\t', '\n', '\x0c', '\r', ';'])
}

fn routing(source: &Source<'_>, notes: &mut Vec<Note>) {
    let paths = source
        .subject
        .paths()
        .filter_map(|(_, path)| path.path.as_deref());
    let patterns = distinct(paths.filter(|path| is_regex(path)));
    if !patterns.is_empty() {
        notes.push(regex_routing(source.subject, &patterns));
    }
    if let Some(alias) = raw(source.subject, "server-alias").filter(|it| !it.trim().is_empty()) {
        let message = format!(
            "server-alias {} has no counterpart here: give each of these hosts a rule",
            quote(alias)
        );
        notes.push(Note::new(
            NoteId::ServerAlias,
            Some("server-alias"),
            message,
        ));
    }
    let default = source.subject.default_backend.as_ref();
    let default = default.and_then(|backend| backend.service.as_deref());
    let sticks = default.filter(|name| source.services.iter().any(|it| it.name == *name));
    if let Some(name) = sticks {
        let message = format!(
            "the default backend {} never stuck; here its requests stick as those of its paths do",
            quote(name)
        );
        notes.push(Note::new(NoteId::DefaultBackendNowSticks, None, message));
    }
}

/// Paths that are regular expressions, which the new controller takes for such
/// only with a key of its own.
fn regex_routing(subject: &Subject<'_>, patterns: &[&str]) -> Note {
    let (are, they_need) = match patterns {
        [_] => ("is a regular expression", "it needs"),
        _ => ("are regular expressions", "they need"),
    };
    let key = match subject.annotation(PATH_REGEX) {
        Some("case_insensitive") => "nginx.org/path-regex is there already".to_owned(),
        Some(other) => format!(
            "ingress-nginx ignored case, as nginx.org/path-regex: \"case_insensitive\" does here, \
             not {}",
            quote(other)
        ),
        None => format!("{they_need} nginx.org/path-regex: \"case_insensitive\" here"),
    };
    let mut types = subject.paths().map(|(_, path)| path.path_type);
    let exact = if types.any(|it| it == PathType::Exact) {
        ", and its paths of type Exact another type, because such a location never matches"
    } else {
        ""
    };
    let message = format!("{} {are}: {key}{exact}", list(patterns));
    let mut note = Note::new(NoteId::RegexRouting, None, message);
    if subject.annotation(PATH_REGEX).is_some() {
        note.outcome = Outcome::Exact;
    }
    note
}

fn hosts<'s>(source: &Source<'s>) -> Vec<&'s str> {
    distinct(source.services.iter().flat_map(Service::hosts))
}

fn tls(source: &Source<'_>, notes: &mut Vec<Note>) {
    let hosts = hosts(source);
    let unnamed: Vec<_> = hosts
        .iter()
        .copied()
        .filter(|host| !source.has_tls(host))
        .collect();
    let served: HashSet<&str> = hosts.iter().copied().collect();
    let has_tls = !source.subject.tls.is_empty();
    if has_tls && !unnamed.is_empty() && !source.settings.secure {
        let message = format!(
            "spec.tls does not name {}: ingress-nginx served it over https all the same, here it \
             is served over http only",
            list(&unnamed)
        );
        notes.push(Note::new(NoteId::TlsNotNamed, None, message));
    }
    let blocks = source.subject.tls.iter();
    let without = blocks
        .filter(|block| !block.has_secret)
        .flat_map(|block| &block.hosts);
    let without = distinct(
        without
            .map(AsRef::as_ref)
            .filter(|host| served.contains(host)),
    );
    if !without.is_empty() {
        let message = format!(
            "spec.tls has no secretName for {}: ingress-nginx used its default certificate, here \
             TLS handshakes are rejected unless the controller has a wildcard secret",
            list(&without)
        );
        notes.push(Note::new(NoteId::TlsWithoutSecret, None, message));
    }
    let redirects = source.redirects();
    if hosts.iter().any(|host| source.has_tls(host) != redirects) {
        let message = if redirects {
            "ingress-nginx redirects http to https for every host, the new controller for the \
             hosts that spec.tls names: see nginx.org/redirect-to-https"
        } else {
            "ingress-nginx does not redirect http to https here, the new controller does for the \
             hosts that spec.tls names: set nginx.org/ssl-redirect: \"false\""
        };
        notes.push(Note::new(NoteId::Redirect, Some("ssl-redirect"), message));
    }
}

fn same_site(source: &Source<'_>, notes: &mut Vec<Note>) {
    const KEY: &str = "session-cookie-samesite";
    let settings = &source.settings;
    let value = settings.same_site.value.as_deref();
    match (value, settings.sent_same_site()) {
        (Some(value), None) => {
            let (id, what) = if source.options.intent {
                (NoteId::Intended, "it is written as intended")
            } else {
                (NoteId::SameSiteNeverSent, "it is left out")
            };
            let message = format!(
                "{KEY} {} was never sent: only None, Lax and Strict are, spelled so; {what}",
                quote(value)
            );
            notes.push(Note::new(id, Some(KEY), message));
        }
        (_, Some("None")) if settings.conditional => {
            let key = "session-cookie-conditional-samesite-none";
            let message = "SameSite=None was left out for browsers that do not know it; here all \
                           browsers get it";
            notes.push(Note::new(NoteId::ConditionalSameSite, Some(key), message));
        }
        _ => {}
    }
}

fn lifetimes(source: &Source<'_>, notes: &mut Vec<Note>) {
    const EXPIRES: &str = "session-cookie-expires";
    const MAX_AGE: &str = "session-cookie-max-age";
    let settings = &source.settings;
    let written = |key: &Key<'_>| key.raw.is_some_and(|raw| !raw.trim().is_empty());
    if let (Some(max_age), Some(expires)) = (settings.effective_max_age(), source.expires_in())
        && max_age != expires
    {
        let message =
            format!("{MAX_AGE} {max_age} and {EXPIRES} {expires} differ; browsers obey the first");
        notes.push(Note::new(NoteId::TwoLifetimes, Some(MAX_AGE), message));
    }
    if written(&settings.expires) && settings.expires() == Expires::None {
        notes.push(without_effect(
            NoteId::ExpiresRefused,
            EXPIRES,
            &settings.expires,
        ));
    }
    if written(&settings.max_age) && settings.effective_max_age().is_none() {
        notes.push(without_effect(
            NoteId::MaxAgeRefused,
            MAX_AGE,
            &settings.max_age,
        ));
    }
    if let Some(seconds) = source.intended_lifetime() {
        let message = format!("the lifetime is written as intended: {seconds} seconds");
        notes.push(Note::new(NoteId::Intended, Some(EXPIRES), message));
    }
}

fn without_effect(id: NoteId, name: &str, key: &Key<'_>) -> Note {
    let raw = quote(key.raw.unwrap_or_default());
    let message =
        format!("{name} {raw} is not a number of seconds and had no effect; it is left out");
    Note::new(id, Some(name), message)
}

fn refused(source: &Source<'_>, notes: &mut Vec<Note>) {
    let settings = &source.settings;
    let mut say = |name: &str, raw: &str| {
        let message = format!(
            "ingress-nginx refused {name} {} and took its default",
            quote(raw)
        );
        notes.push(Note::new(NoteId::ValueRefused, Some(name), message));
    };
    for (name, key) in [
        ("affinity-mode", &settings.mode),
        ("session-cookie-name", &settings.name),
        ("session-cookie-path", &settings.path),
        ("session-cookie-domain", &settings.domain),
        ("session-cookie-samesite", &settings.same_site),
    ] {
        if key.is_refused() {
            say(name, key.raw.unwrap_or_default());
        }
    }
    for name in BOOLEANS {
        let written = raw(source.subject, name).filter(|raw| !raw.trim().is_empty());
        if let Some(raw) = written.filter(|_| boolean(source.subject, name).is_none()) {
            say(name, raw);
        }
    }
}

fn unknown(subject: &Subject<'_>, notes: &mut Vec<Note>) {
    let keys = subject.annotations.iter().map(|annotation| &annotation.key);
    for key in keys.filter_map(|key| key.strip_prefix(COMMUNITY)) {
        if !super::is_affinity(key) || KNOWN.contains(&key) {
            continue;
        }
        let suggestion = did_you_mean(key, KNOWN.into_iter().filter(|known| *known != HASH));
        let help = suggestion.map_or_else(String::new, |known| format!("; did you mean {known}?"));
        let message = format!("ingress-nginx does not know {}{help}", quote(key));
        notes.push(Note::new(NoteId::UnknownKey, Some(key), message));
    }
}

fn behavior(source: &Source<'_>, notes: &mut Vec<Note>) {
    if raw(source.subject, HASH).is_some() {
        let message = format!("{HASH} has had no effect for years; it is left out");
        notes.push(Note::new(NoteId::Hash, Some(HASH), message));
    }
    if !source.settings.is_persistent() {
        let message = "ingress-nginx balanced sessions anew when the number of pods changed; here \
                       a session stays with its pod while that lives";
        notes.push(Note::new(NoteId::Balanced, Some("affinity-mode"), message));
    }
    if !source.settings.change_on_failure {
        let message = "a session stayed with a dead pod until its endpoint went; here it moves to \
                       another pod at once";
        let key = Some("session-cookie-change-on-failure");
        notes.push(Note::new(NoteId::Failover, key, message));
    }
}
