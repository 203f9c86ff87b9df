//! Symbols for characters that are not visible in a file of cases.

/// `␠` is a space at the start or the end, `[a x 3]` is `aaa`.
const SYMBOLS: [(char, char); 11] = [
    ('\0', '␀'),
    ('\u{1}', '␁'),
    ('\u{2}', '␂'),
    ('\u{7}', '␇'),
    ('\t', '␉'),
    ('\n', '␊'),
    ('\u{b}', '␋'),
    ('\r', '␍'),
    ('\u{7f}', '␡'),
    ('\u{a0}', '⍽'),
    ('\u{feff}', '⌷'),
];
const OUTER_SPACE: &str = "␠";
const NOTHING: &str = "∅";
/// Texts that are longer than this are cut in the middle.
const LONGEST: usize = 400;

/// The text as a line of the file.
pub(crate) fn show(text: &str) -> String {
    let symbol = |c| SYMBOLS.iter().find(|it| it.0 == c).map_or(c, |it| it.1);
    let mut line: String = text.chars().map(symbol).collect();
    if line.starts_with(' ') {
        line.replace_range(..1, OUTER_SPACE);
    }
    if line.ends_with(' ') {
        line.replace_range(line.len() - 1.., OUTER_SPACE);
    }
    if line.len() > LONGEST {
        let start: String = line.chars().take(40).collect();
        return format!("{start}… ({} bytes)", text.len());
    }
    line
}

/// The text that a line of the file stands for.
pub(crate) fn read(line: &str) -> String {
    let character = |c| SYMBOLS.iter().find(|it| it.1 == c).map_or(c, |it| it.0);
    if line == NOTHING {
        return String::new();
    }
    let line: String = line
        .replace(OUTER_SPACE, " ")
        .chars()
        .map(character)
        .collect();
    repeated(&line).unwrap_or(line)
}

fn repeated(line: &str) -> Option<String> {
    let (before, rest) = line.split_once('[')?;
    let (inner, after) = rest.split_once(']')?;
    let (part, times) = inner.split_once(" x ")?;
    Some(format!(
        "{before}{}{after}",
        part.repeat(times.parse().ok()?)
    ))
}
