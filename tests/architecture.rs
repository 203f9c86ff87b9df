//! The arrows between the rooms: who may name whom.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "architecture/inside.rs"]
mod inside;

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The files of a module: `name.rs` and everything in `name/`.
fn module(name: &str) -> Vec<(PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_module = |path: &PathBuf| {
        let path = path.strip_prefix(&source).unwrap();
        path == Path::new(name).with_extension("rs") || path.starts_with(name)
    };
    let files = sources(&source).into_iter().filter(of_module);
    files
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// Everything but comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
}

/// Whom each module of lib.rs may name, lowest first: nobody names upwards.
const ARROWS: [(&str, &[&str]); 16] = [
    ("crypto", &[]),
    ("json", &[]),
    ("lint", &[]),
    ("finding", &["lint"]),
    ("ingress", &["json", "lint"]),
    ("yaml", &["lint"]),
    ("certs", &["crypto", "lint"]),
    ("probe", &["crypto"]),
    ("page", &["lint"]),
    ("policy", &["lint", "yaml"]),
    ("render", &["finding", "lint", "page"]),
    ("audit", &["finding", "ingress", "lint"]),
    ("admission", &["ingress", "json", "lint", "policy"]),
    (
        "manifest",
        &["finding", "ingress", "lint", "policy", "yaml"],
    ),
    (
        "server",
        &["admission", "certs", "crypto", "lint", "policy"],
    ),
    (
        "cli",
        &[
            "admission",
            "audit",
            "certs",
            "finding",
            "lint",
            "manifest",
            "page",
            "policy",
            "probe",
            "render",
            "server",
        ],
    ),
];

/// Whether a file holds tests only.
fn is_test(path: &Path) -> bool {
    let mut parts = path.components().map(std::path::Component::as_os_str);
    parts.any(|part| part == "tests" || part == "tests.rs")
}

