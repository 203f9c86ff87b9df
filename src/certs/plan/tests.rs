use jiff::SignedDuration;

use super::Step::{Clear, Create, Forget, Note, Prepare, Publish, Switch};
use super::*;

/// A CA lives 90 h, a leaf 30 h: a rotation begins when 30 h are left, and the
/// next CA takes over after 10 h.
const LIFETIMES: Lifetimes = Lifetimes {
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

/// CA `name`, which is valid until hour `end`.
fn ca(name: u8, end: i64) -> Ca {
    ca_from(name, -900, end)
}

fn ca_from(name: u8, begin: i64, end: i64) -> Ca {
    Ca {
        certificate: der(name),
        not_before: at(begin),
        not_after: at(end),
    }
}

fn next(ca: Ca, published: impl Into<Option<i64>>) -> Next {
    let published = published.into().map(at);
    Next { ca, published }
}

fn old(ca: Ca, until: i64) -> Old {
    let until = at(until);
    Old { ca, until }
}

/// A Secret whose current CA is `current`.
fn stored(current: Ca, next: impl Into<Option<Next>>, old: impl Into<Option<Old>>) -> StoredCas {
    StoredCas {
        current: Some(current),
        next: next.into(),
        old: old.into(),
        damaged: false,
    }
}

/// One webhook that trusts the CAs of these names.
fn bundle(names: &[u8]) -> CaBundle {
    CaBundle::Of(vec![Some(names.iter().map(|&name| der(name)).collect())])
}

/// A situation and its next step.
struct Case(&'static str, StoredCas, CaBundle, i64, Option<Step>);

#[track_caller]
fn check(cases: impl IntoIterator<Item = Case>) {
    for Case(what, stored, bundle, hour, step) in cases {
        assert_eq!(plan(&stored, &bundle, at(hour), LIFETIMES), step, "{what}");
    }
}

#[test]
fn a_clock_may_be_ahead_by_twice_the_skew() {
    let ahead = 2 * MAX_SKEW;
    for (ahead, step) in [
        (ahead, None),
        (ahead + SignedDuration::from_secs(1), Some(Note)),
    ] {
        let next = Next {
            ca: ca(2, 180),
            published: Some(at(70) + ahead),
        };
        let stored = stored(ca(1, 90), next, None);
        let bundle = bundle(&[1, 2]);
        assert_eq!(plan(&stored, &bundle, at(70), LIFETIMES), step, "{ahead}");
    }
}

#[test]
fn the_beginning() {
    let one = || stored(ca(1, 90), None, None);
    let none = StoredCas::default;
    check([
        Case("an empty Secret", none(), bundle(&[]), 0, Some(Create)),
        Case("nobody to tell", none(), CaBundle::Absent, 0, Some(Create)),
        Case("an empty caBundle", one(), bundle(&[]), 0, Some(Publish)),
        Case("all is well", one(), bundle(&[1]), 0, None),
        Case("no configuration yet", one(), CaBundle::Absent, 0, None),
    ]);
}

#[test]
fn a_damaged_bundle_is_healed() {
    let one = || stored(ca(1, 90), None, None);
    let two = |a, b| CaBundle::Of(vec![a, b]);
    let good = || Some(vec![der(1)]);
    check([
        Case("a foreign CA", one(), bundle(&[7]), 5, Some(Publish)),
        Case("one too many", one(), bundle(&[1, 7]), 5, Some(Publish)),
        Case("no PEM", one(), two(None, None), 5, Some(Publish)),
        Case("one of two", one(), two(good(), None), 5, Some(Publish)),
        Case("both are well", one(), two(good(), good()), 5, None),
    ]);
}

#[test]
fn a_damaged_secret_is_cleared() {
    let damaged = |stored| StoredCas {
        damaged: true,
        ..stored
    };
    let one = damaged(stored(ca(1, 90), None, None));
    let none = damaged(StoredCas::default());
    check([
        Case("of a part of it", one, bundle(&[1]), 5, Some(Clear)),
        Case("of all of it", none, bundle(&[1]), 5, Some(Create)),
    ]);
}

#[test]
fn a_rotation_begins() {
    let one = || stored(ca(1, 90), None, None);
    let unseen = || stored(ca(1, 90), next(ca(2, 150), None), None);
    let published = || stored(ca(1, 90), next(ca(2, 150), 61), None);
    check([
        Case("a moment before", one(), bundle(&[1]), 59, None),
        Case("a third is left", one(), bundle(&[1]), 60, Some(Prepare)),
        Case("not published", unseen(), bundle(&[1]), 61, Some(Publish)),
        Case("published", unseen(), bundle(&[1, 2]), 61, Some(Note)),
        Case("settling", published(), bundle(&[1, 2]), 70, None),
        Case("settled", published(), bundle(&[1, 2]), 71, Some(Switch)),
    ]);
}

#[test]
fn a_rotation_ends() {
    let switched = || stored(ca(2, 150), None, old(ca(1, 190), 101));
    let ended = || stored(ca(2, 150), None, old(ca(1, 90), 101));
    let alone = || stored(ca(2, 150), None, None);
    check([
        Case("just switched", switched(), bundle(&[1, 2]), 71, None),
        Case("overlap", switched(), bundle(&[2, 1]), 100, None),
        Case("it is over", switched(), bundle(&[2, 1]), 101, Some(Forget)),
        Case("the old ended", ended(), bundle(&[2, 1]), 91, Some(Forget)),
        Case("forgotten", alone(), bundle(&[2, 1]), 101, Some(Publish)),
        Case("done", alone(), bundle(&[2]), 101, None),
    ]);
}

#[test]
fn nothing_is_signed_with_what_is_not_published_however_long_ago_it_was() {
    let settled = stored(ca(1, 90), next(ca(2, 150), 61), None);
    check([Case("", settled, bundle(&[1]), 89, Some(Publish))]);
}

#[test]
fn a_rotation_that_is_disturbed() {
    let alone = stored(ca(1, 90), next(ca(2, 150), None), None);
    let busy = stored(ca(2, 90), next(ca(3, 150), 61), old(ca(1, 190), 80));
    let unused = stored(ca(1, 90), next(ca(2, 70), 61), None);
    check([
        Case("nobody to tell", alone, CaBundle::Absent, 61, Some(Note)),
        Case("one after the other", busy, bundle(&[1, 2, 3]), 79, None),
        Case("expired unused", unused, bundle(&[1, 2]), 71, Some(Clear)),
    ]);
}

#[test]
fn a_long_absence() {
    let alone = || stored(ca(1, 90), None, None);
    let prepared = || stored(ca(1, 90), next(ca(2, 150), 90), None);
    let rotated = || stored(ca(1, 90), None, old(ca(7, 80), 95));
    check([
        Case("not yet", prepared(), bundle(&[1, 2]), 90, None),
        Case("ended", alone(), bundle(&[1]), 91, Some(Create)),
        Case(
            "one is prepared",
            prepared(),
            bundle(&[1]),
            91,
            Some(Switch),
        ),
        Case("both ended", prepared(), bundle(&[1]), 151, Some(Create)),
        Case("an old one", rotated(), bundle(&[1]), 91, Some(Create)),
    ]);
}

#[test]
fn a_clock_that_jumps_back_changes_nothing() {
    let one = stored(ca(1, 90), None, None);
    check([Case("before it was made", one, bundle(&[1]), -500, None)]);
}

/// What a replica leaves behind whose clock was ahead.
#[test]
fn what_begins_in_the_future_is_not_used() {
    let future = |name| ca_from(name, 50, 900);
    let current = || stored(future(1), None, None);
    let with_good_next = stored(future(1), next(ca(2, 150), None), None);
    let next_only = stored(ca(1, 90), next(future(2), None), None);
    let old_only = stored(ca(1, 90), None, old(future(2), 950));
    let published = stored(ca(1, 90), next(ca(2, 150), 800), None);
    check([
        Case("the CA", current(), bundle(&[1]), 49, Some(Create)),
        Case("its first moment", current(), bundle(&[1]), 50, None),
        Case(
            "the next one is good",
            with_good_next,
            bundle(&[1]),
            5,
            Some(Switch),
        ),
        Case("the next CA", next_only, bundle(&[1, 2]), 5, Some(Clear)),
        Case("the old CA", old_only, bundle(&[1, 2]), 5, Some(Forget)),
        Case(
            "its publication",
            published,
            bundle(&[1, 2]),
            61,
            Some(Note),
        ),
    ]);
}

#[test]
fn trust_is_what_all_webhooks_share() {
    let both = CaBundle::Of(vec![Some(vec![der(1), der(2)]), Some(vec![der(2)])]);
    assert_eq!(both.trusted_by_all(), Some(vec![der(2)]));
    let broken = CaBundle::Of(vec![Some(vec![der(1)]), None]);
    assert_eq!(broken.trusted_by_all(), Some(vec![]));
    assert_eq!(CaBundle::Absent.trusted_by_all(), None);
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
        let due_now = leaf_is_due(leaf, &ca(1, ca_end), at(hour), LIFETIMES);
        assert_eq!(due_now, due, "{what}");
    }
}

#[test]
fn lives_that_cannot_work() {
    let secs = SignedDuration::from_secs;
    let check = |ca, leaf| {
        let lifetimes = Lifetimes {
            ca: secs(ca),
            leaf: secs(leaf),
        };
        lifetimes.check().map(|_| ())
    };
    assert_eq!(check(90, 30), Ok(()));
    assert_eq!(check(89, 30), Err(crate::certs::BadLifetimes::Apart));
    let century = 100 * 366 * 24 * 3600;
    assert_eq!(check(century, 30), Ok(()));
    assert_eq!(
        check(century + 1, 30),
        Err(crate::certs::BadLifetimes::Long)
    );
    assert_eq!(check(i64::MAX, 30), Err(crate::certs::BadLifetimes::Long));
    assert_eq!(check(90, 3), Ok(()));
    assert_eq!(check(90, 2), Err(crate::certs::BadLifetimes::Short));
    assert!(Lifetimes::default().check().is_ok());
}

/// What a log line says of a step.
#[test]
fn a_step_has_a_word_and_a_sentence() {
    for (step, word, sentence) in [
        (Create, "create", "made a CA"),
        (Prepare, "prepare", "made the CA that takes over"),
        (Publish, "publish", "wrote the CAs into the caBundle"),
        (Note, "note", "the CA that takes over is published"),
        (Switch, "switch", "the next CA has taken over"),
        (Forget, "forget", "forgot the old CA"),
        (Clear, "clear", "cleared the Secret of what cannot be used"),
    ] {
        assert_eq!((step.as_str(), step.description()), (word, sentence));
    }
}
