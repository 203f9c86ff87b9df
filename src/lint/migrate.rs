//! From ingress-nginx to this controller with the sessions intact: an Ingress
//! in; outcome, value and notes out.
//!
//! ```text
//! keys of ingress-nginx ─ settings ─▶ what it sent ─ cookie ─▶ entries ─▶ a value ─ check ─▶ outcome
//! ```
//!
//! [`settings`] is what ingress-nginx made of its keys, established by running
//! it (v1.15.1: its Go controller, its template and its Lua). What the value
//! does here is for the readers of this crate to say.

mod broken;
mod claims;
mod cookie;
mod cookie_path;
mod domain;
mod facts;
mod migration;
mod note;
pub mod number;
mod path;
mod refuse;
mod rival;
mod routes;
pub mod settings;

use std::borrow::Cow;

pub use migration::{Condemned, Migration};
pub use note::{Note, NoteId, Outcome};

use super::consequence::Severity;
use super::policy::{Controller, Policy, TlsTermination};
use super::read::keys::{COMMUNITY, ORG_KEY, PATH_REGEX, PLUS_KEY};
use super::read::nginx::suggest::is_one_word;
use super::rules::Rule;
use super::subject::{Annotation, PathType, Subject};
use super::text::quote;
use cookie::{Cookie, Draft, Source};
use refuse::{not_the_value, two_ports, unwritable};

/// The name that all cookies have while their paths are compared.
const COMMON_NAME: &str = "c";

/// What the user asks for beyond the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Write what was intended where it never worked: `samesite` in any case,
    /// lifetimes with units.
    pub intent: bool,
    /// The cookie path of a service, by the service's name; the last one counts.
    pub paths: Vec<(String, String)>,
}

/// Whether `key`, without the prefix, is one that a migration takes the place of.
#[must_use]
pub fn is_affinity(key: &str) -> bool {
    matches!(
        key,
        "affinity" | "affinity-mode" | "affinity-canary-behavior"
    ) || key.starts_with("session-cookie-")
}

/// Whether browsers return a cookie of this path, and the annotation can hold it.
#[must_use]
pub fn is_cookie_path(path: &str) -> bool {
    path::is_usable(path) && is_one_word(path)
}

/// Whether an Ingress has affinity keys of ingress-nginx.
#[must_use]
pub fn is_candidate(subject: &Subject<'_>) -> bool {
    let mut keys = subject.annotations.iter().map(|annotation| &annotation.key);
    keys.any(|key| key.strip_prefix(COMMUNITY).is_some_and(is_affinity))
}

/// The value that does in this controller what the affinity keys of `subject`
/// did in ingress-nginx, and how well it does.
///
/// ```
/// use stickler::ingress::Ingress;
/// use stickler::lint::{Policy, migrate::{Options, migrate}};
///
/// let json = r#"{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
///     "metadata": {"annotations": {"nginx.ingress.kubernetes.io/affinity": "cookie"}},
///     "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": [
///         {"path": "/tea", "pathType": "Prefix", "backend": {"service": {"name": "tea-svc"}}}]}}]}}"#;
/// let subject = Ingress::from_json(json).unwrap().subject;
/// let migration = migrate(&subject, &Policy::default(), &Options::default()).unwrap();
/// assert_eq!(migration.entries[0].0, "tea-svc");
/// ```
pub fn migrate(
    subject: &Subject<'_>,
    policy: &Policy,
    options: &Options,
) -> Result<Migration, Condemned> {
    let mut migration = Migration::new(key_for(&policy.controller));
    if !is_candidate(subject) {
        return Ok(migration);
    }
    if let Some(key) = [ORG_KEY, PLUS_KEY]
        .into_iter()
        .find(|key| subject.annotation(key).is_some())
    {
        let message = format!("{key} is there already; the keys of ingress-nginx are left over");
        migration
            .notes
            .push(Note::new(NoteId::AlreadyMigrated, None, message));
        return Ok(migration);
    }
    let source = Source::new(subject, options, policy.tls);
    let cookies = draft(&source, &mut migration);
    facts::note(&source, policy, &mut migration.notes);
    let blocked = migration
        .notes
        .iter()
        .any(|note| note.outcome == Outcome::Blocked);
    if let Some(cookies) = cookies.filter(|_| !blocked) {
        write(&source, policy, cookies, &mut migration)?;
    }
    finish(&mut migration);
    Ok(migration)
}

