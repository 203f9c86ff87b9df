//! Placeholders that something fills in before the manifest is applied: what
//! Helm, Flux, envsubst, Kustomize replacements, Octopus, Azure pipelines, ERB
//! and ytt write.
//!
//! An Ingress is checked with every placeholder as a word of its length, so
//! that every place stays, and what depends on such a word is not reported.
//! The webhook meets none: a `${` that reaches it is what the user wrote.

use std::borrow::Cow;

use super::CheckSubject;
use crate::lint::migrate::is_affinity;
use crate::lint::read::keys::{COMMUNITY, ORG_KEY, PLUS_KEY};
use crate::lint::text::quote;
use crate::lint::{Consequence, Diagnostic, FieldPath, Place, Rule, Severity, Span, Step, Subject};

/// The replacement of a placeholder's byte: no reader gives it a meaning.
const FILLER: &str = "x";

/// The pairs of marks around a placeholder.
const BRACKETS: [(&str, &str); 7] = [
    ("{{", "}}"),
    ("${", "}"),
    ("#{", "}"),
    ("<%", "%>"),
    ("{%", "%}"),
    ("(@", "@)"),
    ("@@", "@@"),
];

/// The placeholders of a text, in its order.
pub(super) fn find(text: &str) -> Vec<Span> {
    // ytt writes a comment in place of a value.
    if text.starts_with("#@") {
        return vec![Span::whole(text)];
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(['{', '$', '#', '<', '(', '@', '_']) {
        at += next;
        match length(&text[at..]) {
            Some(length) => {
                found.push(Span::new(at, at + length));
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// The length of the placeholder that `text` begins with.
fn length(text: &str) -> Option<usize> {
    let bracket = BRACKETS.iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(open)?;
        let end = inside.find(close)?;
        let named = inside[..end].contains(|c: char| c.is_ascii_alphanumeric());
        named.then(|| open.len() + nested(inside, end, close) + close.len())
    });
    bracket.or_else(|| variable(text))
}

/// The end of what is inside `${`, which may hold another: `${A:=${B}}`.
fn nested(inside: &str, end: usize, close: &str) -> usize {
    let mut end = end;
    if close == "}" {
        let mut from = 0;
        while inside[from..end].contains("${") {
            let Some(next) = inside[end + 1..].find('}') else {
                break;
            };
            (from, end) = (end, end + 1 + next);
        }
    }
    end
}

/// `$(NAME)` of Kustomize and Azure, `$NAME` of envsubst, `__NAME__`.
fn variable(text: &str) -> Option<usize> {
    let name = |text: &str, more: &str| {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || more.contains(c)));
        end.unwrap_or(text.len())
    };
    let upper = |c: char| c.is_ascii_uppercase();
    if let Some(inside) = text.strip_prefix("$(") {
        let end = name(inside, "_.-/");
        return (end > 0 && inside[end..].starts_with(')')).then_some(end + "$()".len());
    }
    if let Some(inside) = text.strip_prefix('$') {
        let end = name(inside, "_");
        let shouts = !inside[..end].contains(|c: char| c.is_ascii_lowercase());
        return (inside.starts_with(upper) && shouts && end > 1).then_some(end + 1);
    }
    let inside = text
        .strip_prefix("__")
        .filter(|rest| rest.starts_with(upper))?;
    let end = inside.find("__")?;
    let shouts = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    inside[..end]
        .chars()
        .all(shouts)
        .then_some(end + "____".len())
}

/// What `check_subject` finds in a subject whatever its placeholders become, and a
/// note of the first of them.
pub(super) fn check(subject: &Subject<'_>, check_subject: &CheckSubject<'_>) -> Vec<Diagnostic> {
    let mut filled = Filled::default();
    let plain = filled.fill(subject);
    let Some(plain) = plain else {
        let mut found = check_subject(subject);
        let foreign = found.iter_mut();
        let mut foreign = foreign
            .filter(|it| it.rule == Rule::ForeignAnnotation)
            .peekable();
        if foreign.peek().is_some() && of_migration(subject).is_some() {
            foreign.for_each(leave_to_migrate);
        }
        return found;
    };
    let mut found = check_subject(&plain);
    found.retain(|diagnostic| filled.is_certain(diagnostic));
    for diagnostic in &mut found {
        let key = diagnostic.place.field.annotation_key();
        if key.is_some_and(|key| filled.values.iter().any(|value| value.key == key)) {
            // A text that a fix inserts may repeat a word that is not known.
            diagnostic.fix = None;
        }
    }
    found.extend(filled.note());
    found
}

/// The first placeholder in what a migration from ingress-nginx writes or
/// decides by. Which host it is matters only for a domain.
pub(super) fn of_migration<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    let name = |key: &'s str| key.strip_prefix(COMMUNITY);
    let annotations = subject.annotations.iter();
    let affinity = annotations.filter(|it| name(&it.key).is_some_and(is_affinity));
    let has_domain = affinity
        .clone()
        .any(|it| name(&it.key) == Some("session-cookie-domain"));
    let rules = subject.rules.iter();
    let hosts = rules.filter_map(|rule| rule.host.as_deref());
    let routes = subject.paths().flat_map(|(_, path)| {
        let texts = [path.path.as_deref(), path.backend.service.as_deref()];
        texts.into_iter().flatten()
    });
    let texts = affinity.map(|it| it.value.as_ref()).chain(routes);
    let mut texts = texts.chain(hosts.filter(|_| has_domain));
    texts.find_map(|text| find(text).first().map(|span| span.of(text)))
}

