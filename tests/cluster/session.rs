//! What a user types and sees, word for word.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use snapbox::{Assert, Data};

use crate::cluster::cluster;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster");

/// Runs the lines in the folder `manifests`, as a shell would, and compares
/// what is seen with `golden/<name>.txt`.
pub(crate) fn session(kubeconfig: &Path, name: &str, lines: &[&str]) {
    let seen: String = lines.iter().map(|line| run(kubeconfig, line)).collect();
    let golden = PathBuf::from(HERE).join(format!("golden/{name}.txt"));
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(seen, Data::read_from(&golden, None));
}

/// The line, what it prints on either stream, and its exit code if not 0.
fn run(kubeconfig: &Path, line: &str) -> String {
    let (code, printed) = output(kubeconfig, line);
    let mut seen = format!("$ {line}\n{printed}");
    if code != 0 {
        writeln!(seen, "[exit code {code}]").unwrap();
    }
    seen.push('\n');
    seen
}

/// The exit code of a shell line and what it printed, on either stream.
pub(crate) fn output(kubeconfig: &Path, line: &str) -> (i32, String) {
    let output = cluster()
        .shell(&format!("{{ {line}\n}} 2>&1"), kubeconfig)
        .current_dir(Path::new(HERE).join("manifests"))
        .output()
        .expect("a shell");
    let printed = String::from_utf8(output.stdout).expect("text");
    (output.status.code().unwrap_or(-1), printed)
}
