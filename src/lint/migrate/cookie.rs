//! The cookie of one service in the new controller, part by part, with what
//! each part has to be noted for.

use std::collections::{HashMap, HashSet};

use super::claims::Claims;
use super::note::{Note, NoteId};
use super::routes::Service;
use super::settings::{DEFAULT_NAME, Expires, Settings, boolean};
use super::{Options, domain};
use crate::lint::read::TlsTermination;
use crate::lint::read::nginx::{Expires as Time, suggest};
use crate::lint::subject::Subject;
use crate::lint::text::quote;

/// The longest attribute that browsers read.
const MAX_ATTRIBUTE: usize = 1024;

/// From here on a number of seconds does not fit the clock, and nginx writes 1970.
const CLOCK_ENDS: f64 = 9.2e18;

/// What one Ingress asks for, and who asks.
pub(super) struct Source<'s> {
    pub(super) subject: &'s Subject<'s>,
    pub(super) settings: Settings<'s>,
    pub(super) services: Vec<Service<'s>>,
    pub(super) options: &'s Options,
    /// The hosts of `spec.tls`: the new controller reads nothing else of it.
    pub(super) tls_hosts: HashSet<&'s str>,
    /// TLS ends before the controller.
    pub(super) upstream_tls: bool,
    /// The hosts on which browsers keep a cookie with the domain of the key.
    pub(super) domain_hosts: HashSet<&'s str>,
    /// The cookie paths that the user gives, by service.
    pub(super) given_paths: HashMap<&'s str, &'s str>,
    /// Who takes the URL of the key's cookie path.
    pub(super) claims: Claims<'s>,
}

/// One entry of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    pub(super) service: String,
    pub(super) name: String,
    pub(super) expires: Option<u64>,
    pub(super) domain: Option<String>,
    pub(super) secure: bool,
    pub(super) same_site: Option<String>,
    pub(super) path: String,
}

impl Cookie {
    pub(super) fn with_name(&self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self.clone()
        }
    }

    /// The parameters, cookie name first, as the annotation has them.
    pub(super) fn parameters(&self) -> String {
        let mut words = vec![self.name.clone()];
        words.extend(self.expires.map(|seconds| format!("expires={seconds}")));
        words.extend(self.domain.as_ref().map(|it| format!("domain={it}")));
        words.push("httponly".to_owned());
        words.extend(self.secure.then(|| "secure".to_owned()));
        words.extend(self.same_site.as_ref().map(|it| format!("samesite={it}")));
        words.push(format!("path={}", self.path));
        words.join(" ")
    }
}

/// The cookie of a service, and its notes. A note without a service is about
/// all services.
pub(super) struct Draft {
    pub(super) cookie: Cookie,
    pub(super) notes: Vec<Note>,
}

impl<'s> Source<'s> {
    pub(super) fn new(subject: &'s Subject<'s>, options: &'s Options, tls: TlsTermination) -> Self {
        let tls_hosts = subject.tls.iter().flat_map(|block| &block.hosts);
        let settings = Settings::of(subject);
        let services = Service::all(subject);
        let given = options.paths.iter();
        Self {
            subject,
            tls_hosts: tls_hosts.map(AsRef::as_ref).collect(),
            upstream_tls: tls == TlsTermination::Upstream,
            domain_hosts: domain::hosts(settings.domain.value.as_deref(), &services),
            given_paths: given.map(|(service, path)| (&**service, &**path)).collect(),
            claims: Claims::of(&services, settings.path.value.as_deref()),
            settings,
            services,
            options,
        }
    }

    /// Whether ingress-nginx redirects http to https.
    pub(super) fn redirects(&self) -> bool {
        let flag = |name| boolean(self.subject, name);
        let tls = !self.subject.tls.is_empty() && flag("ssl-redirect") != Some(false);
        tls || flag("force-ssl-redirect") == Some(true)
    }

    pub(super) fn has_tls(&self, host: &str) -> bool {
        self.tls_hosts.contains(host)
    }

    pub(super) fn draft(&self, service: &Service<'s>) -> Draft {
        let mut notes = Vec::new();
        let (path, path_notes) = self.path(service);
        notes.extend(path_notes);
        let domain = self.domain(service, &mut notes);
        let name = self.name(service, &path, &mut notes);
        let same_site = self.same_site();
        let cookie = Cookie {
            service: service.name.to_owned(),
            secure: self.secure(service, &name, same_site.as_deref(), &mut notes),
            name,
            expires: self.lifetime(),
            domain,
            same_site,
            path,
        };
        Draft { cookie, notes }
    }

