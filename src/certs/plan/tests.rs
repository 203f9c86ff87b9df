use jiff::SignedDuration;

use super::*;

/// A CA lives 90 h, a leaf 30 h: a rotation begins when 30 h are left, and the
/// next CA takes over after 10 h.
const LIVES: Lives = Lives {
    ca: SignedDuration::from_hours(90),
    leaf: SignedDuration::from_hours(30),
};

/// `hours` after the beginning of our count.
fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000 + hours)
}

fn der(name: u8) -> CertificateDer<'static> {
    vec![name].into()
}

/// CA `name`, which ends at hour `end`.
fn ca(name: u8, end: i64) -> Ca {
    Ca {
        certificate: der(name),
        not_after: at(end),
    }
}

fn next(ca: Ca, published: Option<i64>) -> Option<Next> {
    let published = published.map(at);
    Some(Next { ca, published })
}

fn old(ca: Ca, until: i64) -> Option<Old> {
    let until = at(until);
    Some(Old { ca, until })
}

fn held(current: Option<Ca>, next: Option<Next>, old: Option<Old>) -> Held {
    Held { current, next, old }
}

/// One webhook that trusts the CAs of these names.
fn bundle(names: &[u8]) -> Bundle {
    Bundle::Of(vec![Some(names.iter().map(|&name| der(name)).collect())])
}

