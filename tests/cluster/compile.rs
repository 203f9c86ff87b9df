//! Builds `controlplane/`: six minutes once, then found again in a cache
//! outside the tree. Whoever empties the cache only waits.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built::{self, at, built};

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
    built("controlplane", key(&go)?, build)
}

fn build(program: &Path) -> Result<(), String> {
    let path = program.display().to_string();
    // Who owns the checkout, and whether git is there, is no business of Go's.
    let flags = ["build", "-buildvcs=false", "-ldflags", FLAGS, "-o", &path];
    go(&flags).map(drop)
}

/// Runs Go in the module and returns what it printed.
fn go(arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("go");
    built::go(command.args(arguments).current_dir(MODULE), INSTALL)
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