    /// The lifetime in seconds, where there is one and it is not over at once.
    fn lifetime(&self) -> Option<u64> {
        let seconds = self.effective_lifetime();
        let intended = || self.intended_lifetime();
        seconds
            .and_then(|it| u64::try_from(it).ok().filter(|&it| it > 0))
            .or_else(intended)
    }

    /// The lifetime that browsers obey: `Max-Age` before `Expires`.
    pub(super) fn effective_lifetime(&self) -> Option<i64> {
        self.settings
            .effective_max_age()
            .or_else(|| self.expires_in())
    }

    /// The seconds of `Expires`; beyond the clock's end they are over at once.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    pub(super) fn expires_in(&self) -> Option<i64> {
        match self.settings.expires() {
            Expires::In(seconds) if seconds.abs() < CLOCK_ENDS => Some(seconds as i64),
            Expires::In(_) => Some(0),
            _ => None,
        }
    }

    /// With `--intent`: a lifetime with units, as it was intended.
    pub(super) fn intended_lifetime(&self) -> Option<u64> {
        if !self.options.intent || self.effective_lifetime().is_some() {
            return None;
        }
        let keys = [&self.settings.max_age, &self.settings.expires];
        // `1h30` may be half past one or one hour and thirty seconds.
        let one_unit = |raw: &&str| {
            !raw.trim_end_matches(char::is_alphabetic)
                .contains(char::is_alphabetic)
        };
        let seconds = |raw: &str| match Time::parse(&suggest::expires(raw.trim())?).ok()? {
            Time::Seconds(seconds) => Some(seconds).filter(|&seconds| seconds > 0),
            Time::Max => None,
        };
        keys.into_iter()
            .filter_map(|key| key.raw.map(str::trim).filter(one_unit))
            .find_map(seconds)
    }

    fn domain(&self, service: &Service<'_>, notes: &mut Vec<Note>) -> Option<String> {
        const KEY: &str = "session-cookie-domain";
        let domain = self.settings.domain.value.as_deref()?;
        // Browsers ignore a longer one (RFC 6265bis, section 5.6), so it does not matter.
        if domain.len() > MAX_ATTRIBUTE {
            return None;
        }
        let hosts = service.hosts();
        let is_kept = |host: &&&str| self.domain_hosts.contains(**host);
        let kept = hosts.iter().filter(is_kept).count();
        if kept == 0 {
            let message = format!(
                "{KEY} {} does not fit {}, so browsers dropped the cookie; it is left out",
                quote(domain),
                list(&hosts)
            );
            notes.push(Note::new(NoteId::DomainMismatch, Some(KEY), message));
            return None;
        }
        if kept < hosts.len() {
            let dropped = hosts.iter().filter(|host| !is_kept(host));
            let dropped: Vec<_> = dropped.copied().collect();
            let message = format!(
                "{KEY} {} does not fit {}: browsers drop the cookie there, before and after",
                quote(domain),
                list(&dropped)
            );
            notes.push(Note::new(NoteId::DomainCoversSome, Some(KEY), message));
        }
        Some(domain.to_owned())
    }

    /// The cookie's name as the annotation can have it.
    fn name(&self, service: &Service<'_>, path: &str, notes: &mut Vec<Note>) -> String {
        const KEY: &str = "session-cookie-name";
        let old = self.settings.cookie_name();
        let token = |c: char| if is_token(c) { c } else { '_' };
        let written: String = old.chars().map(token).collect();
        let mut name = written.as_str();
        while let Some(rest) = self.dead_prefix(service, path, name) {
            name = if rest.is_empty() { DEFAULT_NAME } else { rest };
        }
        if name != written {
            let message = format!(
                "{KEY} {}: browsers dropped the cookie, because the prefix __Host- requires the \
                 path '/' and no domain; the cookie is now called {}",
                quote(old),
                quote(name)
            );
            notes.push(Note::new(NoteId::CookiePrefix, Some(KEY), message));
        }
        let reserved = ["secure", "httponly"];
        let reserved = reserved.iter().any(|it| name.eq_ignore_ascii_case(it));
        let name = format!("{}{name}", if reserved { "_" } else { "" });
        if written != old || reserved {
            let message = format!(
                "{KEY} {} cannot be written here as a cookie name; the cookie is now called {}",
                quote(old),
                quote(&name)
            );
            notes.push(Note::new(NoteId::NameChanged, Some(KEY), message));
        }
        name
    }

    /// The name without `__Host-`, where browsers dropped the cookie for it, or
    /// would with the path that it gets.
    fn dead_prefix<'n>(&self, service: &Service<'_>, path: &str, name: &'n str) -> Option<&'n str> {
        let (prefix, rest) = name.split_at_checked("__Host-".len())?;
        if !prefix.eq_ignore_ascii_case("__Host-") {
            return None;
        }
        let mut routes = service.routes.iter();
        let everywhere = routes.all(|route| self.settings.cookie_path(route.path) == "/");
        let kept = everywhere && path == "/" && self.settings.domain.value.is_none();
        (!kept).then_some(rest)
    }

    fn same_site(&self) -> Option<String> {
        let value = if self.options.intent {
            self.settings.same_site.value.as_deref().map(str::trim)
        } else {
            self.settings.sent_same_site()
        };
        value.map(str::to_ascii_lowercase)
    }

    fn secure(
        &self,
        service: &Service<'_>,
        name: &str,
        same_site: Option<&str>,
        notes: &mut Vec<Note>,
    ) -> bool {
        let hosts = service.hosts();
        let outside: Vec<_> = hosts
            .iter()
            .copied()
            .filter(|host| !self.has_tls(host))
            .collect();
        let needed = same_site == Some("none") || is_secure_prefix(name);
        if needed && !outside.is_empty() {
            let none = same_site.filter(|_| !self.settings.secure);
            notes.extend(needs_tls(name, none, &outside));
        }
        if self.settings.secure && !outside.is_empty() && !self.upstream_tls {
            let message = format!(
                "session-cookie-secure 'true', and spec.tls does not name {}: browsers keep the \
                 cookie only if TLS ends in front of the controller",
                list(&outside)
            );
            notes.push(Note::new(
                NoteId::SecureNeedsTls,
                Some("session-cookie-secure"),
                message,
            ));
        }
        if self.settings.secure || needed {
            return true;
        }
        if outside.is_empty() && self.redirects() {
            return true;
        }
        if outside.len() < hosts.len() {
            let message = "over https the cookie had Secure, over http it had not; here it is one \
                           cookie for both, so 'secure' is left out";
            notes.push(Note::new(NoteId::SecureOnHttpsOnly, None, message));
        }
        false
    }
}

