//! Settings that contradict each other, although each may be fine by itself.
//!
//! What would silently weaken the policy is an error; what merely does nothing
//! is a warning. An expired exemption is a warning, so
//! that a file does not turn bad by the passing of time.

use jiff::Timestamp;

use super::exemption;
use super::fault::{Fault, Faults};
use super::file::{Exemption, File, Override};
use super::settings::{Field as _, Leaf, Settings};
use super::value::{Patterns, SameSite, SameSites};
use super::{FLOOR, has_floor};
use crate::lint::policy::{Edition, Pattern};
use crate::lint::release::Fact;
use crate::lint::text::quote;
use crate::lint::{Rule, Severity};
use crate::yaml::Position;

/// Adds to `faults` what contradicts itself in `file`.
pub(super) fn find(file: &File, now: Timestamp, faults: &mut Faults) {
    let mut found = Found(faults);
    found.settings(&file.settings, None);
    for (_, some) in &file.namespaces.0 {
        found.settings(&some.settings, Some(&file.settings));
    }
    found.overrides(&file.namespaces.0);
    for (position, exemption) in &file.exemptions.0 {
        found.exemption(*position, exemption, now);
    }
    faults.list.sort_by_key(|fault| fault.position);
}

struct Found<'f>(&'f mut Faults);

