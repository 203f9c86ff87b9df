use jiff::SignedDuration;

use super::*;
use crate::certs::plan::Step::{Create, Forget, Note, Prepare, Publish, Switch};
use crate::certs::plan::{CaBundle, plan};

const LIFETIMES: Lifetimes = Lifetimes {
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
    let mut bundle = CaBundle::Of(vec![None]);
    let mut steps = Vec::new();
    let mut leaves = Vec::new();
    for hour in 0..1_000 {
        while let Some(step) = plan(&read(&data).stored, &bundle, at(hour), LIFETIMES) {
            take(step, &mut data, at(hour), LIFETIMES).unwrap();
            if step == Step::Publish {
                bundle = CaBundle::Of(vec![Some(read(&data).stored.trusted())]);
            }
            steps.push((hour, step));
        }
        let stored = read(&data).stored;
        let current = stored.current.unwrap();
        let ends = current.not_after.min(at(hour) + LIFETIMES.leaf);
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
        take(step, &mut data, at(0), LIFETIMES).unwrap();
        assert_eq!(keys(&data), left, "{step:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_and_counts_as_absent() {
    let mut good = Data::new();
    take(Step::Create, &mut good, at(0), LIFETIMES).unwrap();
    take(Step::Prepare, &mut good, at(0), LIFETIMES).unwrap();
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
        assert!(contents.current.is_none() && contents.stored.next.is_some());
        assert!(
            contents.defects[0].starts_with(defect),
            "{:?}",
            contents.defects
        );
    }
}

#[test]
fn an_old_certificate_that_cannot_be_read_is_reported_and_cleared() {
    let mut whole = Data::new();
    take(Step::Create, &mut whole, at(0), LIFETIMES).unwrap();
    for (key, value, defect) in [
        ("old.crt", "", "old.crt: there is no certificate in it"),
        (
            "old.crt",
            "no PEM",
            "old.crt: there is no certificate in it",
        ),
        ("old.crt", "-----BEGIN CERTIFICATE-----\nAAAA", "old.crt: "),
        (
            "old.crt",
            "-----BEGIN CERTIFICATE-----\n~~~~\n-----END CERTIFICATE-----\n",
            "old.crt: ",
        ),
        (
            "old.crt",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "old.crt: ",
        ),
        (
            "old-until",
            "1970-02-20T16:00:00Z",
            "old-until is there without old.crt",
        ),
        (
            "next-published",
            "1970-02-20T16:00:00Z",
            "next-published is there without next.crt",
        ),
    ] {
        let mut data = whole.clone();
        data.insert(key.to_owned(), text(value));
        let contents = Contents::read(&data).unwrap();
        assert!(contents.defects[0].starts_with(defect), "{value}");
        let bundle = CaBundle::Of(vec![Some(contents.stored.trusted())]);
        let step = plan(&contents.stored, &bundle, at(0), LIFETIMES);
        assert_eq!(step, Some(Step::Clear), "{value}");
        take(Step::Clear, &mut data, at(0), LIFETIMES).unwrap();
        assert_eq!(data, whole, "{value}");
    }
}

#[test]
fn an_old_certificate_without_a_time_is_kept_until_its_end() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    for until in [None, Some("no time")] {
        let mut data = data.clone();
        data.insert("old.crt".to_owned(), data["ca.crt"].clone());
        if let Some(until) = until {
            data.insert("old-until".to_owned(), text(until));
        }
        let old = read(&data).stored.old.unwrap();
        assert_eq!(old.until, at(90), "{until:?}");
    }
}

#[test]
fn a_new_ca_keeps_the_old_one_while_its_leaves_may_be_in_use() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Prepare, &mut data, at(60), LIFETIMES).unwrap();
    take(Step::Switch, &mut data, at(61), LIFETIMES).unwrap();
    data.insert("ca.crt".to_owned(), text("damaged"));
    let old = data["old.crt"].clone();
    for (hour, left) in [
        (70, &["ca.crt", "ca.key", "old-until", "old.crt"][..]),
        (91, &["ca.crt", "ca.key"]),
    ] {
        let mut data = data.clone();
        take(Step::Create, &mut data, at(hour), LIFETIMES).unwrap();
        assert_eq!(keys(&data), left, "hour {hour}");
        assert!(data.get("old.crt").is_none_or(|kept| *kept == old));
    }
}

#[test]
fn a_new_ca_leaves_nothing_damaged_behind() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Prepare, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Note, &mut data, at(0), LIFETIMES).unwrap();
    for key in ["ca.crt", "next.crt", "old.crt"] {
        data.insert(key.to_owned(), text("damaged"));
    }
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    assert_eq!(keys(&data), ["ca.crt", "ca.key"]);
    read(&data);
}

#[test]
fn the_next_ca_that_is_prepared_again_is_not_published_yet() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Prepare, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Note, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Prepare, &mut data, at(1), LIFETIMES).unwrap();
    assert_eq!(read(&data).stored.next.unwrap().published, None);
}

#[test]
fn a_next_ca_that_begins_in_the_future_is_cleared() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    let whole = data.clone();
    take(Step::Prepare, &mut data, at(500), LIFETIMES).unwrap();
    take(Step::Note, &mut data, at(500), LIFETIMES).unwrap();
    take(Step::Clear, &mut data, at(1), LIFETIMES).unwrap();
    assert_eq!(data, whole);
}

#[test]
fn what_cannot_be_used_is_cleared_away() {
    let mut data = Data::new();
    take(Step::Create, &mut data, at(0), LIFETIMES).unwrap();
    take(Step::Prepare, &mut data, at(0), LIFETIMES).unwrap();
    let whole = data.clone();
    data.insert("old.crt".to_owned(), text("no PEM"));
    data.insert("old-until".to_owned(), text("no time"));
    assert!(Contents::read(&data).unwrap().stored.damaged);
    take(Step::Clear, &mut data, at(0), LIFETIMES).unwrap();
    assert_eq!(data, whole);
    data.remove("next.key");
    take(Step::Clear, &mut data, at(0), LIFETIMES).unwrap();
    assert_eq!(keys(&data), ["ca.crt", "ca.key"]);
    read(&data);
}

#[test]
fn a_secret_of_somebody_else_is_refused() {
    let data = Data::from([("tls.key".to_owned(), text("theirs"))]);
    let refused = Contents::read(&data).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "it has the key 'tls.key', which stickler does not know: use another Secret with --secret"
    );
}
