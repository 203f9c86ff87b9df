//! The policies in deploy/policies give what their comments say.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stickler::lint::Severity;
use stickler::policy::Policies;

use super::support::{KEY, denied, ingress, request_policy, respond, review, warned};

/// A line of the tables in the comments.
struct Promise {
    value: String,
    verdict: String,
    update: bool,
}

/// `#   <value>   is <verdict>`; those behind "of an update" are of updates.
fn promises(policy: &str) -> Vec<Promise> {
    let mut update = false;
    let mut found = Vec::new();
    for line in policy.lines() {
        update |= line.contains("of an update");
        let row = line
            .strip_prefix("#   ")
            .and_then(|row| row.split_once(" is "));
        if let Some((value, verdict)) = row {
            found.push(Promise {
                value: value.trim().to_owned(),
                verdict: verdict.to_owned(),
                update,
            });
        }
    }
    found
}

fn verdict(response: &Value) -> String {
    let (denied, mut warned) = (denied(response), warned(response));
    warned.dedup();
    match (denied.as_slice(), warned.as_slice()) {
        ([], []) => "admitted".to_owned(),
        ([], warned) => format!("admitted with a warning: {}", warned.join(", ")),
        (denied, _) => format!("denied: {}", denied[0]),
    }
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/policies");
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn each_policy_keeps_what_its_comments_promise() {
    let examples = examples();
    assert_eq!(examples.len(), 3);
    for path in examples {
        let policy = std::fs::read_to_string(&path).unwrap();
        let promises = promises(&policy);
        assert!(promises.iter().any(|promise| promise.update), "{path:?}");
        assert!(promises.len() > 5, "{path:?}");
        let request_policy = request_policy(&policy);
        for Promise {
            value,
            verdict: promised,
            update,
        } in promises
        {
            let mut new = ingress(&json!({ KEY: value }));
            new["spec"]["tls"] = json!([{"hosts": ["cafe.example.com"], "secretName": "tls"}]);
            let old = update.then(|| new.clone());
            let response = respond(&request_policy, &review("shop", &new, old.as_ref()));
            assert_eq!(verdict(&response), promised, "{path:?}: {value}");
        }
    }
}

#[test]
fn no_policy_that_we_hand_out_has_faults() {
    let now = "2026-06-15T12:00:00Z".parse().unwrap();
    for path in examples() {
        let (_, warnings) = Policies::load(&path, now).unwrap();
        assert_eq!(warnings.count(Severity::Warning), 0, "{warnings}");
    }
}

/// The first indented block of the reference that is a policy.
#[test]
fn the_example_of_the_reference_is_a_good_policy() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md");
    let reference = std::fs::read_to_string(path).unwrap();
    let lines = reference
        .lines()
        .skip_while(|line| *line != "    mode: enforce");
    let lines = lines.map_while(|line| line.strip_prefix("    "));
    let example = lines.collect::<Vec<_>>().join("\n");
    let now = "2026-06-15T12:00:00Z".parse().unwrap();
    let (policies, warnings) = Policies::parse("docs/policy.md", &example, now).unwrap();
    assert_eq!(warnings.to_string(), "");
    assert_eq!(policies.exemptions().len(), 1);
}
