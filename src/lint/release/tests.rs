use super::*;

fn release(text: &str) -> Release {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

#[test]
fn names_are_read_and_written() {
    for name in [
        "1.0",
        "1.12.4",
        "2.4",
        "3.7",
        "4.0.1",
        "5.5.4",
        "5.6.0",
        "5.6",
        "2026-lts",
        "2026-lts-r4",
        "5.7",
        "12.0.3",
    ] {
        assert_eq!(release(name).to_string(), name);
    }
    assert_eq!(release("v5.5.4").to_string(), "5.5.4");
    for (text, well_formed) in [
        ("4.1", true),
        ("2.5", true),
        ("1.13", true),
        ("0.9", true),
        ("2026-lts-r0", true),
        ("2025-lts", true),
        ("5", false),
        ("", false),
        ("5.5.4-alpine", false),
        ("5.5.4.1", false),
        ("05.5", false),
        ("5.+5", false),
        ("2026-lts-5", false),
        ("latest", false),
    ] {
        let expected = if well_formed {
            UnknownRelease::NeverPublished
        } else {
            UnknownRelease::Malformed
        };
        assert_eq!(text.parse::<Release>(), Err(expected), "{text}");
    }
}

#[test]
fn a_newer_one_reads_as_the_newest() {
    for (name, newer) in [
        ("5.6", false),
        ("5.6.9", false),
        ("5.99", true),
        ("99.0.1", true),
        ("2026-lts-r99", false),
        ("2027-lts", true),
    ] {
        let release = release(name);
        assert_eq!(release.is_newer_than_modelled(), newer, "{name}");
        assert!(Fact::StrictReader.holds(release), "{name}");
    }
}

#[test]
fn each_release_has_one_reader() {
    let readers = [
        Fact::LenientReader,
        Fact::WholeReader,
        Fact::QuotedReader,
        Fact::StrictReader,
    ];
    for release in Release::all() {
        let count = readers.iter().filter(|fact| fact.holds(release)).count();
        assert_eq!(count, 1, "{release}");
    }
}

#[test]
fn boundaries() {
    for (fact, without, with) in [
        (Fact::OrgKey, "5.3.9", "5.4.0"),
        (Fact::OrgKey, "4.0", "2026-lts-r1"),
        (Fact::StrictReader, "5.5.4", "5.6.0"),
        (Fact::StrictReader, "2026-lts-r4", "2026-lts-r5"),
        (Fact::StrictReader, "2026-lts-r4", "2026-lts"),
        (Fact::ExactNeverMatches, "5.6.1", "5.6.0"),
        (Fact::ExactNeverMatches, "5.6", "5.6.0"),
        (Fact::PathTraversalRejected, "2026-lts-r4", "5.5"),
        (Fact::EmptyHostAllowable, "2026-lts", "5.5"),
        (Fact::PathGuardedAnywhere, "5.6.0", "5.5"),
        (Fact::PathGuardedAnywhere, "2.3", "2.4"),
        (Fact::Mergeable, "1.1", "1.2"),
    ] {
        assert!(!fact.holds(release(without)), "{fact:?} {without}");
        assert!(fact.holds(release(with)), "{fact:?} {with}");
    }
}

#[test]
fn how_a_message_names_them() {
    for (releases, expected) in [
        (Fact::StrictReader.releases(), "from 5.6 on"),
        (Fact::QuotedReader.releases(), "up to 5.5"),
        (Fact::PathGuardedAnywhere.releases(), "from 2.4 up to 5.5"),
        (Fact::PathBraceOrBackslashRejected.releases(), "up to 2.3"),
        (Releases::of(release("3.0")), "in 3.0"),
        (
            Fact::EmptyPathRejected
                .releases()
                .and(Fact::StrictReader.releases()),
            "up to 3.0 and from 5.6 on",
        ),
        (Releases::ALL, "always"),
    ] {
        assert_eq!(
            releases.both(Releases::IN_USE).among(Releases::IN_USE),
            expected
        );
    }
    let in_use: Vec<_> = Release::in_use().collect();
    assert_eq!(in_use.first(), Some(&release("2.3")));
    assert_eq!(in_use.last(), Some(&Release::NEWEST));
    assert_eq!(Release::all().count(), LINES.len());
}
