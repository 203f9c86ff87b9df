//! The file as a whole: settings for all, settings for some, exemptions.

use schemars::JsonSchema;

use super::fault::{Fault, Faults};
use super::reader::{self, Reading};
use super::settings::{Field, Leaf, Line, Settings, part};
use super::value::{Day, Patterns, Reason, RuleIds};
use crate::lint::Severity;
use crate::yaml::Position;
use crate::yaml::{self, Node};

part! {
    /// The policy of stickler: what its webhook and `stickler check` make of
    /// sticky-cookie annotations.
    File: Settings {
        /// Settings for some namespaces. The first element whose `match` has a
        /// glob for the namespace counts, alone; what it does not set is as
        /// for all.
        "namespaces" namespaces: Items<Override>,
        /// Findings that are exempt. They are recorded in the audit
        /// annotation `exempt` and nowhere else.
        "exemptions" exemptions: Items<Exemption>,
    }
}

part! {
    /// Settings for some namespaces.
    Override: Settings {
        /// Globs of the namespaces' names.
        "match" matches: Leaf<Patterns>,
    }
}

part! {
    /// Findings that are exempt. All of `namespaces`, `ingresses`,
    /// `users` and `rules` that are given must match.
    Exemption {
        /// Globs of namespaces.
        "namespaces" namespaces: Leaf<Patterns>,
        /// Globs of the names of Ingresses.
        "ingresses" ingresses: Leaf<Patterns>,
        /// Globs of user names, such as `system:serviceaccount:cd:*`. The
        /// command line has no user, so such an exemption is for the webhook only.
        "users" users: Leaf<Patterns>,
        /// The rules whose findings are exempt; all where it is left out.
        "rules" rules: Leaf<RuleIds>,
        /// Why, in one sentence. Every exemption has one.
        "reason" reason: Leaf<Reason>,
        /// The last day, in UTC. Required where the exemption covers rules with
        /// consequence `rejects-ingress`, `breaks-reload` or `unsafe`.
        "until" until: Leaf<Day>,
    }
}

/// A list of mappings, each with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Items<P>(pub(super) Vec<(Position, P)>);

impl<P> Default for Items<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Field + Default> Field for Items<P> {
    fn read(&mut self, node: &Node<'_>, reading: &mut Reading<'_>) {
        if node.is_null() {
            return;
        }
        let read = |node: &Node<'_>, reading: &mut Reading<'_>| {
            let mut part = P::default();
            part.read(node, reading);
            Some((reading.position(node), part))
        };
        self.0 = reader::list_or_empty(node, "mappings", reading, read).unwrap_or_default();
    }
}

impl<P: JsonSchema> JsonSchema for Items<P> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("ListOf{}", P::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Vec<P>>::json_schema(generator)
    }
}

impl File {
    /// Reads a file's text. Whatever cannot be read is left out and is a fault.
    pub(super) fn read(name: &str, text: &str) -> (Self, Faults) {
        let mut reading = Reading::of(name, text);
        let mut file = Self::default();
        let mut documents = yaml::documents(text);
        match documents.next().map(|document| document.read()) {
            Some(Ok(Some(root))) if sets_something(&root) => {
                Field::read(&mut file, &root, &mut reading);
            }
            Some(Err(error)) => broken(&error, &mut reading),
            Some(Ok(_)) | None => sets_nothing(text, &mut reading),
        }
        if let Some(second) = documents.next() {
            let position = reading.position_at(second.range.start);
            let help = Some("a policy is one document".to_owned());
            reading.note(Severity::Error, position, "a second document", help);
        }
        (file, reading.finish())
    }
}

/// Whether there is a value in the file. `{}` is one: it asks for the
/// defaults.
fn sets_something(root: &Node<'_>) -> bool {
    match root.mapping() {
        Some(pairs) => pairs.is_empty() || pairs.iter().any(|pair| !pair.value.is_null()),
        None => !root.is_null(),
    }
}

/// Half a write, or a file that ends within its first comments, must not pass
/// for a policy that asks for the defaults.
fn sets_nothing(text: &str, reading: &mut Reading<'_>) {
    let what = if text.trim().is_empty() {
        "the file is empty"
    } else {
        "the file sets nothing"
    };
    let help = Some("write 'mode: enforce' for the defaults".to_owned());
    reading.note(Severity::Error, reading.position_at(0), what, help);
}

fn broken(error: &yaml::Error, reading: &mut Reading<'_>) {
    let position = reading.position_at(error.span.start);
    let message = format!("the file is not valid YAML: {}", error.message);
    reading.note(Severity::Error, position, message, error.help.clone());
}

impl Faults {
    /// A file that cannot be read at all.
    pub(super) fn unreadable(file: &str, error: impl std::fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            list: vec![Fault {
                position: Position { line: 1, column: 1 },
                severity: Severity::Error,
                message: format!("cannot be read: {error}"),
                help: None,
            }],
        }
    }
}
