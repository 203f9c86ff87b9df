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

/// The help of each command that a help names is written down.
#[test]
fn the_help_of_every_command_is_there() {
    let pages = include_str!("cli/help-pages.trycmd");
    let mut count = 0;
    for page in pages.split("\n$ ").skip(1) {
        let (line, help) = page.split_once('\n').expect("a command and its help");
        let command = line.trim_end_matches("--help");
        let (_, list) = help.split_once("\nCommands:\n").unwrap_or_default();
        let (list, _) = list.split_once("\n\n").unwrap_or_default();
        let names = list.lines().filter_map(|it| it.split_whitespace().next());
        for name in names.filter(|name| *name != "help") {
            let wanted = format!("\n$ {command}{name} --help\n");
            assert!(pages.contains(&wanted), "{wanted}");
            count += 1;
        }
    }
    assert!(count > 15, "{count}");
}
