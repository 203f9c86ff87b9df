//! Programs that the tests build with Go: once, into a cache outside the tree.
//! Whoever empties the cache only waits.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What tells two builds apart.
pub(crate) fn key(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// A program from the cache. It is found by its name and by the [`key`] of all
/// that it is made from; where it is not there yet, `build` makes it at the
/// path it is given. Tests that ask at the same time wait for each other.
pub(crate) fn built(
    name: &str,
    key: u64,
    build: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let folder = cache()?;
    let program = folder.join(format!("{name}-{key:016x}"));
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let lock = File::create(program.with_extension("lock")).map_err(at(&folder))?;
    lock.lock().map_err(at(&folder))?;
    if !program.is_file() {
        // Written past the test's capture: silent minutes look like a hang.
        let _ = writeln!(io::stderr(), "building {name} with Go: takes minutes, once");
        let unfinished = program.with_extension("unfinished");
        build(&unfinished)?;
        // Nobody ever sees half of it.
        fs::rename(&unfinished, &program).map_err(at(&program))?;
    }
    Ok(program)
}

/// Runs Go and returns what it printed; `install` says what else would do.
pub(crate) fn go(command: &mut Command, install: &str) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run 'go': {error}; {install}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed; {install}\n{said}"))
}

/// `STICKLER_CACHE`, or stickler's folder in the user's cache.
fn cache() -> Result<PathBuf, String> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let folder = |name| set(name).map(PathBuf::from);
    folder("STICKLER_CACHE")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("stickler")))
        .or_else(|| folder("HOME").map(|home| home.join(".cache/stickler")))
        .ok_or_else(|| "no place for a cache: set STICKLER_CACHE or HOME".to_owned())
}

/// An error with the path it is about.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}
