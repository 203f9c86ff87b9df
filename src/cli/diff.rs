//! Changes as a unified diff, in git's colours where it is shown.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use super::terminal;
use crate::render::printable;

/// The changes of one file, or nothing where there are none.
pub(super) fn unified(file: &str, before: &str, after: &str, colour: bool) -> String {
    if before == after {
        return String::new();
    }
    let name = printable(file.trim_start_matches('/'));
    let diff = TextDiff::from_lines(before, after);
    let mut unified = diff.unified_diff();
    unified.header(&format!("a/{name}"), &format!("b/{name}"));
    let text = unified.to_string();
    if !colour {
        return text;
    }
    let mut coloured = String::with_capacity(text.len() * 2);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let style = style(number, line);
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        // What a terminal obeys is not for the files to say.
        let line = if terminal::shown() {
            line.split('\t')
                .map(printable)
                .collect::<Vec<_>>()
                .join("\t")
        } else {
            line.to_owned()
        };
        let _ = write!(coloured, "{style}{line}{style:#}{end}");
    }
    coloured
}

fn style(number: usize, line: &str) -> Style {
    match line.as_bytes() {
        _ if number < 2 => Style::new().bold(),
        [b'@', ..] => AnsiColor::Cyan.on_default(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'+', ..] => AnsiColor::Green.on_default(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_around_the_lines() {
        let plain = unified("/x/.a.yaml", "a\nb\n--\n", "a\nc\n--\n", false);
        let diff = "--- a/x/.a.yaml\n+++ b/x/.a.yaml\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n --\n";
        assert_eq!(plain, diff);
        let coloured = unified("/x/.a.yaml", "a\nb\n--\n", "a\nc\n--\n", true);
        assert!(coloured.contains("\u{1b}[31m-b\u{1b}[0m\n\u{1b}[32m+c\u{1b}[0m\n --\n"));
        let bold =
            "\u{1b}[1m--- a/x/.a.yaml\u{1b}[0m\n\u{1b}[1m+++ b/x/.a.yaml\u{1b}[0m\n\u{1b}[36m@@";
        assert!(coloured.starts_with(bold), "{coloured:?}");
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), diff);
        assert_eq!(unified("a", "b", "b", true), "");
    }
}
