//! Files and folders.

use std::ops::ControlFlow;
use std::path::Path;

use super::*;

/// A folder with an Ingress in each of the files, and files that are none.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bad = ingress("BAD");
    for (name, text) in [
        ("b.yaml", bad.as_bytes()),
        ("a/z.yml", bad.as_bytes()),
        ("a/notes.txt", b"BAD"),
        (".hidden/x.yaml", bad.as_bytes()),
        ("built/x.yaml", bad.as_bytes()),
        (".gitignore", b"built/\n"),
        ("values.yaml", b"replicas: 2\n"),
        (".sticklerignore", b"values.yaml\n"),
        ("c.json", b"\xff\xfe{\0}\0"),
        ("d.yaml", b"a: \0\xff"),
        ("e.yaml", b"a: \xff"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::os::unix::fs::symlink("nowhere", folder.path().join("f.yaml")).unwrap();
    folder
}

/// `name: findings` or `name: error` of each report, below `root`.
fn reports(root: &Path, paths: &[&str]) -> Vec<String> {
    let named = |path: &&str| root.join(path).display().to_string();
    let paths: Vec<String> = paths.iter().map(named).collect();
    let mut seen = Vec::new();
    check_paths(&paths, Options::default(), &check_subject, &mut |report| {
        let name = Path::new(&report.file)
            .strip_prefix(root)
            .unwrap()
            .display();
        seen.push(match report.errors.first() {
            Some(error) => format!("{name}: {}", error.message),
            None => format!("{name}: {}", report.findings.len()),
        });
        ControlFlow::Continue(())
    });
    seen
}

#[test]
fn folders_are_walked_as_ripgrep_does_and_what_cannot_be_read_is_reported() {
    let folder = folder();
    assert_eq!(
        reports(folder.path(), &[""]),
        [
            "a/z.yml: 1",
            "b.yaml: 1",
            "c.json: 0",
            "d.yaml: 0",
            "e.yaml: 0",
            "f.yaml: a link that leads nowhere",
        ]
    );
}

#[test]
fn a_walk_follows_links_to_files_and_does_not_block() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name| folder.path().join(name);
    std::fs::write(path("a.yaml"), ingress("BAD")).unwrap();
    std::os::unix::fs::symlink("a.yaml", path("b.yaml")).unwrap();
    std::os::unix::fs::symlink(".", path("c.yaml")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(path("d.yaml")).unwrap();
    let expected = [
        "a.yaml: 1",
        "b.yaml: 1",
        "d.yaml: neither a file nor a folder",
    ];
    assert_eq!(reports(folder.path(), &[""]), expected);
    assert_eq!(reports(folder.path(), &["*.yaml"]), expected);
}

#[test]
fn a_glob_looks_no_deeper_than_it_says() {
    let folder = folder();
    for (glob, expected) in [
        ("*.yml", "*.yml: no file matches"),
        ("*/*.yml", "a/z.yml: 1"),
        ("**/*.yml", "a/z.yml: 1"),
        ("a/*.yml", "a/z.yml: 1"),
    ] {
        assert_eq!(reports(folder.path(), &[glob]), [expected], "{glob}");
    }
}

#[test]
fn what_is_named_is_read_in_the_order_of_the_names() {
    let folder = folder();
    let named = [
        "built/x.yaml",
        ".hidden",
        "none.yaml",
        "*/*.y*ml",
        "*.toml",
        "a/notes.txt",
    ];
    assert_eq!(
        reports(folder.path(), &named),
        [
            "built/x.yaml: 1",
            ".hidden/x.yaml: 1",
            "none.yaml: there is no such file or folder",
            "a/z.yml: 1",
            "built/x.yaml: 1",
            "*.toml: no file matches",
            "a/notes.txt: 0",
        ]
    );
}

#[test]
fn extensions_match_in_any_case_and_hidden_files_must_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("sub")).unwrap();
    for name in ["A.YAML", "B.Yml", "C.JSON", ".d.yaml", "sub/e.yaml"] {
        std::fs::write(path(name), ingress("BAD")).unwrap();
    }
    let walked = ["A.YAML: 1", "B.Yml: 1", "C.JSON: 1", "sub/e.yaml: 1"];
    assert_eq!(reports(folder.path(), &[""]), walked);
    for (glob, expected) in [
        ("*.yaml", &["*.yaml: no file matches"][..]),
        (".*.yaml", &[".d.yaml: 1"]),
        ("*e.yaml", &["*e.yaml: no file matches"]),
        ("*/e.yaml", &["sub/e.yaml: 1"]),
        ("nowhere/*.yaml", &["nowhere/*.yaml: no file matches"]),
    ] {
        assert_eq!(reports(folder.path(), &[glob]), expected, "{glob}");
    }
}
