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
