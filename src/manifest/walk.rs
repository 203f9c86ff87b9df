//! Paths: files, folders, globs and standard input, read and checked in
//! parallel, reported in order.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::check::check_in;
use super::decode::{Encoding, decode};
use super::name::Name;
use super::object::NAME;
use super::read_options::Context;
use super::readable::is_markdown;
use super::report::{Report, SkipReason};
use super::{CheckSubject, Source};
use crate::policy::FILE_NAME;

mod glob;
mod ignored;

/// Files that are read and checked at a time: enough to keep every core busy,
/// few enough that memory does not grow with the number of files.
const BATCH: usize = 256;

/// No longer input is read, in bytes: a device that never ends would take all
/// memory.
const LONGEST: u64 = 1 << 30;

/// Names what is not a manifest, in the grammar of `.gitignore`.
const IGNORE_FILE: &str = ".sticklerignore";

/// The name of standard input in messages, where it has no other.
pub const STDIN: &str = crate::finding::STDIN;

/// Which files are read, and what is made of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'o> {
    /// Whether what is not a manifest is an error.
    pub strict: bool,
    /// Whether folders are searched for Markdown too.
    pub markdown: bool,
    /// The name of standard input.
    pub stdin_name: Option<&'o str>,
}

/// Checks what `paths` name, and gives each report to `sink` on the calling
/// thread, in the order of the paths and below a folder by name.
///
/// A folder is walked as ripgrep does: hidden names and what `.gitignore` or
/// `.sticklerignore` names are left out, and only `*.yaml`, `*.yml` and
/// `*.json` are read, the policy in `stickler.yaml` excepted. A file that is
/// named is read unless `.sticklerignore` names it. `-` is standard input. A
/// path with `*`, `?` or `[` that is not a file is a glob. A path that cannot
/// be read gives a report with an error, and the others are still read.
pub fn check_paths(
    paths: &[impl AsRef<OsStr>],
    options: Options<'_>,
    check_subject: &CheckSubject<'_>,
    sink: &mut dyn FnMut(Report) -> ControlFlow<()>,
) {
    each_input(paths, options, sink, &|input| {
        let context = Context {
            path: input.path.as_deref(),
            from_root: input.from_root.as_ref(),
            strict: options.strict,
        };
        check_in(input.source, context, check_subject)
    });
}

/// As [`check_paths`], for any work on a text that ends in a report.
pub(super) fn each_input<R: Send + From<Report>>(
    paths: &[impl AsRef<OsStr>],
    options: Options<'_>,
    sink: &mut dyn FnMut(R) -> ControlFlow<()>,
    work: &(dyn Fn(Input) -> R + Sync),
) {
    let mut found = paths.iter().flat_map(|path| files(path.as_ref(), options));
    loop {
        let batch: Vec<File> = found.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return;
        }
        let one = |file: File| match file.read(options) {
            Ok(input) => work(input),
            Err(report) => R::from(*report),
        };
        let done: Vec<R> = match batch.len() {
            1 => batch.into_iter().map(one).collect(),
            _ => batch.into_par_iter().map(one).collect(),
        };
        for result in done {
            if sink(result).is_break() {
                return;
            }
        }
    }
}

/// A text that was read.
pub(super) struct Input {
    pub(super) source: Source,
    /// The file; `None` for standard input.
    pub(super) path: Option<PathBuf>,
    /// The path for reports that want one from the working directory, where it
    /// is not the source's name.
    pub(super) from_root: Option<Arc<[u8]>>,
    pub(super) encoding: Encoding,
}

/// Something to read.
enum File {
    Stdin,
    /// Found in a folder, whose ignore files were heeded already.
    Met(PathBuf),
    Named(PathBuf),
    /// What cannot be read, known before it was tried.
    Error(PathBuf, String),
}

impl File {
    fn read(self, options: Options<'_>) -> Result<Input, Box<Report>> {
        let (path, bytes) = match self {
            Self::Error(path, message) => {
                return Err(Report::unreadable(&Name::of(&path), message));
            }
            Self::Stdin => (None, read_stdin()),
            Self::Named(path) if ignored::is_ignored(&path) => {
                return Err(Report::left_out(&Name::of(&path), SkipReason::Ignored));
            }
            Self::Met(path) | Self::Named(path) => {
                let bytes = read_file(&path);
                (Some(path), bytes)
            }
        };
        let name = match &path {
            Some(path) => Name::of(path),
            None => Name::of(Path::new(options.stdin_name.unwrap_or(STDIN))),
        };
        let place = path.as_deref().unwrap_or(Path::new(&name.shown));
        let bytes = bytes.map_err(|error| Report::unreadable(&name, explain(place, &error)))?;
        let is_required = options.strict || holds_ours(&bytes);
        match decode(bytes) {
            Ok((text, encoding)) => Ok(Input {
                source: Source {
                    name: name.shown,
                    text,
                },
                path,
                from_root: name.from_root,
                encoding,
            }),
            Err(message) if is_required => Err(Report::unreadable(&name, message)),
            Err(message) => Err(Report::left_out(&name, SkipReason::NotManifest(message))),
        }
    }
}

