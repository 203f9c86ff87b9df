//! What users of the command line see: one file a topic in tests/cli.

#[test]
fn what_people_see() {
    trycmd::TestCases::new()
        .case("tests/cli/*.trycmd")
        .env("GITHUB_ACTIONS", "")
        .env("NO_COLOR", "");
}

/// Cases that bring their own environment.
#[test]
fn what_people_see_elsewhere() {
    trycmd::TestCases::new().case("tests/cli/*.toml");
}

/// Names that match nothing would pass.
#[test]
fn the_topics_are_there() {
    let ends = |folder: &str, end: &str| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .filter(|name| name.to_string_lossy().ends_with(end))
            .count()
    };
    assert!(ends("tests/cli", ".trycmd") >= 9);
    assert!(ends("tests/cli", ".toml") >= 4);
    assert!(ends("tests/policy/cli", ".trycmd") >= 3);
}