fn assert_silent(name: &str, words: &[&str]) {
    let files = module(name);
    assert!(!files.is_empty(), "no module {name}");
    let files = files.into_iter().filter(|(path, _)| !is_test(path));
    for (path, text) in files {
        for line in code(&text) {
            for word in words {
                assert!(
                    !line.contains(word),
                    "{} names {word}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_core_is_pure() {
    let outside = [
        "kube",
        "k8s_openapi",
        "axum",
        "tokio",
        "hyper",
        "rustls",
        "clap",
    ];
    let doors = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::thread",
    ];
    let clocks = ["std::time", "Instant::", "SystemTime", "jiff"];
    for words in [
        outside.map(|name| format!("{name}::")).as_slice(),
        &doors.map(String::from),
        &clocks.map(String::from),
    ] {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        assert_silent("lint", &words);
    }
}

#[test]
fn the_core_imports_nothing_of_ours() {
    for (path, text) in module("lint") {
        for line in code(&text).filter(|line| line.contains("crate::")) {
            assert!(line.contains("crate::lint"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn every_module_names_only_those_below_it() {
    for (index, (name, below)) in ARROWS.iter().enumerate() {
        let lower = |other: &&str| ARROWS[..index].iter().any(|(name, _)| name == other);
        assert!(below.iter().all(lower), "{name}");
        for (path, text) in module(name) {
            for line in code(&text) {
                for named in line.split("crate::").skip(1) {
                    let end = named.find(|c: char| !c.is_alphanumeric() && c != '_');
                    let named = &named[..end.unwrap_or(named.len())];
                    let allowed = named == *name || below.contains(&named);
                    assert!(allowed, "{} names {named}: {line}", path.display());
                }
            }
        }
    }
}

/// Whom each module of `lint` may name, lowest first. The meter is for all.
const LINT: [(&str, &[&str]); 17] = [
    ("meter", &[]),
    ("span", &[]),
    ("field", &[]),
    ("text", &[]),
    ("subject", &[]),
    ("consequence", &[]),
    ("release", &[]),
    ("read::facts", &["release"]),
    ("read::host", &[]),
    ("read::url", &[]),
    ("read::keys", &["subject", "text", "release", "read::facts"]),
    (
        "read::controller",
        &[
            "span",
            "subject",
            "release",
            "read::facts",
            "read::host",
            "read::keys",
            "read::url",
        ],
    ),
    ("read::nginx", &["span", "text"]),
    (
        "read::browser",
        &[
            "span",
            "subject",
            "read::host",
            "read::url",
            "read::controller",
        ],
    ),
    (
        "read",
        &[
            "span",
            "subject",
            "release",
            "read::facts",
            "read::keys",
            "read::controller",
            "read::nginx",
            "read::browser",
        ],
    ),
    ("diagnostic", &["consequence", "field", "span", "rules"]),
    (
        "policy",
        &[
            "consequence",
            "diagnostic",
            "read",
            "release",
            "rules",
            "subject",
        ],
    ),
];

/// The modules that a line of `lint` names, written from the crate's root;
/// several in braces are several.
fn named_in(line: &str) -> Vec<String> {
    let mut named = Vec::new();
    for path in line.split("crate::lint::").skip(1) {
        let end = path.find(|c: char| {
            !c.is_alphanumeric() && !matches!(c, '_' | ':' | '{' | ',' | ' ' | '}')
        });
        let path = &path[..end.unwrap_or(path.len())];
        match path.split_once('{') {
            Some((room, all)) => named.extend(
                all.split([',', '}'])
                    .map(|name| format!("{room}{}", name.trim()))
                    .filter(|name| !name.ends_with(':')),
            ),
            None => named.push(path.to_owned()),
        }
    }
    named
}

/// The longest entry of the table that a path lies in.
fn room_in_lint(path: &str) -> Option<&'static str> {
    let rooms = LINT.iter().map(|(room, _)| *room);
    let own = rooms.filter(|room| {
        let rest = path.strip_prefix(room);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    });
    own.max_by_key(|room| room.len())
}

#[test]
fn readers_look_forward_only() {
    for (room, below) in LINT {
        let folder = format!("lint/{}", room.replace("::", "/"));
        // The readers have rows of their own.
        let own = module(&folder).into_iter();
        let own = own.filter(|(path, _)| room != "read" || path.ends_with("lint/read.rs"));
        for (path, text) in own.filter(|(path, _)| !is_test(path)) {
            let text = text.split("#[cfg(test)]").next().unwrap();
            for line in code(text) {
                assert!(!line.contains("super::super"), "{}: {line}", path.display());
                for named in named_in(line) {
                    let named = room_in_lint(&named).unwrap_or(named.split("::").next().unwrap());
                    let is_leaf = matches!(named, "bytes" | "meter");
                    let allowed = named == room || is_leaf || below.contains(&named);
                    assert!(allowed, "{} names {named}: {line}", path.display());
                }
            }
        }
    }
}

#[test]
fn readers_name_no_rule_no_diagnostic_and_no_policy() {
    let words = ["Rule", "Diagnostic", "Policy", "Severity", "Consequence"];
    for (path, text) in module("lint/read") {
        let text = text.split("#[cfg(test)]").next().unwrap();
        for line in code(text) {
            for word in words {
                let named = line.split(|c: char| !c.is_alphanumeric() && c != '_');
                let is_rule_of_ingress = line.contains("HostRule") || line.contains("PathRule");
                let found = named.clone().any(|it| it == word);
                assert!(!found || is_rule_of_ingress, "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_module_stands_in_the_table_of_lib() {
    let lib = include_str!("../src/lib.rs");
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    let mut modules: Vec<_> = modules.map(|name| name.trim_end_matches(';')).collect();
    for name in &modules {
        assert!(lib.contains(&format!("//! | [`{name}`] | ")), "{name}");
    }
    let mut known = ARROWS.map(|(name, _)| name);
    known.sort_unstable();
    modules.sort_unstable();
    assert_eq!(modules, known);
}

#[test]
fn the_map_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["docs/design.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2);
        let paths: Vec<_> = quoted.filter(|it| it.starts_with("src/")).collect();
        assert!(!paths.is_empty(), "{page}");
        for path in paths.iter().filter(|path| !path.contains(['{', '<'])) {
            assert!(root.join(path).exists(), "{page}: {path}");
        }
    }
}

#[test]
fn axum_lives_in_the_server_and_clap_in_the_command_line() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&source) {
        let text = fs::read_to_string(&path).unwrap();
        let of = |name: &str| {
            let path = path.strip_prefix(&source).unwrap();
            path.starts_with(name) || path == Path::new(name).with_extension("rs")
        };
        for line in code(&text) {
            let (axum, clap) = (line.contains("axum::"), line.contains("clap::"));
            assert!(!axum || of("server"), "{}: {line}", path.display());
            assert!(!clap || of("cli"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn no_file_is_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests"] {
        for path in sources(&root.join(folder)) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 400, "{} has {lines} lines", path.display());
        }
    }
}