/// What must follow where a cookie needs TLS and a host has none.
fn needs_tls(name: &str, same_site: Option<&str>, outside: &[&str]) -> Vec<Note> {
    let hosts = list(outside);
    let mut notes = Vec::new();
    if same_site == Some("none") {
        let message = format!(
            "session-cookie-samesite 'None' needs https, and spec.tls does not name {hosts}: it \
             stuck over the default certificate only; add the host to spec.tls"
        );
        let key = Some("session-cookie-samesite");
        notes.push(Note::new(NoteId::SameSiteNoneInsecure, key, message));
    }
    if is_secure_prefix(name) {
        let message = format!(
            "the prefix of {} needs https, and spec.tls does not name {hosts}: it stuck over the \
             default certificate only; add the host to spec.tls",
            quote(name)
        );
        let mut note = Note::new(NoteId::CookiePrefix, Some("session-cookie-name"), message);
        note.outcome = super::note::Outcome::Partial;
        notes.push(note);
    }
    notes
}

/// Whether browsers keep a cookie of this name only over https (RFC 6265bis, section 4.1.3).
fn is_secure_prefix(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["__host-", "__secure-", "__http-"]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
}

/// A character of an RFC 9110 token.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// Names in quotes, the first three of them.
pub(super) fn list(names: &[&str]) -> String {
    const LISTED: usize = 3;
    let quoted: Vec<_> = names.iter().take(LISTED).map(|name| quote(name)).collect();
    let more = names.len().saturating_sub(LISTED);
    match more {
        0 => quoted.join(", "),
        _ => format!("{} and {more} more", quoted.join(", ")),
    }
}
