//! Exemptions: whose findings are allowed, and until when.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::file;
use super::value::Patterns;
use crate::lint::{Consequence, Diagnostic, Rule};
use crate::yaml::Position;

/// An exemption that can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemption {
    /// Why it is there.
    pub reason: String,
    /// Its last day, in UTC.
    pub until: Option<Date>,
    /// Its place in the file.
    pub position: Position,
    /// The moment after its last day.
    end: Option<Timestamp>,
    namespaces: Option<Patterns>,
    ingresses: Option<Patterns>,
    users: Option<Patterns>,
    rules: Option<Vec<Rule>>,
}

/// Whose Ingress is checked, and when. `None` is what is not known: a name
/// that is yet to be generated, a user on the command line.
#[derive(Debug, Clone, Copy)]
pub struct RequestInfo<'r> {
    /// The namespace.
    pub namespace: Option<&'r str>,
    /// The Ingress' name.
    pub name: Option<&'r str>,
    /// The user's name.
    pub user: Option<&'r str>,
    /// The moment.
    pub now: Timestamp,
}

impl Exemption {
    pub(super) fn new(position: Position, read: &file::Exemption) -> Self {
        let until = read.until.get().map(|day| day.0);
        Self {
            reason: read
                .reason
                .get()
                .map_or_else(String::new, |reason| reason.0.clone()),
            until,
            position,
            end: until.and_then(end_of),
            namespaces: read.namespaces.get().cloned(),
            ingresses: read.ingresses.get().cloned(),
            users: read.users.get().cloned(),
            rules: read.rules.get().map(|rules| rules.0.clone()),
        }
    }

    /// Whether its last day is over.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> bool {
        self.end.is_some_and(|end| now >= end)
    }

    /// Whether it is in force for an Ingress.
    #[must_use]
    pub fn is_for(&self, request: &RequestInfo<'_>) -> bool {
        fits(self.namespaces.as_ref(), request.namespace)
            && fits(self.ingresses.as_ref(), request.name)
            && fits(self.users.as_ref(), request.user)
            && !self.expired(request.now)
    }

    /// Whether it may be in force in a namespace, for some Ingress and user.
    #[must_use]
    pub fn is_for_namespace(&self, namespace: Option<&str>) -> bool {
        fits(self.namespaces.as_ref(), namespace)
    }

    /// Whether it lets `diagnostic` through. Without an end date it never does
    /// so for a consequence with a floor, whatever the rule's is by default.
    #[must_use]
    pub fn covers(&self, diagnostic: &Diagnostic) -> bool {
        let floor = diagnostic.consequence.is_some_and(Consequence::has_floor);
        let named = |rules: &Vec<Rule>| rules.contains(&diagnostic.rule);
        self.rules.as_ref().is_none_or(named) && (self.until.is_some() || !floor)
    }
}

/// A condition that is not given is met; what is not known meets none.
fn fits(patterns: Option<&Patterns>, name: Option<&str>) -> bool {
    patterns.is_none_or(|patterns| name.is_some_and(|name| patterns.match_any(name)))
}

/// The moment at which a day is over, in UTC.
fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.checked_add(1.day()).ok()?;
    next.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}
