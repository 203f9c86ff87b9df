//! `stickler certs`, as people see it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

/// Runs `stickler certs` with these words in `folder`: the exit code, and what
/// was printed on both streams.
fn certs(folder: &Path, words: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stickler"));
    command
        .arg("certs")
        .args(words.split(' '))
        .current_dir(folder);
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(printed).unwrap(),
    )
}

/// What was printed, when all went well.
fn good(folder: &Path, words: &str) -> String {
    let (code, printed) = certs(folder, words);
    assert_eq!(code, 0, "{words}: {printed}");
    printed
}

/// What was printed with this exit code.
fn bad(folder: &Path, words: &str, code: i32) -> String {
    let (seen, printed) = certs(folder, words);
    assert_eq!(seen, code, "{words}: {printed}");
    printed
}

#[test]
fn a_set_is_made_and_looked_into() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    assert_data_eq!(
        good(folder, "generate out"),
        str![[r"
out: ca.crt, tls.crt, tls.key for localhost, 127.0.0.1, stickler.stickler.svc

"]]
    );
    assert_data_eq!(
        good(
            folder,
            "inspect out/ca.crt out/tls.crt out/tls.key --name stickler.stickler.svc"
        ),
        str![[r"
out/ca.crt: CA CN=stickler CA [..]Z
  issuer   CN=stickler CA [..]Z
  valid    [..]Z to [..]Z
  expires  in 29 days
out/tls.crt: certificate CN=localhost
  names    localhost, 127.0.0.1, stickler.stickler.svc
  issuer   CN=stickler CA [..]Z
  valid    [..]Z to [..]Z
  expires  in 29 days
out/tls.key: private key of CN=localhost
No problems.

"]]
    );
}

#[test]
fn keys_are_for_the_owner_alone_and_the_ca_key_is_forgotten() {
    let folder = TempDir::new().unwrap();
    let mode = |file: &str| {
        let about = fs::metadata(folder.path().join(file)).unwrap();
        about.permissions().mode() & 0o777
    };
    good(folder.path(), "generate out --client kube-apiserver");
    for (file, expected) in [
        ("out/ca.crt", 0o644),
        ("out/tls.crt", 0o644),
        ("out/tls.key", 0o600),
        ("out/client.crt", 0o644),
        ("out/client.key", 0o600),
    ] {
        assert_eq!(mode(file), expected, "{file}");
    }
    let files = fs::read_dir(folder.path().join("out")).unwrap().count();
    assert_eq!(files, 5, "nothing else is left behind");
    good(folder.path(), "generate with-key --keep-ca-key");
    assert_eq!(mode("with-key/ca.key"), 0o600);
}

#[test]
fn nothing_is_replaced_by_accident() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    good(folder, "generate out");
    let ca = fs::read(folder.join("out/ca.crt")).unwrap();
    assert_eq!(
        bad(folder, "generate out", 2),
        "stickler: out/ca.crt: is there already; --force replaces it\n"
    );
    assert_eq!(fs::read(folder.join("out/ca.crt")).unwrap(), ca);
    good(folder, "generate out --force");
    assert_ne!(fs::read(folder.join("out/ca.crt")).unwrap(), ca);
    good(folder, "inspect out/ca.crt out/tls.crt out/tls.key");
}

#[test]
fn what_is_wrong_is_told() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    good(folder, "generate one stickler.stickler.svc");
    good(folder, "generate two stickler.stickler.svc");
    let key = folder.join("two/tls.key");
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_data_eq!(
        bad(
            folder,
            "inspect one/tls.crt two/tls.key two/ca.crt --name other",
            1
        ),
        str![[r"
one/tls.crt: certificate CN=stickler.stickler.svc
...
two/tls.key: private key of something else
two/ca.crt: CA [..]
...
problem: one/tls.crt: no CA among the files vouches for 'CN=stickler.stickler.svc': invalid peer certificate: [..]
problem: one/tls.crt: 'CN=stickler.stickler.svc' is not for 'other' (names: stickler.stickler.svc)
problem: two/tls.key: the private key belongs to none of the certificates
problem: two/tls.key: everybody on this machine may read the private key
4 problems.

"]]
    );
}

#[test]
fn machines_read_json() {
    let folder = TempDir::new().unwrap();
    good(folder.path(), "generate out a.svc --life 2h");
    let printed = good(folder.path(), "inspect out/tls.crt --json");
    let report: Value = serde_json::from_str(&printed).unwrap();
    let leaf = &report["found"][0];
    assert_eq!(leaf["kind"], "leaf");
    assert_eq!(leaf["names"], serde_json::json!(["a.svc"]));
    assert!((7_000..=7_200).contains(&leaf["expiresInSeconds"].as_i64().unwrap()));
    assert_eq!(report["problems"], serde_json::json!([]));
}

#[test]
fn what_cannot_be_read_or_made() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    fs::write(folder.join("words"), "words").unwrap();
    fs::write(folder.join("file"), "").unwrap();
    for (words, said) in [
        (
            "inspect missing",
            "stickler: certs inspect: missing: No such file or directory (os error 2)\n",
        ),
        (
            "inspect words",
            "stickler: certs inspect: words: there is no certificate and no private key in it\n",
        ),
        (
            "generate file",
            "stickler: file: File exists (os error 17)\n",
        ),
        (
            "generate out --life 999999w",
            "stickler: --life: ends later than any clock goes\n",
        ),
    ] {
        assert_eq!(bad(folder, words, 2), said);
    }
    let said = bad(folder, "generate out --life 1y", 2);
    assert!(said.contains("months and years differ in length"), "{said}");
    assert!(!folder.join("out").exists());
}
