//! Paths: files, folders, globs and standard input, read and checked in
//! parallel, reported in order.

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::report::Report;
use super::{Judge, Source, check};
use crate::policy::FILE_NAME;

/// Files that are read and checked at a time: enough to keep every core busy,
/// few enough that memory does not grow with the number of files.
const BATCH: usize = 256;

/// Names what is no manifest, in the grammar of `.gitignore`.
const IGNORE_FILE: &str = ".sticklerignore";

/// The name of standard input in messages.
pub const STDIN: &str = "<stdin>";

/// Checks what `paths` name, and gives each report to `sink` on the calling
/// thread, in the order of the paths and below a folder by name.
///
/// A folder is walked as ripgrep does: hidden names and what `.gitignore` or
/// `.sticklerignore` names are left out, and only `*.yaml`, `*.yml` and
/// `*.json` are read, the policy in `stickler.yaml` excepted. What is named is
/// always read. `-` is standard input. A path with `*`, `?` or `[` that is no
/// file is a glob. A path that cannot be read gives a report
/// with an error, and the others are still read.
pub fn check_paths(
    paths: &[String],
    judge: &Judge<'_>,
    sink: &mut dyn FnMut(Report) -> ControlFlow<()>,
) {
    each_source(paths, sink, &|source| check(source, judge));
}

