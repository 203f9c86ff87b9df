//! A file that changes while it is served.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::{ControllerOverride, Mode, PolicyHandle, ReloadOutcome};
use super::now;
use crate::lint::policy::Edition;

fn mode(live: &PolicyHandle) -> Mode {
    live.snapshot().for_namespace(None).mode
}

fn outcome(outcome: &ReloadOutcome) -> &'static str {
    match outcome {
        ReloadOutcome::Unchanged => "unchanged",
        ReloadOutcome::Loaded(_) => "loaded",
        ReloadOutcome::Refused(_) => "refused",
    }
}

/// What two polls of an unchanged file come to.
fn polled(live: &PolicyHandle) -> &'static str {
    assert_eq!(outcome(&live.poll(now())), "unchanged");
    outcome(&live.poll(now()))
}

#[test]
fn a_policy_that_is_fixed_is_the_one_that_was_given() {
    let live = PolicyHandle::fixed(super::parse("mode: audit").0);
    assert_eq!(mode(&live), Mode::Audit);
    assert_eq!(outcome(&live.poll(now())), "unchanged");
}

#[test]
fn what_flags_say_of_the_controller_outlives_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    let write = |text: &str| std::fs::write(&path, text).unwrap();
    write("controller: {edition: oss}");
    let flags = ControllerOverride {
        edition: Some(Edition::Plus),
        ..ControllerOverride::default()
    };
    let (live, _) = PolicyHandle::open_with(&path, flags, now()).unwrap();
    let edition = || live.snapshot().for_namespace(None).lint.controller.edition;
    assert_eq!(edition(), Edition::Plus);
    write("controller: {edition: oss}\nmode: audit");
    assert_eq!(polled(&live), "loaded");
    assert_eq!(edition(), Edition::Plus);
}

#[test]
fn the_last_good_one_stays_until_a_good_one_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    let write = |text: &str| std::fs::write(&path, text).unwrap();
    write("mode: warn");
    let (live, _) = PolicyHandle::open(&path, now()).unwrap();
    let before = live.snapshot();
    for (text, what, expected, refused) in [
        (Some("mode: warn"), "unchanged", Mode::Warn, false),
        (Some("mode: audit"), "loaded", Mode::Audit, false),
        (Some("mode: audti"), "refused", Mode::Audit, true),
        (Some("mode: audti"), "unchanged", Mode::Audit, true),
        (None, "refused", Mode::Audit, true),
        (Some(""), "refused", Mode::Audit, true),
        (
            Some("# The policy of our cluster"),
            "refused",
            Mode::Audit,
            true,
        ),
        (Some("mode: audit"), "loaded", Mode::Audit, false),
        (Some("mode: enforce"), "loaded", Mode::Enforce, false),
    ] {
        match text {
            Some(text) => write(text),
            None => std::fs::remove_file(&path).unwrap(),
        }
        assert_eq!(polled(&live), what, "{text:?}");
        assert_eq!(mode(&live), expected, "{text:?}");
        assert_eq!(live.refused().is_some(), refused, "{text:?}");
    }
    assert_eq!(live.reloads(), [3, 4]);
    // A request that began under the first policy ends under it.
    assert_eq!(before.for_namespace(None).mode, Mode::Warn);
}

#[test]
fn a_mounted_config_map_changes_by_its_symbolic_link() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let version = |name: &str, text: &str| {
        std::fs::create_dir(at(name)).unwrap();
        std::fs::write(at(name).join("policy.yaml"), text).unwrap();
        symlink(name, at("..data_tmp")).unwrap();
        std::fs::rename(at("..data_tmp"), at("..data")).unwrap();
    };
    version("..1", "mode: warn");
    symlink("..data/policy.yaml", at("policy.yaml")).unwrap();
    let (live, _) = PolicyHandle::open(&at("policy.yaml"), now()).unwrap();
    version("..2", "mode: audit");
    assert_eq!((polled(&live), mode(&live)), ("loaded", Mode::Audit));
}

#[test]
fn a_start_fails_if_the_policy_cannot_be_read() {
    let faults = PolicyHandle::open(Path::new("/nonexistent/policy.yaml"), now()).unwrap_err();
    let text = faults.to_string();
    assert!(
        text.starts_with("/nonexistent/policy.yaml:1:1: error: cannot be read: "),
        "{text}"
    );
    assert_eq!(
        PolicyHandle::default().poll(now()),
        ReloadOutcome::Unchanged
    );
}

#[test]
fn only_regular_files_of_a_sensible_size_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo")
        .arg(at("fifo"))
        .status();
    assert!(made.unwrap().success());
    std::fs::write(at("large"), "#".repeat((1 << 20) + 1)).unwrap();
    for (path, error) in [
        (at("fifo"), "it is not a regular file"),
        ("/dev/zero".into(), "it is not a regular file"),
        (at(""), "it is not a regular file"),
        (at("large"), "it is larger than 1 MiB"),
    ] {
        let faults = PolicyHandle::open(&path, now()).unwrap_err().to_string();
        assert!(faults.ends_with(error), "{faults}");
    }
}

#[test]
fn half_a_policy_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    // The whole says `enforce` for one namespace, the half does not.
    let half = "mode: audit\n";
    let whole = format!("{half}namespaces: [{{match: [prod], mode: enforce}}]\n");
    std::fs::write(&path, "mode: warn\n").unwrap();
    let (live, _) = PolicyHandle::open(&path, now()).unwrap();
    for (text, expected) in [
        ("", "unchanged"),
        (half, "unchanged"),
        (&whole, "unchanged"),
        (half, "unchanged"),
        (&whole, "unchanged"),
        (&whole, "loaded"),
        (&whole, "unchanged"),
        (half, "unchanged"),
        // What is in force is back: the half was never read twice in a row.
        (&whole, "unchanged"),
        (half, "unchanged"),
        (half, "loaded"),
    ] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(outcome(&live.poll(now())), expected, "{text:?}");
    }
}

#[test]
fn a_policy_has_64_kib_at_most() {
    for (length, fits) in [(64 << 10, true), ((64 << 10) + 1, false)] {
        let text = format!("mode: warn\n#{}", "x".repeat(length - 12));
        assert_eq!(text.len(), length);
        let read = super::super::Policies::parse("p.yaml", &text, now());
        assert_eq!(read.is_ok(), fits, "{length}");
    }
}
