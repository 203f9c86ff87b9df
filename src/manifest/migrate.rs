//! Migrations in place: whole lines of `annotations`, and no other byte.
//!
//! ```text
//! text ─ read ─▶ Ingresses ─ migrate ─▶ values ─ key_lines ─▶ lines ─ only_changed ─▶ a text that says the same but for them
//! ```

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::decode::Encoding;
use super::key_lines::{self, Plan};
use super::locate::{Shared, location};
use super::object::{Body, Found, Object};
use super::read::read;
use super::read_options::{Context, Lists};
use super::readable::readable;
use super::report::Report;
use super::verify::{Change, only_changed};
use super::walk::{Options, each_input};
use super::{Source, placeholder};
use crate::finding::{Failure, Location, ObjectRef};
use crate::lint::migrate::{Condemned, Migration, is_affinity};
use crate::lint::read::keys::COMMUNITY;
use crate::lint::subject::Annotation;
use crate::lint::{Edit, Replacement, Span, Subject};
use crate::yaml::{Document, Error, Lines, Node};

/// What migrates a subject, and what of it is written.
pub struct Migrator<'m> {
    /// The migration of a subject, whose keys have ingress-nginx' own prefix.
    pub migrate: &'m (dyn Fn(&Subject<'_>) -> Result<Migration, Condemned> + Sync),
    /// Why a migration is not written; `None` where it is.
    pub withheld: &'m (dyn Fn(&Migration) -> Option<&'static str> + Sync),
    /// The prefix of the keys, with its slash.
    pub prefix: &'m str,
    /// Whether the old keys stay.
    pub keep_old: bool,
}

/// The outcome of migrating one text.
#[derive(Debug, Clone, Default)]
pub struct Migrated {
    /// The text as it was; empty for a path that cannot be read.
    pub before: String,
    /// The text as it should be.
    pub after: String,
    /// The Ingresses that have affinity keys, in the order of the text.
    pub ingresses: Vec<MigratedIngress>,
    /// Keys of the prefix that are not about affinity.
    pub other_keys: usize,
    /// The rest: what could not be read, and how much was.
    pub report: Report,
    /// The file; `None` for standard input and for what cannot be read.
    pub path: Option<PathBuf>,
    /// The file's encoding.
    pub encoding: Encoding,
}

/// One Ingress of a text.
#[derive(Debug, Clone)]
pub struct MigratedIngress {
    /// The Ingress.
    pub object: ObjectRef,
    /// Its first affinity key.
    pub location: Location,
    /// The outcome.
    pub result: Result<Migration, Condemned>,
    /// Whether the text has the value now.
    pub written: bool,
    /// Why not, where the file is the reason.
    pub not_edited: Option<String>,
    plan: Option<Plan>,
}

impl From<Report> for Migrated {
    fn from(report: Report) -> Self {
        Self {
            report,
            ..Self::default()
        }
    }
}

/// Migrates what `paths` name, without writing anything: each result goes to
/// `sink`, in the order that [`super::check_paths`] has.
pub fn migrate_paths(
    paths: &[impl AsRef<OsStr>],
    migrator: &Migrator<'_>,
    sink: &mut dyn FnMut(Migrated) -> ControlFlow<()>,
) {
    each_input(paths, Options::default(), sink, &|input| Migrated {
        encoding: input.encoding,
        path: input.path,
        ..migrate(input.source, migrator)
    });
}

/// Migrates the Ingresses of one text.
#[must_use]
pub fn migrate(source: Source, migrator: &Migrator<'_>) -> Migrated {
    let lines = Lines::new(&source.text);
    let mut migrated = Migrated::default();
    migrated.report.file.clone_from(&source.name);
    migrated.report.counts.files = 1;
    let mut first = 0;
    let text = readable(&source.name, &source.text);
    let mut take = |document: &Document<'_>, found: Found<'_, '_>| {
        let file = File {
            name: &source.name,
            lines: &lines,
            document,
        };
        match found {
            Found::Subject(object) => file.ingress(&object, migrator, &mut migrated),
            Found::Other(..) | Found::NotManifest(_) => migrated.report.counts.skipped += 1,
            Found::Mention(_) => {}
            Found::Template(_) => migrated.report.counts.templates = 1,
            Found::Error(error) => migrated.report.errors.push(file.error(&error)),
            Found::End(root) => {
                withhold_shared(root, &mut migrated.ingresses[first..]);
                first = migrated.ingresses.len();
            }
        }
    };
    Context::default().with_options(Lists::Whole, |options| read(&text, options, &mut take));
    migrated.after = apply(&source.text, &mut migrated.ingresses, migrator);
    migrated.before = source.text;
    migrated
}

/// The file that is read, at one of its documents.
struct File<'f, 't> {
    name: &'f str,
    lines: &'f Lines<'f>,
    document: &'f Document<'t>,
}

impl File<'_, '_> {
    fn location(&self, span: Span) -> Location {
        location(self.name, self.lines, self.document, span)
    }

    fn error(&self, error: &Error) -> Failure {
        Failure {
            location: self.location(error.span),
            message: error.message.clone(),
            help: error.help.clone(),
        }
    }

    fn ingress(&self, object: &Object<'_, '_>, migrator: &Migrator<'_>, migrated: &mut Migrated) {
        let is_whole = matches!(object.body, Body::Node(_) | Body::Json(_));
        // A value alone shows no backends, and a string no lines of its own.
        if !is_whole || !object.frames.is_empty() {
            return;
        }
        migrated.report.counts.ingresses += 1;
        let found = object.with_tree(|tree| self.one(tree.root, object, migrator));
        match found {
            Ok((ingress, others)) => {
                migrated.other_keys += others;
                migrated.report.counts.annotated += usize::from(ingress.is_some());
                migrated.ingresses.extend(ingress);
            }
            Err(error) => migrated.report.errors.push(self.error(&error)),
        }
    }