impl Found<'_> {
    fn error(&mut self, position: Position, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Error, position, message.into(), help.into());
    }

    fn warning(&mut self, position: Position, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Warning, position, message.into(), help.into());
    }

    fn push(&mut self, severity: Severity, position: Position, message: String, help: String) {
        self.0.list.push(Fault {
            position,
            severity,
            message,
            help: Some(help),
        });
    }

    /// Settings by themselves, and with what they inherit.
    fn settings(&mut self, own: &Settings, base: Option<&Settings>) {
        self.floor(own);
        self.idle_rules(own, base);
        let mut all = own.clone();
        if let Some(base) = base {
            all.inherit(base);
        }
        self.limits(own, &all);
        self.same_site(own, &all);
        self.controller(own, &all);
    }

    /// The severities that the floor forbids.
    fn floor(&mut self, own: &Settings) {
        for (rule, leaf) in &own.rules.0 {
            let off = leaf.get().is_some_and(|setting| setting.0.is_none());
            if let (true, true, Some(position)) = (off, has_floor(*rule), leaf.position()) {
                let consequence = rule
                    .consequence()
                    .map_or("", |consequence| consequence.as_str());
                let message = format!(
                    "'{rule}' cannot be turned off, as its consequence is {consequence}: \
                     rules with consequence {FLOOR} stay at least warnings"
                );
                let help = "use 'warning', or an exemption with a reason and an end date";
                self.error(position, message, help);
            }
        }
    }

    /// Rules that the same settings require and turn off, or set and never use.
    fn idle_rules(&mut self, own: &Settings, base: Option<&Settings>) {
        for (rule, key, active) in requirements(own) {
            let Some(leaf) = own.rules.0.get(&rule) else {
                continue;
            };
            let (Some(setting), Some(position)) = (leaf.get(), leaf.position()) else {
                continue;
            };
            let inherited = base.is_some_and(|base| {
                requirements(base)
                    .iter()
                    .any(|(other, _, active)| *other == rule && *active)
            });
            if setting.0.is_none() && active {
                let message = format!("'{rule}' is off, and '{key}' is set beside it");
                self.error(position, message, "leave out one of them");
            } else if !active && !inherited && setting.0.is_some() {
                let message = format!("'{rule}' finds nothing, as '{key}' is not set");
                self.warning(
                    position,
                    message,
                    format!("set '{key}', or leave the rule out"),
                );
            }
        }
    }

    /// Bounds that no cookie can meet.
    fn limits(&mut self, own: &Settings, all: &Settings) {
        let (max, min) = (&all.limits.max_expires, &all.limits.min_expires);
        if let (Some(max), Some(min)) = (max.get(), min.get())
            && let Some(position) = own
                .limits
                .min_expires
                .position()
                .or(own.limits.max_expires.position())
            && min.seconds > max.seconds
        {
            let message = format!(
                "minExpires {} is above maxExpires {}: no 'expires=' fits both",
                quote(&min.text),
                quote(&max.text)
            );
            self.error(position, message, "lower minExpires, or raise maxExpires");
        }
        if let (Some(max), Some(position)) = (
            own.limits.max_expires.get(),
            own.limits.max_expires.position(),
        ) && max.seconds == 0
        {
            let message = "maxExpires is 0: every 'expires=' is above it or deletes the cookie";
            self.error(position, message, "raise it");
        }
    }

    /// Browsers drop `samesite=none` without `secure`.
    fn same_site(&mut self, own: &Settings, all: &Settings) {
        let only_none = |sites: &SameSites| sites.0 == [SameSite::None];
        let secure = all.require.secure.get().copied().unwrap_or_default();
        if let (Some(sites), Some(position)) = (
            all.require.same_site.get(),
            own.require.same_site.position(),
        ) && only_none(sites)
            && !secure
        {
            let message = "sameSite is none, and secure is not required: \
                           browsers drop such a cookie without 'secure'";
            self.warning(position, message, "set 'secure: true' beside it");
        }
    }

    /// Editions, releases and flags that do not go together.
    fn controller(&mut self, own: &Settings, all: &Settings) {
        let Some(release) = all.controller.version.get().map(|version| version.0) else {
            return;
        };
        let own = &own.controller;
        let oss = all.controller.edition.get() == Some(&Edition::Oss);
        if let Some(position) = own.version.position().or(own.edition.position())
            && oss
        {
            if release.is_lts() {
                let message = format!("{release} exists with NGINX Plus only");
                self.warning(position, message, "check edition and version");
            } else if !Fact::OrgKey.holds(release) {
                let message = "the open-source edition before 5.4 reads neither key: \
                               every annotation is refused";
                self.warning(position, message, "check edition and version");
            }
        }
        if let Some(position) = own.config_safety.position().or(own.version.position())
            && all.controller.config_safety.get() == Some(&true)
            && !Fact::ConfigSafety.holds(release)
        {
            let message = format!("{release} has no flag '-enable-config-safety'");
            self.warning(position, message, "the flag exists from 5.4 on");
        }
    }

    /// Elements of `namespaces` that no namespace can come to.
    fn overrides(&mut self, all: &[(Position, Override)]) {
        let mut earlier: Vec<(&Pattern, Position)> = Vec::new();
        for (position, some) in all {
            let Some(patterns) = some.matches.get() else {
                if some.matches.position().is_none() {
                    let message = "settings for no namespace";
                    self.error(*position, message, "add 'match' with globs of namespaces");
                }
                continue;
            };
            let at = some.matches.position().unwrap_or(*position);
            for pattern in &patterns.0 {
                let taken = earlier.iter().find(|(before, _)| shadows(before, pattern));
                if let Some((before, first)) = taken {
                    let (text, before) = (quote(pattern.as_str()), quote(before.as_str()));
                    let message =
                        format!("{text} is never reached: {before} at {first} comes first");
                    self.error(at, message, "move it up, or leave it out");
                } else if let Some(why) = never(pattern, Kind::Namespace) {
                    self.error(at, why, "namespaces are named in lower case");
                }
            }
            earlier.extend(patterns.0.iter().map(|pattern| (pattern, at)));
        }
    }

    fn exemption(&mut self, position: Position, read: &Exemption, now: Timestamp) {
        if read.reason.position().is_none() {
            let message = "an exemption without a reason";
            self.error(position, message, "add 'reason' with one sentence");
        }
        self.exempt_floor(position, read);
        let exemption = exemption::Exemption::new(position, read);
        if let (Some(until), true) = (exemption.until, exemption.expired(now)) {
            let message = format!("the exemption expired: its last day was {until}");
            let at = read.until.position().unwrap_or(position);
            self.warning(at, message, "leave it out, or set a later day");
        }
        self.never_matches(&read.namespaces, Kind::Namespace);
        self.never_matches(&read.ingresses, Kind::Ingress);
    }

    /// Exemptions from the floor end one day.
    fn exempt_floor(&mut self, position: Position, read: &Exemption) {
        if read.until.position().is_some() {
            return;
        }
        let help = "add 'until' with the last day, such as 'until: 2027-01-31'";
        let because = format!("what has consequence {FLOOR} is exempt for a time only");
        if read.rules.position().is_some() && read.rules.get().is_none() {
            return;
        }
        let Some(rules) = read.rules.get() else {
            let message = format!("an exemption from all rules has no end date: {because}");
            self.error(position, message, format!("{help}, or name the rules"));
            return;
        };
        if let Some(rule) = rules.0.iter().find(|rule| has_floor(**rule)) {
            let message = format!("an exemption from '{rule}' has no end date: {because}");
            self.error(read.rules.position().unwrap_or(position), message, help);
        }
    }

    fn never_matches(&mut self, patterns: &Leaf<Patterns>, kind: Kind) {
        let patterns = patterns.get().zip(patterns.position());
        for (pattern, at) in patterns
            .iter()
            .flat_map(|(all, at)| all.0.iter().map(|it| (it, *at)))
        {
            if let Some(why) = never(pattern, kind) {
                self.warning(at, why, "names are in lower case");
            }
        }
    }
}

