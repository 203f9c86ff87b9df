//! The browser's cookie jar after a visit to every place of the Ingress.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::site::{Place, Site};
use super::{Case, domain, host, url};

/// A crowd remembers this many of its setters: one that asks, those that a
/// message names, and one that stands for all others.
const REMEMBERED: usize = super::NAMED + 2;

/// So many scopes are compared with a host without an index.
const FEW_SCOPES: usize = 16;

/// A cookie that may meet another of its name.
pub(super) struct Contender<'c> {
    pub(super) case: &'c Case<'c>,
    /// The name that a browser keeps, up to the first equals sign, as nginx compares it.
    folded: Cow<'c, str>,
    /// The domain that the cookie goes to, where it names one.
    domain: Option<Cow<'c, str>>,
}

/// A cookie as one place sets it.
#[derive(Clone, Copy)]
pub(super) struct Setter<'c> {
    /// The cookie, as an index into the contenders.
    pub(super) contender: usize,
    pub(super) place: &'c Place<'c>,
    pub(super) path: &'c str,
    /// Whether the path is the same whichever URL comes first: it is written,
    /// or the place is one URL.
    pub(super) firm: bool,
    /// Whether a browser keeps the cookie for longer than it takes to set it.
    pub(super) lives: bool,
    scope: Scope<'c>,
    name: &'c str,
    folded: &'c str,
    /// What nginx takes for the rest of the name: from an equals sign on.
    rest: &'c str,
}

/// The hosts that a cookie is sent to: one, or a domain.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Scope<'c> {
    host: &'c str,
    alone: bool,
}

/// Where a browser keeps a cookie: one that comes to the same place overwrites it.
type Slot<'c> = (Scope<'c>, &'c str, &'c str);

/// The jar: setters by slot, and by what nginx cannot tell apart.
pub(super) struct Jar<'c> {
    pub(super) setters: Vec<Setter<'c>>,
    slots: HashMap<Slot<'c>, Crowd<'c>>,
    /// By what nginx cannot tell apart, and then by whom it is sent to.
    shelves: HashMap<(&'c str, &'c str), HashMap<Scope<'c>, Crowd<'c>>>,
    lengths: BTreeSet<usize>,
}

/// Setters of one cookie.
#[derive(Default)]
pub(super) struct Crowd<'c> {
    few: Vec<Setter<'c>>,
    deepest: Option<&'c Place<'c>>,
    scattered: bool,
}

impl<'c> Contender<'c> {
    pub(super) fn new(case: &'c Case<'c>) -> Self {
        let domain = case.received.domain_text().map(|text| {
            let text = text.strip_prefix('.').unwrap_or(text);
            host::canonical(text)
        });
        let folded = fold(case.received.name);
        Self {
            case,
            folded,
            domain,
        }
    }

    /// The cookie as `place` sets it, if a browser keeps it there.
    fn set_at(
        &'c self,
        contender: usize,
        place: &'c Place<'c>,
        site: &'c Site<'c>,
    ) -> Option<Setter<'c>> {
        let host = &site.hosts[place.host];
        if !self.case.is_kept_on(host) {
            return None;
        }
        let scope = match &self.domain {
            Some(domain) => Scope {
                host: domain,
                alone: *domain == host.name && domain::is_kept_host_only(domain),
            },
            None => Scope {
                host: &host.name,
                alone: true,
            },
        };
        let path = self.case.received.absolute_path();
        let name = self.case.emitted.name;
        Some(Setter {
            contender,
            place,
            path: path.unwrap_or_else(|| url::default_path(&place.path)),
            firm: path.is_some() || place.exact,
            lives: self.case.received.life.is_none_or(|life| life.seconds > 0),
            scope,
            name: self.case.received.name,
            folded: &self.folded,
            rest: name
                .get(self.case.received.name.len()..)
                .unwrap_or_default(),
        })
    }
}