/// Takes the value from a finding: it is not known yet.
fn leave_to_migrate(diagnostic: &mut Diagnostic) {
    let key = diagnostic.place.field.annotation_key().unwrap_or_default();
    let short = key.replacen(COMMUNITY, "…/", 1);
    if diagnostic.severity > Severity::Note {
        diagnostic.message = format!("{short} is not read by this controller");
        diagnostic.help = Some("run 'stickler migrate'".to_owned());
        diagnostic.fix = None;
    }
}

/// Which parts of a subject are not known yet.
#[derive(Default)]
struct Filled {
    values: Vec<FilledValue>,
    /// Fields of the spec that hold a placeholder.
    fields: Vec<FieldPath>,
    hosts: bool,
    paths: bool,
    services: bool,
    /// The first placeholder as written, and where.
    first: Option<(String, Place)>,
    count: usize,
}

/// A value with placeholders.
struct FilledValue {
    key: &'static str,
    /// The words that hold one.
    words: Vec<Span>,
    /// The entries that hold one.
    entries: Vec<Span>,
    /// Those of them in which a whole word is one: it may become any parameter.
    open: Vec<Span>,
}

impl Filled {
    /// The subject without placeholders; `None` where it has none, or where
    /// nothing of it is asked for.
    fn fill<'s>(&mut self, subject: &Subject<'s>) -> Option<Subject<'s>> {
        let ours = |key: &str| [PLUS_KEY, ORG_KEY].into_iter().find(|own| *own == key);
        if !subject.annotations.iter().any(|it| ours(&it.key).is_some()) {
            return None;
        }
        let mut plain = subject.clone();
        for annotation in &mut plain.annotations {
            let Some(key) = ours(&annotation.key) else {
                continue;
            };
            let spans = find(&annotation.value);
            let Some(&span) = spans.first() else { continue };
            self.meet(&annotation.value, &spans, Place::value(key, span));
            annotation.value = without(&annotation.value, &spans);
            self.values
                .push(FilledValue::new(key, &annotation.value, &spans));
        }
        self.fill_rules(&mut plain);
        for host in plain.tls.iter_mut().flat_map(|tls| &mut tls.hosts) {
            let spans = find(host);
            *host = without(host, &spans).into_owned().into();
        }
        (self.count > 0).then_some(plain)
    }

    fn fill_rules(&mut self, plain: &mut Subject<'_>) {
        for (index, rule) in plain.rules.iter_mut().enumerate() {
            let field = || FieldPath::names(&["spec", "rules"]).index(index);
            self.hosts |= self.fill_text(&mut rule.host, || field().name("host"));
            for (index, path) in rule.paths.iter_mut().flatten().enumerate() {
                let field = || field().name("http").name("paths").index(index);
                self.paths |= self.fill_text(&mut path.path, || field().name("path"));
                self.services |= self.fill_text(&mut path.backend.service, || {
                    field().name("backend").name("service").name("name")
                });
            }
        }
        if let Some(backend) = &mut plain.default_backend {
            let field = || FieldPath::names(&["spec", "defaultBackend", "service", "name"]);
            self.services |= self.fill_text(&mut backend.service, field);
        }
    }

    fn fill_text(
        &mut self,
        text: &mut Option<Cow<'_, str>>,
        field: impl Fn() -> FieldPath,
    ) -> bool {
        let Some(written) = text else { return false };
        let spans = find(written);
        if spans.is_empty() {
            return false;
        }
        self.meet(written, &spans, Place::field(field()));
        self.fields.push(field());
        *text = Some(Cow::Owned(without(written, &spans).into_owned()));
        true
    }

    fn meet(&mut self, text: &str, spans: &[Span], place: Place) {
        self.count += spans.len();
        if let (None, Some(first)) = (&self.first, spans.first()) {
            self.first = Some((first.of(text).to_owned(), place));
        }
    }

    /// Whether a finding holds whatever the placeholders become.
    fn is_certain(&self, diagnostic: &Diagnostic) -> bool {
        let place = &diagnostic.place;
        if let Some(key) = place.field.annotation_key() {
            let value = self.values.iter().find(|value| value.key == key);
            if !value.is_none_or(|value| value.is_certain(diagnostic)) {
                return false;
            }
        } else if self.fields.iter().any(|field| touches(field, &place.field)) {
            return false;
        }
        let depends_on = match diagnostic.rule {
            Rule::UnknownBackend => self.services,
            Rule::DroppedBackend => self.services || self.hosts || self.paths,
            Rule::PublicSuffixDomain
            | Rule::DomainMismatch
            | Rule::WideDomain
            | Rule::SecureWithoutTls
            | Rule::CookiePrefix => self.hosts,
            Rule::PathMismatch | Rule::MissingPath => self.paths || self.services,
            Rule::CookieClash | Rule::DuplicatePath => self.hosts || self.paths || self.services,
            _ => false,
        };
        !depends_on && !diagnostic.message.contains(&FILLER.repeat(4))
    }

    fn note(self) -> Option<Diagnostic> {
        let (text, place) = self.first?;
        let message = match self.count {
            1 => format!("{} is a placeholder: check what it becomes", quote(&text)),
            _ => format!(
                "{} is a placeholder, and not the only one: check what they become",
                quote(&text)
            ),
        };
        Some(Diagnostic::new(Rule::Placeholder, place, message))
    }
}

