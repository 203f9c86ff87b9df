//! Builds `controlplane/`: six minutes once, then found again in a cache
//! outside the tree. Whoever empties the cache only waits.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/controlplane");

/// Without a version in it, kubectl cannot make sense of its own API server;
/// without symbols it is two thirds the size.
const FLAGS: &str = "-s -w \
    -X k8s.io/component-base/version.gitVersion=v1.37.2 \
    -X k8s.io/component-base/version.gitMajor=1 \
    -X k8s.io/component-base/version.gitMinor=37";

const INSTALL: &str = "the tests against a real kube-apiserver build it from its Go modules: \
    install Go 1.26 or newer (https://go.dev/dl), or point KUBEBUILDER_ASSETS at a folder with \
    etcd, kube-apiserver and kubectl, or STICKLER_TEST_KUBECONFIG at a cluster with stickler in it";

/// The program, built now if it is not there yet.
pub(crate) fn controlplane() -> Result<PathBuf, String> {
    let go = go(&["version"])?;
    let folder = cache()?;
    let program = folder.join(format!("controlplane-{:016x}", key(&go)?));
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let lock = File::create(program.with_extension("lock")).map_err(at(&folder))?;
    lock.lock().map_err(at(&folder))?;
    if !program.is_file() {
        build(&program)?;
    }
    Ok(program)
}

/// Builds beside its place and moves it there: nobody ever sees half of it.
fn build(program: &Path) -> Result<(), String> {
    // Written past the test's capture: six silent minutes look like a hang.
    let _ = writeln!(
        io::stderr(),
        "building kube-apiserver, etcd and kubectl with Go: takes six minutes, once"
    );
    let unfinished = program.with_extension("unfinished");
    let path = unfinished.display().to_string();
    go(&["build", "-ldflags", FLAGS, "-o", &path, "."])?;
    fs::rename(&unfinished, program).map_err(at(program))
}

/// Runs Go in the module and returns what it printed.
fn go(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("go")
        .args(arguments)
        .current_dir(MODULE)
        .output()
        .map_err(|error| format!("cannot run 'go': {error}; {INSTALL}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("'go {}' failed; {INSTALL}\n{said}", arguments[0]))
}

/// What the program depends on.
fn key(go: &str) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    (go, FLAGS).hash(&mut hasher);
    for name in ["go.mod", "go.sum", "main.go"] {
        let path = Path::new(MODULE).join(name);
        fs::read(&path).map_err(at(&path))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
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

fn at(path: &Path) -> impl Fn(io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}