/// A name as nginx compares it: without case.
pub(super) fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl<'c> Jar<'c> {
    /// What the contenders leave in it.
    pub(super) fn fill(contenders: &'c [Contender<'c>], site: &'c Site<'c>) -> Self {
        let mut jar = Self {
            setters: Vec::new(),
            slots: HashMap::new(),
            shelves: HashMap::new(),
            lengths: BTreeSet::new(),
        };
        for (index, contender) in contenders.iter().enumerate() {
            let places = contender.case.places();
            jar.setters
                .extend(places.filter_map(|place| contender.set_at(index, place, site)));
        }
        for setter in &jar.setters {
            if setter.lives {
                let shelf = jar.shelves.entry((setter.folded, setter.path));
                let crowd = shelf.or_default().entry(setter.scope);
                crowd.or_default().join(*setter);
            }
            if setter.firm {
                let slot = (setter.scope, setter.name, setter.path);
                jar.slots.entry(slot).or_default().join(*setter);
            }
            jar.lengths.insert(setter.path.len());
        }
        jar
    }

    /// The setters whose cookies are there when the next request is made.
    pub(super) fn living(&self) -> impl Iterator<Item = &Setter<'c>> {
        self.setters.iter().filter(|setter| setter.lives)
    }

    /// Who writes into the slot of `setter`, if its path is firm.
    pub(super) fn slot(&self, setter: &Setter<'c>) -> Option<&Crowd<'c>> {
        let slot = (setter.scope, setter.name, setter.path);
        self.slots.get(&slot).filter(|_| setter.firm)
    }

    /// Those whose cookies stand beside or before that of `setter` in requests
    /// to its place: with the same path or a longer one.
    pub(super) fn rivals(
        &self,
        setter: &Setter<'c>,
        host: &'c str,
    ) -> impl Iterator<Item = Setter<'c>> {
        let (path, shortest) = (setter.place.path.as_ref(), setter.path.len());
        // The own path may be longer than its place's.
        let lengths = self
            .lengths
            .range(shortest.min(path.len() + 1)..=path.len());
        let paths = lengths.filter_map(|&length| url::covering(path, length));
        let shelves = paths.filter_map(|path| self.shelves.get(&(setter.folded, path)));
        let mut crowds: Vec<(usize, usize, &Crowd<'c>)> = Vec::new();
        for (depth, shelf) in shelves.enumerate() {
            if shelf.len() <= FEW_SCOPES {
                let sent = shelf
                    .iter()
                    .filter_map(|(scope, crowd)| Some((scope.rank(host)?, crowd)));
                crowds.extend(sent.map(|(rank, crowd)| (rank, depth, crowd)));
            } else {
                let sent = scopes(host).filter_map(|scope| shelf.get_key_value(&scope));
                let ranked = sent.filter_map(|(scope, crowd)| Some((scope.rank(host)?, crowd)));
                crowds.extend(ranked.map(|(rank, crowd)| (rank, depth, crowd)));
            }
        }
        crowds.sort_unstable_by_key(|&(rank, depth, _)| (rank, depth));
        let crowds = crowds.into_iter().map(|(_, _, crowd)| crowd);
        let stranger =
            |other: &Setter<'_>| !other.is_same_upstream(setter) && setter.is_name_of(other);
        crowds
            .flat_map(|crowd| &crowd.few)
            .copied()
            .filter(stranger)
    }
}

impl Scope<'_> {
    /// How far above `host` it lies, if its cookies are sent there.
    fn rank(self, host: &str) -> Option<usize> {
        let below = host.strip_suffix(self.host)?;
        if self.alone || below.is_empty() {
            return below.is_empty().then_some(usize::from(!self.alone));
        }
        below.ends_with('.').then(|| 1 + below.matches('.').count())
    }
}

/// The scopes whose cookies are sent to `host`.
fn scopes(host: &str) -> impl Iterator<Item = Scope<'_>> {
    let domains = host::and_parents(host).map(|host| Scope { host, alone: false });
    std::iter::once(Scope { host, alone: true }).chain(domains)
}

impl<'c> Crowd<'c> {
    fn join(&mut self, setter: Setter<'c>) {
        let known = self.few.iter().any(|other| other.is_same_upstream(&setter));
        if !known && self.few.len() < REMEMBERED {
            self.few.push(setter);
        }
        match self.deepest {
            Some(deepest) if !setter.place.is_nested_with(deepest) => self.scattered = true,
            Some(deepest) if deepest.path.len() >= setter.place.path.len() => {}
            _ => self.deepest = Some(setter.place),
        }
    }

    /// The members from other upstreams than `setter`'s.
    pub(super) fn strangers(&self, setter: &Setter<'c>) -> impl Iterator<Item = Setter<'c>> {
        self.few
            .iter()
            .copied()
            .filter(|other| !other.is_same_upstream(setter))
    }

    /// Whether each place lies within another, like boxes in a box.
    pub(super) fn is_nested(&self) -> bool {
        !self.scattered
    }
}

impl Setter<'_> {
    /// Whether both have the same servers behind them, whose ids are the same.
    fn is_same_upstream(&self, other: &Self) -> bool {
        self.contender == other.contender && self.place.port == other.place.port
    }

    /// Whether nginx, in search of this cookie, takes the other for it.
    pub(super) fn is_name_of(&self, other: &Self) -> bool {
        let more = self.rest.is_empty() || self.rest.eq_ignore_ascii_case(other.rest);
        self.folded == other.folded && more
    }
}
