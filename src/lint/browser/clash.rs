//! Cookies that overwrite or shadow each other.
//!
//! A browser keeps one cookie for each name, domain and path, and sends all
//! that match, longer paths first, then older ones (RFC 6265bis, sections 5.7
//! and 5.8.3). nginx takes the first whose name is its own, ignoring case. So
//! a service loses its visitors when a stranger's cookie of that name stands
//! before its own, or in its place.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::jar::{Contender, Jar, Setter, fold};
use super::site::{Place, Site};
use super::{Case, NAMED, list, path, url};
use crate::lint::consequence::{Consequence, Severity};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::rule::Rule;
use crate::lint::subject::Port;
use crate::lint::text::quote;

/// How many cookies are compared with each other without an index.
const FEW: usize = 8;

/// What a cookie loses to others.
#[derive(Clone, Default)]
struct Loss<'c> {
    /// The services of the others.
    rivals: Vec<&'c str>,
    /// Whether the others come from the same host, so that one visitor meets both.
    same_host: bool,
    /// Whether they write into the same slot, each time anew.
    overwritten: bool,
    /// Whether the other is another port of the same service.
    ports: bool,
    /// Whether the others have servers of their own for certain: a port's name
    /// and its number may be one port.
    certain: bool,
}

pub(super) fn judge<'c>(site: &'c Site<'c>, cases: &'c [Case<'c>], found: &mut Vec<Diagnostic>) {
    let contenders = contenders(cases);
    if contenders.is_empty() || !site.plain_paths || are_apart(&contenders) {
        return;
    }
    let jar = Jar::fill(&contenders, site);
    let mut losses = vec![Loss::default(); contenders.len()];
    for setter in &jar.setters {
        if setter.place.is_covered_by(setter.path) {
            overwritten(&jar, setter, &contenders, &mut losses);
            if setter.lives {
                shadowed(&jar, setter, site, &contenders, &mut losses);
            }
        }
    }
    if !site.shared {
        let ground = Ground::of(&jar, site);
        shadowed_below(&jar, &ground, &contenders, &mut losses);
        shadowed_around(&jar, &ground, &contenders, &mut losses);
    }
    for (contender, loss) in contenders.iter().zip(&losses) {
        if !loss.rivals.is_empty() {
            found.push(diagnostic(contender.case, loss));
        }
    }
}

/// The cookies that have a namesake, or that two ports of one service set.
fn contenders<'c>(cases: &'c [Case<'c>]) -> Vec<Contender<'c>> {
    let mut names: Vec<_> = cases.iter().map(|case| fold(case.received.name)).collect();
    names.sort_unstable();
    let has_namesake = |name: &Cow<'_, str>| {
        let first = names.partition_point(|other| other < name);
        names.get(first + 1) == Some(name)
    };
    let contends =
        |case: &&Case<'_>| has_several_ports(case) || has_namesake(&fold(case.received.name));
    cases.iter().filter(contends).map(Contender::new).collect()
}

fn has_several_ports(case: &Case<'_>) -> bool {
    let mut ports = case.places().map(|place| place.port);
    let first = ports.next();
    ports.any(|port| Some(port) != first)
}