/// As [`check_paths`], for any work on a text that ends in a report.
pub(super) fn each_source<R: Send + From<Report>>(
    paths: &[String],
    sink: &mut dyn FnMut(R) -> ControlFlow<()>,
    work: &(dyn Fn(Source) -> R + Sync),
) {
    let mut inputs = paths.iter().flat_map(|path| inputs(path));
    loop {
        let batch: Vec<Input> = inputs.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return;
        }
        let one = |input: Input| match input.read() {
            Ok(source) => work(source),
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

/// Something to read.
enum Input {
    Stdin,
    File(PathBuf),
    /// What cannot be read, known before it was tried.
    Error(String, String),
}

impl Input {
    fn read(self) -> Result<Source, Box<Report>> {
        let (path, bytes) = match self {
            Self::Error(name, message) => return Err(Report::unreadable(&name, message)),
            Self::Stdin => (PathBuf::from(STDIN), read_stdin()),
            Self::File(path) => {
                let bytes = fs::read(&path);
                (path, bytes)
            }
        };
        let name = path.display().to_string();
        let bytes = bytes.map_err(|error| Report::unreadable(&name, explain(&path, &error)))?;
        match String::from_utf8(bytes) {
            Ok(text) if holds_nul(text.as_bytes()) => Err(Report::unreadable(&name, BINARY)),
            Ok(text) => Ok(Source { name, text }),
            Err(error) => Err(Report::unreadable(
                &name,
                not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()),
            )),
        }
    }
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn inputs(path: &str) -> Box<dyn Iterator<Item = Input>> {
    if path == "-" {
        return Box::new(std::iter::once(Input::Stdin));
    }
    let named = Path::new(path);
    match fs::metadata(named) {
        Ok(found) if found.is_dir() => Box::new(folder(named)),
        Ok(_) => Box::new(std::iter::once(Input::File(named.to_owned()))),
        Err(error) => {
            let is_glob = error.kind() == io::ErrorKind::NotFound && path.contains(['*', '?', '[']);
            if is_glob {
                return glob(path);
            }
            let message = explain(named, &error);
            Box::new(std::iter::once(Input::Error(path.to_owned(), message)))
        }
    }
}

fn folder(path: &Path) -> impl Iterator<Item = Input> + use<> {
    let mut walk = ignore::WalkBuilder::new(path);
    walk.sort_by_file_name(Ord::cmp)
        .require_git(false)
        .add_custom_ignore_filename(IGNORE_FILE);
    let here = path == Path::new(".");
    walk.build().filter_map(move |entry| match entry {
        Ok(entry) => {
            let found = entry.path();
            let short = found.strip_prefix("./").ok().filter(|_| here);
            let input = is_manifest(found).then(|| met(&entry, short.unwrap_or(found)));
            input.flatten()
        }
        Err(error) => Some(unmet(&error)),
    })
}

/// What a walk could not look into.
fn unmet(error: &ignore::Error) -> Input {
    let (name, message) = describe(error);
    Input::Error(name, message)
}

/// What a walk met at `path`. Links to folders are not followed, and nobody
/// waits for what a pipe may say: it is read where it is named, as shells do.
fn met(entry: &ignore::DirEntry, path: &Path) -> Option<Input> {
    let kind = match entry.file_type() {
        // A link that leads nowhere is told when it is read.
        Some(kind) if kind.is_symlink() => match fs::metadata(path) {
            Ok(led_to) => led_to.file_type(),
            Err(_) => return Some(Input::File(path.to_owned())),
        },
        kind => kind?,
    };
    if kind.is_dir() {
        None
    } else if kind.is_file() {
        Some(Input::File(path.to_owned()))
    } else {
        let message = "neither a file nor a folder".to_owned();
        Some(Input::Error(path.display().to_string(), message))
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

/// The files that a glob matches, by name. What is hidden must be named.
fn glob(pattern: &str) -> Box<dyn Iterator<Item = Input>> {
    let none = |message: String| -> Box<dyn Iterator<Item = Input>> {
        Box::new(std::iter::once(Input::Error(pattern.to_owned(), message)))
    };
    let glob = globset::GlobBuilder::new(pattern)
        .literal_separator(true)
        .build();
    let matcher = match glob {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => return none(format!("not a glob: {}", error.kind())),
    };
    let is_wild = |part: &&str| part.contains(['*', '?', '[', '{']);
    let fixed = pattern.split('/').take_while(|part| !is_wild(part));
    let wild: Vec<&str> = pattern
        .split('/')
        .skip_while(|part| !is_wild(part))
        .collect();
    let depth = (!pattern.contains("**")).then_some(wild.len());
    let mut root: PathBuf = fixed.collect();
    if pattern.starts_with('/') {
        root = Path::new("/").join(root);
    } else if root.as_os_str().is_empty() {
        root.push(".");
    }
    let mut walk = ignore::WalkBuilder::new(root);
    walk.sort_by_file_name(Ord::cmp)
        .standard_filters(false)
        .hidden(!wild.iter().any(|part| part.starts_with('.')))
        .max_depth(depth);
    let found = walk.build().filter_map(move |entry| match entry {
        Ok(entry) => {
            let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
            let input = matcher.is_match(path).then(|| met(&entry, path));
            input.flatten()
        }
        // A folder that was never there is a glob that matches nothing.
        Err(error) => error.io_error().is_none_or(exists).then(|| unmet(&error)),
    });
    let mut found = found.peekable();
    if found.peek().is_none() {
        return none("no file matches".to_owned());
    }
    Box::new(found)
}

fn exists(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::NotFound
}

fn describe(error: &ignore::Error) -> (String, String) {
    match error {
        ignore::Error::WithPath { path, err } => {
            let message = match err.io_error() {
                Some(error) => explain(path, error),
                None => err.to_string(),
            };
            (path.display().to_string(), message)
        }
        ignore::Error::WithDepth { err, .. } => describe(err),
        ignore::Error::Loop { child, .. } => {
            let message = "a link that leads back to a folder above";
            (child.display().to_string(), message.to_owned())
        }
        other => (String::new(), other.to_string()),
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

const BINARY: &str = "a binary file";

/// Whether the head of a file is no text, as ripgrep tells.
fn holds_nul(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(8000)].contains(&0)
}

/// A text that is not UTF-8: told apart from what is no text at all.
fn not_utf8(bytes: &[u8], valid: usize) -> String {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the text is UTF-16; only UTF-8 is read".to_owned(),
        _ if holds_nul(bytes) => BINARY.to_owned(),
        _ => {
            let line = bytes[..valid].split(|&byte| byte == b'\n').count();
            format!("not UTF-8: the byte {valid} (line {line}) begins no character")
        }
    }
}