/// Whether bytes that may not be text look like a manifest all the same.
fn holds_ours(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains(NAME) || text.contains("apiVersion")
}

fn read_stdin() -> io::Result<Vec<u8>> {
    read_up_to(LONGEST, 0, io::stdin().lock())
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    read_up_to(LONGEST, length, file)
}

/// All of `source`, where it has no more than `longest` bytes; with room for
/// those that are `expected` from the start.
fn read_up_to(longest: u64, expected: u64, source: impl Read) -> io::Result<Vec<u8>> {
    let room = usize::try_from(expected.min(longest)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(room);
    source.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let message = format!("it has more than {longest} bytes");
        return Err(io::Error::other(message));
    }
    Ok(bytes)
}

fn files(path: &OsStr, options: Options<'_>) -> Box<dyn Iterator<Item = File>> {
    if path == "-" {
        return Box::new(std::iter::once(File::Stdin));
    }
    let named = Path::new(path);
    match fs::metadata(named) {
        Ok(found) if found.is_dir() => Box::new(folder(named, options.markdown)),
        Ok(_) => Box::new(std::iter::once(File::Named(named.to_owned()))),
        Err(error) => {
            let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']));
            if let (io::ErrorKind::NotFound, Some(pattern)) = (error.kind(), pattern) {
                return glob::glob(pattern);
            }
            let message = explain(named, &error);
            Box::new(std::iter::once(File::Error(named.to_owned(), message)))
        }
    }
}

fn folder(path: &Path, markdown: bool) -> impl Iterator<Item = File> + use<> {
    let mut walk = ignore::WalkBuilder::new(path);
    walk.sort_by_file_name(Ord::cmp)
        .require_git(false)
        .add_custom_ignore_filename(IGNORE_FILE);
    let here = path == Path::new(".");
    walk.build().filter_map(move |entry| match entry {
        Ok(entry) => {
            let found = entry.path();
            let short = found.strip_prefix("./").ok().filter(|_| here);
            let is_read = is_manifest(found) || (markdown && is_markdown(found));
            let file = is_read.then(|| met(&entry, short.unwrap_or(found)));
            file.flatten()
        }
        Err(error) => Some(unmet(&error)),
    })
}

/// What a walk could not read.
fn unmet(error: &ignore::Error) -> File {
    let (name, message) = describe(error);
    File::Error(name, message)
}

/// What a walk met at `path`. Links to folders are not followed, and a pipe is
/// read only where it is named, because it may block.
fn met(entry: &ignore::DirEntry, path: &Path) -> Option<File> {
    let kind = match entry.file_type() {
        // A link that leads nowhere is reported when it is read.
        Some(kind) if kind.is_symlink() => match fs::metadata(path) {
            Ok(led_to) => led_to.file_type(),
            Err(_) => return Some(File::Met(path.to_owned())),
        },
        kind => kind?,
    };
    if kind.is_dir() {
        None
    } else if kind.is_file() {
        Some(File::Met(path.to_owned()))
    } else {
        let message = "neither a file nor a folder".to_owned();
        Some(File::Error(path.to_owned(), message))
    }
}

/// By its name; the policy, which is looked for under a name of its own, is none.
fn is_manifest(path: &Path) -> bool {
    if path.file_name().is_some_and(|name| name == FILE_NAME) {
        return false;
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn describe(error: &ignore::Error) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => {
            let message = match err.io_error() {
                Some(error) => explain(path, error),
                None => err.to_string(),
            };
            (path.clone(), message)
        }
        ignore::Error::WithDepth { err, .. } => describe(err),
        ignore::Error::Loop { child, .. } => {
            let message = "a link that leads back to a folder above";
            (child.clone(), message.to_owned())
        }
        other => (PathBuf::new(), other.to_string()),
    }
}

fn explain(path: &Path, error: &io::Error) -> String {
    let is_link = || fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    match error.kind() {
        io::ErrorKind::NotFound if is_link() => "a link that leads nowhere".to_owned(),
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_given_up() {
        for (length, read) in [
            (0, true),
            (7, true),
            (8, true),
            (9, false),
            (u64::MAX, false),
        ] {
            let source = io::repeat(b'a').take(length);
            assert_eq!(read_up_to(8, 0, source).is_ok(), read, "{length}");
        }
    }
}