/// Each rule that needs a setting to find anything, the setting's key, and
/// whether it is set.
fn requirements(settings: &Settings) -> [(Rule, &'static str, bool); 9] {
    let Settings {
        require,
        limits,
        cookies,
        ..
    } = settings;
    let on = |leaf: &Leaf<bool>| leaf.get().copied().unwrap_or_default();
    [
        (Rule::RequireSecure, "require.secure", on(&require.secure)),
        (
            Rule::RequireHttponly,
            "require.httpOnly",
            on(&require.http_only),
        ),
        (
            Rule::RequireSamesite,
            "require.sameSite",
            require.same_site.get().is_some(),
        ),
        (Rule::RequirePath, "require.path", on(&require.path)),
        (
            Rule::RequireExpires,
            "require.expires",
            on(&require.expires),
        ),
        (
            Rule::MaxExpires,
            "limits.maxExpires",
            limits.max_expires.get().is_some(),
        ),
        (
            Rule::MinExpires,
            "limits.minExpires",
            limits.min_expires.get().is_some(),
        ),
        (
            Rule::CookieNamePattern,
            "cookies.namePattern",
            cookies.name_pattern.get().is_some(),
        ),
        (
            Rule::ForbiddenDomain,
            "cookies.allowedDomains",
            cookies.allowed_domains.get().is_some(),
        ),
    ]
}

/// Whether `earlier` matches every name that `later` matches, as far as that
/// can be derived from the two texts.
fn shadows(earlier: &Pattern, later: &Pattern) -> bool {
    earlier.as_str() == "*"
        || earlier == later
        || (later.is_literal() && earlier.matches(later.as_str()))
}

/// What a glob is to name.
#[derive(Clone, Copy)]
enum Kind {
    Namespace,
    Ingress,
}

/// Why a glob can match no name: a character that names of its kind never have
/// (RFC 1123 labels for namespaces, subdomains for Ingresses).
fn never(pattern: &Pattern, kind: Kind) -> Option<String> {
    let text = pattern.as_str();
    let (what, dot) = match kind {
        Kind::Namespace => ("namespace", false),
        Kind::Ingress => ("Ingress", true),
    };
    let fine = |c: char| {
        c.is_ascii_lowercase()
            || c.is_ascii_digit()
            || c == '-'
            || (dot && c == '.')
            || "*?".contains(c)
    };
    let plain = !text.contains(['[', '{', '\\']);
    let odd = text.chars().find(|&c| !fine(c)).filter(|_| plain)?;
    let (text, odd) = (quote(text), quote(odd.encode_utf8(&mut [0; 4])));
    Some(format!(
        "{text} matches no {what}: a name cannot contain {odd}"
    ))
}