/// Whether each cookie keeps to paths that are no business of the others, as
/// where every service has a path of its own: then none meets another. Looked
/// at for a few cookies only, as all are compared with all.
fn are_apart(contenders: &[Contender<'_>]) -> bool {
    let keeps_apart = |(index, one): (usize, &Contender<'_>)| {
        let Some(path) = one.case.received.absolute_path() else {
            return false;
        };
        let others = contenders.iter().enumerate();
        let mut others = others.filter(|&(other, _)| other != index);
        let meets =
            |place: &Place<'_>| url::covers(path, &place.path) || url::covers(&place.path, path);
        !has_several_ports(one.case) && !others.any(|(_, other)| other.case.places().any(meets))
    };
    contenders.len() <= FEW && contenders.iter().enumerate().all(keeps_apart)
}

impl<'c> Loss<'c> {
    /// The others by name, as many as a message has room for.
    fn rivals(&self) -> String {
        if self.rivals.len() <= NAMED {
            return list(self.rivals.iter().copied());
        }
        let named: Vec<_> = self
            .rivals
            .iter()
            .take(NAMED)
            .map(|name| quote(name))
            .collect();
        format!("{} and others", named.join(", "))
    }

    fn to(
        &mut self,
        rival: &Setter<'c>,
        victim: &Place<'_>,
        overwritten: bool,
        contenders: &[Contender<'c>],
    ) {
        let service = contenders[rival.contender].case.emitted.service;
        if self.rivals.len() <= NAMED && !self.rivals.contains(&service) {
            self.rivals.push(service);
        }
        let ports = service == victim.service;
        self.ports |= ports;
        self.certain |= !ports || is_same_kind(rival.place.port, victim.port);
        self.same_host |= rival.place.host == victim.host;
        self.overwritten |= overwritten;
    }
}

/// Whether two ports are told apart by name, or both by number.
fn is_same_kind(one: Option<&Port<'_>>, other: Option<&Port<'_>>) -> bool {
    matches!(
        (one, other),
        (Some(Port::Number(_)), Some(Port::Number(_))) | (Some(Port::Name(_)), Some(Port::Name(_)))
    )
}

/// Others write into the slot itself. If the places lie within each other, a
/// visitor who stays inside the inner one keeps its cookie for that long; the
/// ports of one service serve the same pages.
fn overwritten<'c>(
    jar: &Jar<'c>,
    setter: &Setter<'c>,
    contenders: &[Contender<'c>],
    losses: &mut [Loss<'c>],
) {
    let Some(crowd) = jar.slot(setter) else {
        return;
    };
    for other in crowd.strangers(setter) {
        let always = !crowd.is_nested() || other.contender == setter.contender;
        losses[setter.contender].to(&other, setter.place, always, contenders);
    }
}

/// Others stand beside or before the cookie in every request to its place.
fn shadowed<'c>(
    jar: &Jar<'c>,
    setter: &Setter<'c>,
    site: &'c Site<'c>,
    contenders: &[Contender<'c>],
    losses: &mut [Loss<'c>],
) {
    let host = &site.hosts[setter.place.host].name;
    for other in jar.rivals(setter, host) {
        losses[setter.contender].to(&other, setter.place, false, contenders);
    }
}

/// Who is given which cookie: the setter of each place that is open below, if
/// it has one.
struct Ground<'j, 'c> {
    setters: HashMap<(usize, &'c str), Option<&'j Setter<'c>>>,
    /// The lengths of their paths: no other can be one of them.
    lengths: BTreeSet<usize>,
}

impl<'j, 'c> Ground<'j, 'c> {
    fn of(jar: &'j Jar<'c>, site: &'c Site<'c>) -> Self {
        let open = site.places.iter().filter(|place| !place.exact);
        let mut ground: HashMap<_, _> = open.map(|place| (at(place), None)).collect();
        let setters = jar.setters.iter().filter(|setter| !setter.place.exact);
        ground.extend(setters.map(|setter| (at(setter.place), Some(setter))));
        let lengths = ground.keys().map(|(_, path)| path.len()).collect();
        Self {
            setters: ground,
            lengths,
        }
    }

    /// The setter of the requests below `path`.
    fn owner(&self, host: usize, path: &'c str) -> Option<&'j Setter<'c>> {
        let lengths = self.lengths.range(..=path.len()).rev();
        let paths = lengths.filter_map(|&length| url::covering(path, length));
        let mut owners = paths.filter_map(|path| self.setters.get(&(host, path)));
        owners.next().copied().flatten()
    }
}

fn at<'c>(place: &'c Place<'_>) -> (usize, &'c str) {
    (place.host, place.path.as_ref())
}

/// Others stand before the cookie in requests to a part of its place, because
/// their paths leave their own places.
fn shadowed_below<'c>(
    jar: &Jar<'c>,
    ground: &Ground<'_, 'c>,
    contenders: &[Contender<'c>],
    losses: &mut [Loss<'c>],
) {
    for setter in jar.living() {
        let Some(victim) = ground.owner(setter.place.host, setter.path) else {
            continue;
        };
        let before = victim.path.len() < setter.path.len() && url::covers(victim.path, setter.path);
        if before
            && victim.lives
            && victim.is_name_of(setter)
            && victim.contender != setter.contender
        {
            losses[victim.contender].to(setter, victim.place, false, contenders);
        }
    }
}

/// Others have no path, and the folder of one of their URLs lies around the
/// cookie's place.
fn shadowed_around<'c>(
    jar: &Jar<'c>,
    ground: &Ground<'_, 'c>,
    contenders: &[Contender<'c>],
    losses: &mut [Loss<'c>],
) {
    for victim in jar.living() {
        let path = victim.place.path.as_ref();
        let folder = if victim.place.exact {
            path
        } else {
            url::default_path(path.trim_end_matches('/'))
        };
        let Some(setter) = ground.owner(victim.place.host, folder) else {
            continue;
        };
        let before = folder.len() >= victim.path.len() && victim.place.is_covered_by(victim.path);
        let strays = !setter.firm && setter.lives && setter.contender != victim.contender;
        if before && strays && victim.is_name_of(setter) {
            losses[victim.contender].to(setter, victim.place, false, contenders);
        }
    }
}

fn diagnostic(case: &Case<'_>, loss: &Loss<'_>) -> Diagnostic {
    let attribute = case.received.path.filter(|path| path.text.starts_with('/'));
    let span = attribute.map_or_else(|| case.emitted.name_span(), |path| case.word(path));
    let (name, rivals) = (case.name(), loss.rivals());
    let (message, help) = if loss.ports {
        let message = format!("two ports of {rivals} share cookie {name} and overwrite each other");
        (message, "lead all paths of the service to one port")
    } else if loss.overwritten {
        let message = format!("cookie {name} and that of {rivals} overwrite each other");
        (
            message,
            "give each service a cookie name or path of its own",
        )
    } else {
        let message = format!("nginx can take the cookie of {rivals} for {name}");
        (
            message,
            "give each service a cookie name or path of its own",
        )
    };
    let diagnostic = case.found(Rule::CookieClash, span, message).with_help(help);
    // A path is no help to two ports that share all of them.
    let diagnostic = if loss.ports {
        diagnostic
    } else {
        with_own_path(case, diagnostic)
    };
    let diagnostic = diagnostic.with_consequence(if loss.overwritten {
        Consequence::NeverSticks
    } else {
        Consequence::PartlySticks
    });
    if loss.same_host && loss.certain {
        diagnostic
    } else {
        diagnostic.with_severity(Severity::Warning)
    }
}

/// A path no wider than the service's own, where the cookie has a wider one.
fn with_own_path(case: &Case<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let Some(own) = path::meant_path(case).filter(|own| case.received.absolute_path() != Some(own))
    else {
        return diagnostic;
    };
    match case.received.path {
        Some(path) => diagnostic.with_edit(false, case.word(path), format!("path={own}")),
        None => diagnostic.with_edit(false, case.emitted.end(), format!(" path={own}")),
    }
}
