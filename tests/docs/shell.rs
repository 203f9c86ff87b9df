//! The shell lines of the pages that need no cluster do what they say.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::*;

/// Programs of others, played: each prints what it would render.
const OTHERS: [&str; 4] = ["helm", "kubectl", "argocd", "flux"];

/// A mistake, as a chart or an overlay may render it.
const BAD: &str = include_str!("../cluster/manifests/breaks-reload.yaml");

/// The lines of a page's `sh` blocks, continued ones as one.
fn lines(page: &str) -> Vec<String> {
    let text = read(page);
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    let joined: String = blocks.collect::<String>().replace("\\\n", " ");
    joined.lines().map(str::to_owned).collect()
}

/// Whether a line has nothing but stickler and what renders manifests for it.
fn is_local(line: &str) -> bool {
    line.split('|').all(|part| {
        let mut words = part.split_whitespace();
        match (words.next(), words.next()) {
            (Some("stickler"), Some(command)) => command != "audit" && command != "serve",
            (Some("helm"), Some(command)) => command == "template",
            (Some("kubectl"), Some(command)) => command == "kustomize",
            (Some("argocd" | "flux"), _) => true,
            _ => false,
        }
    })
}

/// A folder with a chart's, an overlay's and a plain manifest.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    for path in ["bin", "deploy", "chart"] {
        fs::create_dir(folder.path().join(path)).unwrap();
    }
    fs::write(folder.path().join("rendered.yaml"), BAD).unwrap();
    fs::write(folder.path().join("deploy/cafe.yaml"), BAD).unwrap();
    for name in OTHERS {
        let script = format!(
            "#!/bin/sh\ncat '{}/rendered.yaml'\n",
            folder.path().display()
        );
        fs::write(bin.join(name), script).unwrap();
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(bin.join(name), mode).unwrap();
    }
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stickler"), bin.join("stickler")).unwrap();
    folder
}

#[test]
fn what_needs_no_cluster_does_what_it_says() {
    let mut ran = 0;
    for page in ["README.md", "docs/ci.md"] {
        for line in lines(page).iter().filter(|line| is_local(line)) {
            let folder = folder();
            let bin = folder.path().join("bin");
            let path = format!("{}:/usr/bin:/bin", bin.display());
            let output = Command::new("sh")
                .args(["-c", line])
                .current_dir(folder.path())
                .env("PATH", path)
                .env("GITHUB_ACTIONS", "")
                .output()
                .unwrap();
            let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            let code = output.status.code().unwrap();
            // One Ingress with one mistake, which an upgrade neither brings nor takes.
            let upgrade = line.contains("--upgrade-to");
            assert_eq!(code, i32::from(!upgrade), "{page}: {line}\n{printed}");
            let seen = ["unknown-parameter", "expires=1h"];
            let seen = upgrade || seen.iter().any(|it| printed.contains(it));
            assert!(seen, "{page}: {line}\n{printed}");
            ran += 1;
        }
    }
    assert_eq!(ran, 9);
}

/// What stands after `stickler` in any page is a command with flags that it has.
#[test]
fn every_command_line_of_the_pages_has_flags_that_there_are() {
    let pages = files(|name| {
        Path::new(name).extension().is_some_and(|it| it == "md") && name != "CHANGELOG.md"
    });
    let mut seen = 0;
    for page in pages {
        let name = page.to_str().unwrap();
        let text = read(name);
        let indented = text.lines().filter_map(|line| line.strip_prefix("    "));
        let all = indented.map(str::to_owned).chain(lines(name));
        let own = all.flat_map(|line| {
            let parts = line.split('|').map(str::trim).map(str::to_owned);
            parts.collect::<Vec<_>>()
        });
        for line in own.filter(|line| line.starts_with("stickler ")) {
            let mut words = line.split_whitespace().skip(1);
            let mut command = vec![words.next().unwrap()];
            if let "certs" | "policy" = command[0] {
                command.extend(words.next());
            }
            let help = Command::new(env!("CARGO_BIN_EXE_stickler"))
                .args(command)
                .arg("--help")
                .output()
                .unwrap();
            assert!(help.status.success(), "{}: {line}", page.display());
            let help = String::from_utf8(help.stdout).unwrap();
            let known: Vec<_> = help
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
                .collect();
            let until = |word: &&str| !matches!(*word, "|" | "#" | "&&");
            for word in words.take_while(until).filter(|word| word.starts_with('-')) {
                let flag = word.split('=').next().unwrap();
                assert!(known.contains(&flag), "{}: {line}: {flag}", page.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "{seen}");
}