/// The key that the controller reads.
fn key_for(controller: &Controller) -> &'static str {
    if controller.reads_org_key() {
        ORG_KEY
    } else {
        PLUS_KEY
    }
}

/// The cookie of each service; `None` where there is nothing to make one of.
fn draft(source: &Source<'_>, migration: &mut Migration) -> Option<Vec<Cookie>> {
    let mut possible = true;
    if !source.settings.has_affinity() {
        migration.notes.push(no_affinity(source));
        possible = false;
    }
    if source.services.is_empty() {
        let message = "only a default backend, which never stuck and which the new controller \
                       does not accept alone";
        migration
            .notes
            .push(Note::new(NoteId::DefaultBackend, None, message));
        possible = false;
    }
    if !possible {
        return None;
    }
    let drafts: Vec<_> = source
        .services
        .iter()
        .map(|service| source.draft(service))
        .collect();
    let broken = broken::by_service(source);
    let (cookies, notes) = merge(drafts, broken);
    migration.notes.extend(notes);
    Some(cookies)
}

fn no_affinity(source: &Source<'_>) -> Note {
    let message = match source.settings.affinity.raw {
        None => "there is no affinity key, so the others had no effect".to_owned(),
        Some(raw) => format!(
            "affinity {} is not 'cookie', so ingress-nginx ignored it and every session-cookie key",
            quote(raw)
        ),
    };
    Note::new(NoteId::NoAffinity, Some("affinity"), message)
}

/// One list of notes: a note that all services have is given once, and what
/// broke only some of them is a lesser outcome than what broke all.
fn merge(drafts: Vec<Draft>, broken: Vec<Vec<Note>>) -> (Vec<Cookie>, Vec<Note>) {
    let services = drafts.len();
    let mut cookies = Vec::with_capacity(services);
    let mut by_service = Vec::with_capacity(services);
    for (draft, broken) in drafts.into_iter().zip(broken) {
        cookies.push(draft.cookie);
        by_service.push([broken, draft.notes].concat());
    }
    let breaks = |note: &Note| note.outcome == Outcome::WasBroken;
    let all_broken = by_service.iter().all(|notes| notes.iter().any(breaks));
    let mut counts: std::collections::HashMap<(NoteId, String), usize> =
        std::collections::HashMap::new();
    for note in by_service.iter().flatten() {
        *counts.entry((note.id, note.message.clone())).or_default() += 1;
    }
    let mut merged = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (notes, cookie) in by_service.into_iter().zip(&cookies) {
        for mut note in notes {
            let key = (note.id, note.message.clone());
            if counts[&key] < services {
                note.service = Some(cookie.service.clone());
            } else if !seen.insert(key) {
                continue;
            }
            if breaks(&note) && !all_broken {
                note.outcome = Outcome::Differs;
            }
            merged.push(note);
        }
    }
    (cookies, merged)
}

/// The value, checked by the readers.
fn write(
    source: &Source<'_>,
    policy: &Policy,
    mut cookies: Vec<Cookie>,
    migration: &mut Migration,
) -> Result<(), Condemned> {
    let key = migration.annotation;
    if let Some(note) = unwritable(source, &cookies) {
        migration.notes.push(note);
        return Ok(());
    }
    // What the operator adds is not the readers' word, and where TLS ends does
    // not matter: a cookie that no browser keeps over http clashes over https.
    let neutral = Policy {
        controller: policy.controller.clone(),
        tls: TlsTermination::Upstream,
        ..Policy::default()
    };
    let check = |cookies: &[Cookie]| {
        super::check_without_fixes(&migrated(source.subject, key, &value(cookies)), &neutral)
    };
    let mut found = check(&cookies);
    if cookies.len() > 1 && clash(source.subject, key, &cookies, &neutral) {
        migration.notes.push(renamed(&cookies));
        for cookie in &mut cookies {
            cookie.name = format!("{}_{}", cookie.name, cookie.service);
        }
        found = check(&cookies);
    }
    let value = value(&cookies);
    for error in found
        .into_iter()
        .filter(|it| it.severity == Severity::Error)
    {
        let Some(note) = not_the_value(&error).or_else(|| two_ports(source, &error)) else {
            let diagnostic = Box::new(error);
            return Err(Condemned { value, diagnostic });
        };
        migration.notes.push(note);
    }
    migration.diagnostics = super::check(&migrated(source.subject, key, &value), policy);
    let entries = cookies
        .iter()
        .map(|it| (it.service.clone(), it.parameters()));
    migration.entries = entries.collect();
    migration.value = Some(value);
    Ok(())
}