impl FilledValue {
    fn new(key: &'static str, value: &str, placeholders: &[Span]) -> Self {
        let around = |span: &Span, ends: fn(char) -> bool| {
            let start = value[..span.start].rfind(ends).map_or(0, |at| at + 1);
            let end = value[span.end..].find(ends);
            Span::new(start, end.map_or(value.len(), |at| span.end + at))
        };
        let words: Vec<Span> = placeholders
            .iter()
            .map(|span| around(span, |c| c == ';' || c.is_ascii_whitespace()))
            .collect();
        let entry = |span: &Span| around(span, |c| c == ';');
        let whole = |word: &&Span| !word.of(value).contains('=');
        Self {
            key,
            entries: words.iter().map(entry).collect(),
            open: words.iter().filter(whole).map(entry).collect(),
            words,
        }
    }

    fn is_certain(&self, diagnostic: &Diagnostic) -> bool {
        let Some(span) = diagnostic.place.span else {
            return true;
        };
        let meets = |other: &Span| span.start <= other.end && other.start <= span.end;
        if self.words.iter().any(meets) {
            return false;
        }
        let within = |entries: &[Span]| entries.iter().any(|entry| entry.contains(span));
        match diagnostic.consequence {
            Some(Consequence::RejectsIngress | Consequence::BreaksReload | Consequence::Unsafe) => {
                true
            }
            Some(Consequence::Policy) => !within(&self.open),
            _ => !within(&self.entries),
        }
    }
}

/// Whether one of two fields holds the other.
fn touches(one: &FieldPath, other: &FieldPath) -> bool {
    let (one, other): (&[Step], &[Step]) = (one.steps(), other.steps());
    let shorter = one.len().min(other.len());
    one[..shorter] == other[..shorter]
}

/// `text` with each placeholder as a word of its length.
fn without<'t>(text: &Cow<'t, str>, spans: &[Span]) -> Cow<'t, str> {
    if spans.is_empty() {
        return text.clone();
    }
    let mut plain = text.clone().into_owned();
    for span in spans {
        plain.replace_range(span.start..span.end, &FILLER.repeat(span.len()));
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests;
