//! What people read is in plain words: messages, help, pages and documentation.
//!
//! The list holds phrases of a style that readers misunderstood. It is a list
//! of examples: a text without them is not yet a good text.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;
use stickler::cli::Cli;
use stickler::lint::{CATALOGUE, Consequence};

/// Not to be written, as words in lower case; `*` is any end of a word.
const PHRASES: &[&str] = &[
    "is no",
    "are no",
    "be no",
    "stand",
    "stands",
    "stood",
    "mend",
    "mends",
    "mended",
    "mending",
    "blank",
    "blanks",
    "hangs on",
    "hang on",
    "told",
    "tell",
    "tells",
    "meant",
    "nobody*",
    "judge",
    "judges",
    "judged",
    "judging",
    "judgement*",
    "goes by",
    "go by",
    "life time*",
    "look into",
    "looks into",
    "looked into",
    "looks at",
    "looked at",
    "without a word",
    "says so",
    "who says",
    "said",
    "right behind",
    "in no time",
    "found out",
    "sees off",
    "is ours",
    "not ours",
    "anew",
    "threw away",
    "throws away",
    "at its word",
    "let through",
    "lets through",
    "has ended",
    "no word",
    "knows no",
    "came of",
    "comes of",
    "becomes of",
    "became of",
    "whoever",
    "of ours",
    "had its say",
    "has no say",
];
/// Plain, although one of the phrases is part of it.
const ALLOWED: &[&str] = &[
    "there is no",
    "there are no",
    "is no longer",
    "are no longer",
    "be no longer",
    "is no more",
    "are no more",
];

/// The words of a text in lower case, with a space around each.
fn words(text: &str) -> String {
    let is_apart = |c: char| !(c.is_alphanumeric() || c == '-' || c == '\'' || c == '_');
    let words = text.split(is_apart).filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(str::to_lowercase).collect();
    format!(" {} ", words.join(" "))
}

/// The phrases of the list that the text has, each with what is around it.
fn odd(text: &str) -> Vec<String> {
    let mut text = words(text);
    for allowed in ALLOWED {
        text = text.replace(&format!(" {allowed} "), " - ");
    }
    let of = |phrase: &&str| {
        let start = format!(" {}", phrase.trim_end_matches('*'));
        let needle = if phrase.ends_with('*') {
            start
        } else {
            start + " "
        };
        text.match_indices(&needle)
            .map(|(at, _)| around(&text, at))
            .collect::<Vec<_>>()
    };
    PHRASES.iter().flat_map(of).collect()
}

fn around(text: &str, at: usize) -> String {
    let start = text[..at]
        .rmatch_indices(' ')
        .nth(3)
        .map_or(0, |(at, _)| at);
    let end = text[at + 1..]
        .match_indices(' ')
        .nth(4)
        .map_or(text.len(), |(end, _)| at + 1 + end);
    text[start..end].trim().to_owned()
}

/// Code is left out: it quotes what users and programs write.
fn prose(markdown: &str) -> String {
    let outside_of_fences = markdown.split("```").step_by(2);
    let lines = outside_of_fences
        .flat_map(str::lines)
        .filter(|line| !line.starts_with("    "));
    let lines = lines.map(|line| {
        line.split('`')
            .step_by(2)
            .collect::<Vec<_>>()
            .join(" code ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(path.to_str().unwrap(), extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn assert_plain(texts: impl IntoIterator<Item = (String, String)>) {
    let mut found = Vec::new();
    for (name, text) in texts {
        found.extend(
            odd(&text)
                .into_iter()
                .map(|phrase| format!("{name}: {phrase}")),
        );
    }
    assert!(
        found.is_empty(),
        "{} odd phrases:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn phrases_are_found_across_lines_and_cases() {
    for (text, count) in [
        ("'x' is no\nbackend", 1),
        ("There is no backend. It is no longer here.", 0),
        ("Nobody knows; a blank stands there", 3),
        ("blanket, standards", 0),
    ] {
        assert_eq!(odd(text).len(), count, "{text}: {:?}", odd(text));
    }
    assert!(!prose("a `blank` b\n```\nblank\n```\nc").contains("blank"));
}

#[test]
fn documents_are_plain() {
    let own = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ]
    .map(PathBuf::from);
    let paths = files("docs", "md").into_iter().chain(own);
    assert_plain(paths.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        (path.display().to_string(), prose(&text))
    }));
}

#[test]
fn titles_are_plain() {
    let rules = CATALOGUE
        .iter()
        .map(|row| (row.id.to_owned(), row.summary.to_owned()));
    let clauses = Consequence::ALL.map(|it| (it.to_string(), it.clause().to_owned()));
    assert_plain(rules.chain(clauses));
}

/// What is reported of each case, without the words that it quotes.
#[test]
fn messages_are_plain() {
    assert_plain(
        files("src/lint/rules/cases", "txt")
            .into_iter()
            .map(|path| {
                let table = fs::read_to_string(&path).unwrap();
                let is_message = |line: &&str| {
                    line.starts_with("  ") && !line.starts_with("  ->") && !line.starts_with("  ~>")
                };
                let unquoted = |line: &str| {
                    line.split('\'')
                        .step_by(2)
                        .collect::<Vec<_>>()
                        .join(" quoted ")
                };
                let lines: Vec<_> = table.lines().filter(is_message).map(unquoted).collect();
                (path.display().to_string(), lines.join("\n"))
            }),
    );
}

#[test]
fn help_is_plain() {
    let mut texts = Vec::new();
    let mut commands = vec![Cli::command()];
    while let Some(mut command) = commands.pop() {
        texts.push((
            command.get_name().to_owned(),
            command.render_long_help().to_string(),
        ));
        commands.extend(command.get_subcommands().cloned());
    }
    assert!(texts.len() > 10);
    assert_plain(texts);
}

/// The comments of a source file, those on consecutive lines joined.
/// A dash in place of code keeps separate comments apart.
fn comments(source: &str) -> String {
    let of = |line| str::trim_start(line).strip_prefix("//");
    let text = |comment: &str| {
        comment
            .trim_start_matches(['/', '!'])
            .trim_start()
            .to_owned()
    };
    let lines = source
        .lines()
        .map(|line| of(line).map_or("-".to_owned(), text));
    prose(&lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn comments_are_read_across_lines() {
    let source = "/// It is\n/// no time.\nlet blank = 1;\n// `told` is\nlet x;\n//! No\n";
    let found = odd(&comments(source));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn comments_are_plain() {
    let paths = files("src", "rs").into_iter();
    assert_plain(paths.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        (path.display().to_string(), comments(&text))
    }));
}