/// Whether the cookies of two services would overwrite or shadow each other.
fn clash(subject: &Subject<'_>, key: &'static str, cookies: &[Cookie], policy: &Policy) -> bool {
    // Services that shared a name may differ in it by now, where a dead prefix goes.
    let shared: Vec<_> = cookies.iter().map(|it| it.with_name(COMMON_NAME)).collect();
    let mut migrated = migrated(subject, key, &value(&shared));
    // What a regular expression matches begins with its plain part: the check
    // reports nothing of paths that it cannot compare.
    migrated.annotations.retain(|it| it.key != PATH_REGEX);
    let paths = migrated.rules.iter_mut().flat_map(|rule| &mut rule.paths);
    for path in paths.flatten() {
        let written = path.path.as_deref().unwrap_or_default();
        if path::is_regex(written) {
            path.path = Some(path::plain_part(written).into_owned().into());
        }
    }
    let found = super::check_without_fixes(&migrated, policy);
    found.iter().any(|it| it.rule == Rule::CookieClash)
}

fn value(cookies: &[Cookie]) -> String {
    let entry = |it: &Cookie| format!("serviceName={} {}", it.service, it.parameters());
    cookies.iter().map(entry).collect::<Vec<_>>().join(";")
}

fn renamed(cookies: &[Cookie]) -> Note {
    let name = &cookies[0].name;
    let message = format!(
        "the services shared the cookie {}; here it leads to one pod of one service, so each gets \
         its own ({})",
        quote(name),
        quote(&format!("{name}_<service>"))
    );
    Note::new(NoteId::Renamed, Some("session-cookie-name"), message)
}

/// The subject with the value in place of the old keys; paths that are regular
/// expressions are taken for such.
pub(crate) fn migrated<'a>(subject: &Subject<'a>, key: &'static str, value: &str) -> Subject<'a> {
    let mut migrated = subject.clone();
    let is_old = |key: &str| key.strip_prefix(COMMUNITY).is_some_and(is_affinity);
    migrated
        .annotations
        .retain(|annotation| !is_old(&annotation.key));
    let mut paths = subject.paths().filter_map(|(_, path)| path.path.as_deref());
    if paths.any(path::is_regex) && subject.annotation(PATH_REGEX).is_none() {
        migrated.annotations.push(Annotation {
            key: PATH_REGEX.into(),
            value: "case_insensitive".into(),
        });
        // With this annotation the controller never matches a path of type
        // Exact, so the type changes with it, as the note explains.
        let paths = migrated.rules.iter_mut().flat_map(|rule| &mut rule.paths);
        for path in paths.flatten().filter(|it| it.path_type == PathType::Exact) {
            path.path_type = PathType::Prefix;
        }
    }
    migrated.annotations.push(Annotation {
        key: key.into(),
        value: Cow::Owned(value.to_owned()),
    });
    migrated
}

/// The worst first; the value goes where there is none to give.
fn finish(migration: &mut Migration) {
    migration
        .notes
        .sort_by_key(|note| (std::cmp::Reverse(note.outcome), note.id));
    let outcomes = migration.notes.iter().map(|note| note.outcome);
    migration.outcome = outcomes.max().unwrap_or(Outcome::Exact).max(Outcome::Exact);
    if migration.outcome == Outcome::Blocked {
        migration.value = None;
        migration.entries.clear();
        migration.diagnostics.clear();
    }
}

#[cfg(test)]
mod tests;