    /// The migration of an Ingress with affinity keys, and how many other keys
    /// of the prefix there are.
    fn one(
        &self,
        node: &Node<'_>,
        object: &Object<'_, '_>,
        migrator: &Migrator<'_>,
    ) -> (Option<MigratedIngress>, usize) {
        let keys = keys(node, migrator.prefix);
        let others = keys.iter().filter(|(name, ..)| !is_affinity(name)).count();
        let Some(&(_, _, first)) = keys.iter().find(|(name, ..)| is_affinity(name)) else {
            return (None, others);
        };
        let mut subject = object.subject.clone();
        subject
            .annotations
            .retain(|it| !it.key.starts_with(COMMUNITY));
        subject
            .annotations
            .extend(keys.iter().map(|&(name, value, _)| Annotation {
                key: format!("{COMMUNITY}{name}").into(),
                value: value.into(),
            }));
        let result = match placeholder::of_migration(&subject) {
            Some(placeholder) => Ok(Migration::of_placeholder(placeholder)),
            None => (migrator.migrate)(&subject),
        };
        let (plan, not_edited) = match &result {
            Ok(migration) => plan(object, node, migrator, migration),
            Err(_) => (None, None),
        };
        let ingress = MigratedIngress {
            object: object.name.clone(),
            location: self.location(first),
            result,
            written: false,
            not_edited,
            plan,
        };
        (Some(ingress), others)
    }
}

/// The edits that write a migration, or why there are none.
fn plan(
    object: &Object<'_, '_>,
    node: &Node<'_>,
    migrator: &Migrator<'_>,
    migration: &Migration,
) -> (Option<Plan>, Option<String>) {
    let Some(value) = &migration.value else {
        return (None, None);
    };
    let added = Replacement {
        annotation: migration.annotation,
        value: value.clone(),
    };
    let plan = match (migrator.withheld)(migration) {
        Some(reason) => Err(reason),
        None if matches!(object.body, Body::Json(_)) => Err("JSON is not edited"),
        None => key_lines::plan(
            object.text,
            node,
            migrator.prefix,
            migrator.keep_old,
            &added,
        ),
    };
    match plan {
        Ok(plan) => (Some(plan), None),
        Err(reason) => (None, Some(reason.to_owned())),
    }
}

/// The keys of the prefix, without it, with value and place.
fn keys<'n>(node: &'n Node<'_>, prefix: &str) -> Vec<(&'n str, &'n str, Span)> {
    let annotations = node.get("metadata").and_then(|it| it.get("annotations"));
    let pairs = annotations.map(Node::merged_pairs).unwrap_or_default();
    let key = |pair: &&'n crate::yaml::Pair<'_>| {
        let name = pair.key.scalar()?.value.strip_prefix(prefix)?;
        let value = pair.value.scalar()?.value.as_ref();
        Some((name, value, pair.key.resolved().span))
    };
    pairs.iter().filter_map(key).collect()
}

/// Removes the plans for places that an alias shares.
fn withhold_shared(root: &Node<'_>, ingresses: &mut [MigratedIngress]) {
    let shared = Shared::of(root);
    for ingress in ingresses {
        let place = ingress.plan.as_ref().map(|plan| plan.place);
        if place.is_some_and(|place| shared.holds(place)) {
            ingress.plan = None;
            ingress.not_edited = Some("an alias shares the annotations".to_owned());
        }
    }
}

/// The text with the plans carried out, where it then says what it should; else
/// the text as it is.
fn apply(text: &str, ingresses: &mut [MigratedIngress], migrator: &Migrator<'_>) -> String {
    // A value that does not pass its own check is an error of stickler, after
    // which a file is not changed in part.
    if ingresses.iter().any(|it| it.result.is_err()) {
        withhold(
            ingresses,
            "another Ingress of the file has an error of stickler",
        );
    }
    let edits: Vec<Edit> = ingresses
        .iter()
        .filter_map(|it| it.plan.as_ref())
        .flat_map(|plan| plan.edits.clone())
        .collect();
    if edits.is_empty() {
        return text.to_owned();
    }
    let after = Edit::apply_all(&edits, text);
    if holds(text, &after, ingresses, migrator) {
        for ingress in ingresses {
            ingress.written = ingress.plan.is_some();
        }
        return after;
    }
    withhold(ingresses, "the file cannot hold the change in place");
    text.to_owned()
}

/// Takes all plans.
fn withhold(ingresses: &mut [MigratedIngress], reason: &str) {
    for ingress in ingresses.iter_mut().filter(|it| it.plan.is_some()) {
        ingress.plan = None;
        ingress.not_edited = Some(reason.to_owned());
    }
}

/// Whether the edited text reads as the plans say.
fn holds(
    before: &str,
    after: &str,
    ingresses: &[MigratedIngress],
    migrator: &Migrator<'_>,
) -> bool {
    let goes = |key: &str| {
        let name = key.strip_prefix(migrator.prefix);
        !migrator.keep_old && name.is_some_and(is_affinity)
    };
    let planned = ingresses
        .iter()
        .filter_map(|it| Some((it.location.bytes.start, it.plan.as_ref()?)));
    let changes = planned.map(|(at, plan)| Change {
        at,
        removes: &goes,
        added: &plan.added,
    });
    only_changed(&changes.collect::<Vec<_>>(), before, after)
}

#[cfg(test)]
mod tests;