/// A situation and its next step.
struct Case(&'static str, Held, Bundle, i64, Option<Step>);

#[track_caller]
fn check(cases: impl IntoIterator<Item = Case>) {
    for Case(what, held, bundle, hour, step) in cases {
        assert_eq!(plan(&held, &bundle, at(hour), LIVES), step, "{what}");
    }
}

#[test]
fn the_beginning() {
    let one = || held(Some(ca(1, 90)), None, None);
    check([
        Case(
            "an empty Secret",
            Held::default(),
            bundle(&[]),
            0,
            Some(Step::Create),
        ),
        Case(
            "nobody to tell",
            Held::default(),
            Bundle::Absent,
            0,
            Some(Step::Create),
        ),
        Case(
            "an empty caBundle",
            one(),
            bundle(&[]),
            0,
            Some(Step::Publish),
        ),
        Case("all is well", one(), bundle(&[1]), 0, None),
        Case("no configuration yet", one(), Bundle::Absent, 0, None),
    ]);
}

#[test]
fn a_damaged_bundle_is_healed() {
    let one = || held(Some(ca(1, 90)), None, None);
    let two = |a, b| Bundle::Of(vec![a, b]);
    let good = || Some(vec![der(1)]);
    check([
        Case(
            "somebody else's CA",
            one(),
            bundle(&[7]),
            5,
            Some(Step::Publish),
        ),
        Case(
            "one too many",
            one(),
            bundle(&[1, 7]),
            5,
            Some(Step::Publish),
        ),
        Case(
            "not readable",
            one(),
            Bundle::Of(vec![None]),
            5,
            Some(Step::Publish),
        ),
        Case(
            "the second of two",
            one(),
            two(good(), None),
            5,
            Some(Step::Publish),
        ),
        Case("both are well", one(), two(good(), good()), 5, None),
    ]);
}

#[test]
fn a_rotation_from_begin_to_end() {
    let one = |next, old| held(Some(ca(1, 90)), next, old);
    let two = |old| held(Some(ca(2, 150)), None, old);
    let published = || next(ca(2, 150), Some(61));
    check([
        Case("a moment before", one(None, None), bundle(&[1]), 59, None),
        Case(
            "a third is left",
            one(None, None),
            bundle(&[1]),
            60,
            Some(Step::Prepare),
        ),
        Case(
            "not published",
            one(next(ca(2, 150), None), None),
            bundle(&[1]),
            61,
            Some(Step::Publish),
        ),
        Case(
            "just published",
            one(next(ca(2, 150), None), None),
            bundle(&[1, 2]),
            61,
            Some(Step::Note),
        ),
        Case(
            "settling",
            one(published(), None),
            bundle(&[1, 2]),
            70,
            None,
        ),
        Case(
            "settled",
            one(published(), None),
            bundle(&[1, 2]),
            71,
            Some(Step::Switch),
        ),
        Case(
            "switched",
            two(old(ca(1, 90), 101)),
            bundle(&[1, 2]),
            71,
            None,
        ),
        Case(
            "overlap",
            two(old(ca(1, 190), 101)),
            bundle(&[2, 1]),
            100,
            None,
        ),
        Case(
            "a leaf's life later",
            two(old(ca(1, 190), 101)),
            bundle(&[2, 1]),
            101,
            Some(Step::Forget),
        ),
        Case(
            "the old one ended",
            two(old(ca(1, 90), 101)),
            bundle(&[2, 1]),
            91,
            Some(Step::Forget),
        ),
        Case(
            "forgotten",
            two(None),
            bundle(&[2, 1]),
            101,
            Some(Step::Publish),
        ),
        Case("done", two(None), bundle(&[2]), 101, None),
    ]);
}

#[test]
fn a_rotation_that_is_disturbed() {
    let one = |next| held(Some(ca(1, 90)), next, None);
    check([
        Case(
            "never signs with what is not published, however long ago it was",
            one(next(ca(2, 150), Some(61))),
            bundle(&[1]),
            89,
            Some(Step::Publish),
        ),
        Case(
            "settles without anybody to tell",
            one(next(ca(2, 150), None)),
            Bundle::Absent,
            61,
            Some(Step::Note),
        ),
        Case(
            "another begins before the one before is forgotten",
            held(
                Some(ca(2, 90)),
                next(ca(3, 150), Some(61)),
                old(ca(1, 190), 80),
            ),
            bundle(&[1, 2, 3]),
            79,
            None,
        ),
        Case(
            "the next one ended unused",
            one(next(ca(2, 70), Some(61))),
            bundle(&[1, 2]),
            71,
            Some(Step::Prepare),
        ),
    ]);
}

#[test]
fn a_long_absence() {
    let ended = |next, old| held(Some(ca(1, 90)), next, old);
    check([
        Case(
            "the last moment",
            ended(next(ca(2, 150), Some(90)), None),
            bundle(&[1, 2]),
            90,
            None,
        ),
        Case(
            "ended alone",
            ended(None, None),
            bundle(&[1]),
            91,
            Some(Step::Create),
        ),
        Case(
            "the next one is there",
            ended(next(ca(2, 150), None), None),
            bundle(&[1]),
            91,
            Some(Step::Switch),
        ),
        Case(
            "both ended",
            ended(next(ca(2, 150), None), None),
            bundle(&[1]),
            151,
            Some(Step::Create),
        ),
        Case(
            "ended with an old one",
            ended(None, old(ca(7, 80), 95)),
            bundle(&[1]),
            91,
            Some(Step::Create),
        ),
    ]);
}

#[test]
fn a_clock_that_jumps_back_changes_nothing() {
    let one = |next| held(Some(ca(1, 90)), next, None);
    check([
        Case(
            "before the CA was made",
            one(None),
            bundle(&[1]),
            -500,
            None,
        ),
        Case(
            "before it was published",
            one(next(ca(2, 150), Some(61))),
            bundle(&[1, 2]),
            -500,
            None,
        ),
    ]);
}

#[test]
fn trust_is_what_all_webhooks_share() {
    let both = Bundle::Of(vec![Some(vec![der(1), der(2)]), Some(vec![der(2)])]);
    assert_eq!(both.trusted_by_all(), Some(vec![der(2)]));
    let broken = Bundle::Of(vec![Some(vec![der(1)]), None]);
    assert_eq!(broken.trusted_by_all(), Some(vec![]));
    assert_eq!(Bundle::Absent.trusted_by_all(), None);
}

#[test]
fn a_leaf_is_due() {
    let signed = |by, from: i64, to: i64| (der(by), at(from), at(to));
    for (what, leaf, ca_end, hour, due) in [
        ("none yet", None, 90, 0, true),
        ("fresh", Some(signed(1, 0, 30)), 90, 0, false),
        ("a moment before", Some(signed(1, 0, 30)), 90, 19, false),
        (
            "two thirds of its life",
            Some(signed(1, 0, 30)),
            90,
            20,
            true,
        ),
        (
            "ended while we were paused",
            Some(signed(1, 0, 30)),
            90,
            50,
            true,
        ),
        (
            "signed by the CA before",
            Some(signed(7, 0, 30)),
            90,
            1,
            true,
        ),
        (
            "the clock jumped back",
            Some(signed(1, 0, 30)),
            90,
            -1,
            true,
        ),
        (
            "a new one would not live longer",
            Some(signed(1, 0, 30)),
            30,
            25,
            false,
        ),
    ] {
        let leaf = leaf.as_ref();
        let leaf = leaf.map(|(by, from, to)| Signed {
            by,
            not_before: *from,
            not_after: *to,
        });
        let due_now = leaf_is_due(leaf, &ca(1, ca_end), at(hour), LIVES);
        assert_eq!(due_now, due, "{what}");
    }
}

#[test]
fn lives_that_cannot_work() {
    let secs = SignedDuration::from_secs;
    let check = |ca, leaf| {
        let lives = Lives {
            ca: secs(ca),
            leaf: secs(leaf),
        };
        lives.check().map(|_| ())
    };
    assert_eq!(check(90, 30), Ok(()));
    assert_eq!(check(89, 30), Err(crate::certs::BadLives::Apart));
    assert_eq!(check(i64::MAX, 30), Err(crate::certs::BadLives::Long));
    assert_eq!(check(90, 2), Err(crate::certs::BadLives::Short));
    assert!(Lives::default().check().is_ok());
}
