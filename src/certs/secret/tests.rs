use jiff::SignedDuration;

use super::*;
use crate::certs::plan::Step::{Create, Forget, Note, Prepare, Publish, Switch};
use crate::certs::plan::{Bundle, plan};

const LIVES: Lives = Lives {
    ca: SignedDuration::from_hours(90),
    leaf: SignedDuration::from_hours(30),
};

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000 + hours)
}

fn read(data: &Data) -> Contents {
    let contents = Contents::read(data).unwrap();
    assert_eq!(contents.defects, [""; 0]);
    contents
}

/// The keys of a Secret.
fn keys(data: &Data) -> Vec<&str> {
    data.keys().map(String::as_str).collect()
}

/// A cluster in miniature: a Secret and a bundle that the plan is carried out
/// on, hour after hour.
#[test]
fn rotation_after_rotation_never_signs_with_what_is_not_trusted() {
    let mut data = Data::new();
    let mut bundle = Bundle::Of(vec![None]);
    let mut steps = Vec::new();
    let mut leaves = Vec::new();
    for hour in 0..1_000 {
        while let Some(step) = plan(&read(&data).held, &bundle, at(hour), LIVES) {
            take(step, &mut data, at(hour), LIVES).unwrap();
            if step == Step::Publish {
                bundle = Bundle::Of(vec![Some(read(&data).held.trusted())]);
            }
            steps.push((hour, step));
        }
        let held = read(&data).held;
        let current = held.current.unwrap();
        let ends = current.not_after.min(at(hour) + LIVES.leaf);
        leaves.push((current.certificate, ends));
        leaves.retain(|(_, ends)| *ends > at(hour));
        let trusted = bundle.trusted_by_all().unwrap();
        let vouched = leaves.iter().all(|(signer, _)| trusted.contains(signer));
        assert!(vouched, "hour {hour}: a leaf that is alive is not trusted");
    }
    let first = [
        (0, Create),
        (0, Publish),
        (60, Prepare),
        (60, Publish),
        (60, Note),
        (70, Switch),
        (91, Forget),
        (91, Publish),
        (120, Prepare),
    ];
    assert_eq!(steps[..first.len()], first);
    let switches = steps.iter().filter(|(_, step)| *step == Switch).count();
    assert_eq!(switches, 16);
}

#[test]
fn a_step_leaves_behind_what_it_says() {
    let mut data = Data::new();
    for (step, left) in [
        (Step::Create, &["ca.crt", "ca.key"][..]),
        (Step::Publish, &["ca.crt", "ca.key"]),
        (Step::Prepare, &["ca.crt", "ca.key", "next.crt", "next.key"]),
        (
            Step::Note,
            &["ca.crt", "ca.key", "next-published", "next.crt", "next.key"],
        ),
        (Step::Switch, &["ca.crt", "ca.key", "old-until", "old.crt"]),
        (Step::Forget, &["ca.crt", "ca.key"]),
    ] {
        take(step, &mut data, at(0), LIVES).unwrap();
        assert_eq!(keys(&data), left, "{step:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_and_counts_as_absent() {
    let mut good = Data::new();
    take(Step::Create, &mut good, at(0), LIVES).unwrap();
    take(Step::Prepare, &mut good, at(0), LIVES).unwrap();
    let damaged = |key: &str, value: Option<&str>| {
        let mut data = good.clone();
        match value {
            Some(value) => data.insert(key.to_owned(), text(value)),
            None => data.remove(key),
        };
        Contents::read(&data).unwrap()
    };
    let next_key = std::str::from_utf8(&good["next.key"].0).unwrap();
    for (key, value, defect) in [
        ("ca.key", None, "ca.key is missing"),
        ("ca.crt", None, "ca.crt is missing"),
        (
            "ca.crt",
            Some("no PEM"),
            "ca.crt, ca.key: the certificate is not readable: ",
        ),
        (
            "ca.key",
            Some("no PEM"),
            "ca.crt, ca.key: the key is not readable: ",
        ),
        (
            "ca.key",
            Some(next_key),
            "ca.crt, ca.key: the key does not belong to the certificate",
        ),
    ] {
        let contents = damaged(key, value);
        assert!(contents.current.is_none() && contents.held.next.is_some());
        assert!(
            contents.defects[0].starts_with(defect),
            "{:?}",
            contents.defects
        );
    }
    assert_eq!(
        damaged("old.crt", Some("")).defects,
        ["old.crt is not readable"]
    );
}

#[test]
fn what_cannot_be_used_is_cleared_away() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIVES).unwrap();
    take(Step::Prepare, &mut data, at(0), LIVES).unwrap();
    let whole = data.clone();
    data.insert("old.crt".to_owned(), text("no PEM"));
    data.insert("old-until".to_owned(), text("no time"));
    assert!(Contents::read(&data).unwrap().held.damaged);
    take(Step::Clear, &mut data, at(0), LIVES).unwrap();
    assert_eq!(data, whole);
    data.remove("next.key");
    take(Step::Clear, &mut data, at(0), LIVES).unwrap();
    assert_eq!(keys(&data), ["ca.crt", "ca.key"]);
    read(&data);
}

#[test]
fn a_secret_of_somebody_else_is_refused() {
    let data = Data::from([("tls.key".to_owned(), text("theirs"))]);
    let refused = Contents::read(&data).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "it holds 'tls.key', which is none of ours: name another Secret"
    );
}
