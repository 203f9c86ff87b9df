//! Fixes in place: the edits that diagnostics bring, made within the scalar
//! that holds the value, and nowhere else.
//!
//! ```text
//! text ─ targets ─▶ values that can be better ─ improve ─▶ new values
//!      ─ patch ─▶ bytes of their scalars ─ compare ─▶ a text that says the same but for them
//! text ─ replace ─▶ an annotation in place of others, line by line
//! ```

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::PathBuf;

mod collect;
mod compare;
mod patch;
mod replace;
mod target;
mod write;

pub use target::Unfixable;
pub use write::write;

use super::check::examine;
use super::decode::Encoding;
use super::improve::Wanted;
use super::read_options::Context;
use super::readable::readable;
use super::report::Report;
use super::walk::{Input, Options, each_input};
use super::{CheckSubject, Source, placeholder};
use crate::finding::Finding;
use crate::lint::{Edit, Subject};
use target::Target;

/// The outcome of fixing one text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fixed {
    /// The text as it was; empty for a path that cannot be read.
    pub before: String,
    /// The text as it should be; the same where nothing could be fixed.
    pub after: String,
    /// The number of fixes that were applied.
    pub applied: usize,
    /// What was left as it is, and why.
    pub refused: Vec<Unfixable>,
    /// What is found in the text as it should be.
    pub report: Report,
    /// The file; `None` for standard input and for what cannot be read.
    pub path: Option<PathBuf>,
    /// The file's encoding.
    pub encoding: Encoding,
}

impl Fixed {
    /// Whether the text has to change.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.before != self.after
    }
}

impl From<Report> for Fixed {
    fn from(report: Report) -> Self {
        Self {
            report,
            ..Self::default()
        }
    }
}

/// Makes the fixes of one text that can only be what was intended, and with
/// `unsafe_too` those that are a guess.
///
/// Each value is improved until nothing more can be done; a value that
/// does not improve stays as it is, and so does one that a comment silences.
/// Parsing the result gives exactly the improved values, and no byte outside
/// their scalars differs.
#[must_use]
pub fn fix(source: Source, check_subject: &CheckSubject<'_>, unsafe_too: bool) -> Fixed {
    fix_in(source, Context::default(), check_subject, unsafe_too)
}

/// As [`fix`], knowing more of the text.
fn fix_in(
    source: Source,
    context: Context<'_>,
    check_subject: &CheckSubject<'_>,
    unsafe_too: bool,
) -> Fixed {
    let before = examine(&source, context, check_subject);
    let replaced = replace::replace(&source.text, &before.findings, unsafe_too);
    let mut fixed = match replaced.text {
        Some(text) => {
            let name = source.name;
            let next = Source { name, text };
            let report = examine(&next, context, check_subject);
            let fixed = fix_values(next, report, context, check_subject, unsafe_too);
            Fixed {
                before: source.text,
                ..fixed
            }
        }
        None => fix_values(source, before, context, check_subject, unsafe_too),
    };
    fixed.applied += replaced.applied;
    fixed.refused.extend(replaced.refused);
    fixed
}

/// Fixes the values of a text in which `before` was found.
fn fix_values(
    source: Source,
    before: Report,
    context: Context<'_>,
    check_subject: &CheckSubject<'_>,
    unsafe_too: bool,
) -> Fixed {
    let of_value = |finding: &Finding| {
        let fix = finding.diagnostic.fix.as_ref();
        fix.is_some_and(|fix| fix.replacement.is_none())
    };
    if !before.findings.iter().any(of_value) {
        return Fixed {
            after: source.text.clone(),
            before: source.text,
            report: before,
            ..Fixed::default()
        };
    }
    let wanted = Wanted {
        unsafe_too,
        silenced: &before.silenced,
    };
    let text = readable(&source.name, &source.text);
    let filled = |subject: &Subject<'_>| placeholder::check(subject, check_subject);
    let file = collect::File::new(&source);
    let (targets, mut refused) = collect::collect(&file, &text, context, &filled, &wanted);
    let chosen = choose(&text, &targets);
    let mut edits: Vec<Edit> = Vec::new();
    let mut applied = 0;
    for (target, way) in targets.iter().zip(chosen) {
        match way {
            Some(way) => {
                applied += target.applied;
                edits.extend(way);
            }
            None => refused.push(target.refuse("the file cannot hold the fixed value in place")),
        }
    }
    let after = Source {
        text: patch::apply(&source.text, edits),
        name: source.name,
    };
    Fixed {
        report: examine(&after, context, check_subject),
        before: source.text,
        after: after.text,
        applied,
        refused,
        ..Fixed::default()
    }
}

/// Fixes what `paths` name, without writing anything: each result goes to
/// `sink`, in the order that [`super::check_paths`] has.
pub fn fix_paths(
    paths: &[impl AsRef<OsStr>],
    options: Options<'_>,
    check_subject: &CheckSubject<'_>,
    unsafe_too: bool,
    sink: &mut dyn FnMut(Fixed) -> ControlFlow<()>,
) {
    each_input(paths, options, sink, &|input: Input| {
        let context = Context {
            path: input.path.as_deref(),
            from_root: input.from_root.as_ref(),
            strict: options.strict,
        };
        let fixed = fix_in(input.source, context, check_subject, unsafe_too);
        Fixed {
            path: input.path,
            encoding: input.encoding,
            ..fixed
        }
    });
}

/// For each target the least intrusive way to write it that holds; `None`
/// where none does.
///
/// The first ways nearly always hold, so they are tried together first.
fn choose(text: &str, targets: &[Target]) -> Vec<Option<Vec<Edit>>> {
    let ways: Vec<Vec<Vec<Edit>>> = targets.iter().map(|it| patch::ways(text, it)).collect();
    let first: Option<Vec<&Vec<Edit>>> = ways.iter().map(|ways| ways.first()).collect();
    if let Some(first) = first {
        let all: Vec<Edit> = first.iter().copied().flatten().cloned().collect();
        if compare::holds(text, &patch::apply(text, all), targets) {
            return first.into_iter().cloned().map(Some).collect();
        }
    }
    let alone = |(target, ways): (&Target, Vec<Vec<Edit>>)| {
        let target = std::slice::from_ref(target);
        let holds =
            |way: &Vec<Edit>| compare::holds(text, &patch::apply(text, way.clone()), target);
        ways.into_iter().find(holds)
    };
    targets.iter().zip(ways).map(alone).collect()
}

#[cfg(test)]
mod tests;
