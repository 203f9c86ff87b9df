//! A text as the parser reads it: the same bytes in the same places, without
//! what it cannot read.
//!
//! Of Markdown only the fenced blocks of YAML and JSON are left, each a
//! document of its own. A TAB between a key's colon and a plain value becomes a
//! space: YAML allows it (1.2.2, section 6.2), and the parser does not.

use std::borrow::Cow;
use std::path::Path;

use super::object::NAME;

/// The text of the file `name` as it is parsed.
pub(super) fn readable<'t>(name: &str, text: &'t str) -> Cow<'t, str> {
    if is_markdown(Path::new(name)) {
        let blocks = blocks(text);
        return Cow::Owned(without_tabs(&blocks).into_owned());
    }
    without_tabs(text)
}

/// Whether a file is Markdown, by its name.
pub(super) fn is_markdown(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown")
    })
}

fn without_tabs(text: &str) -> Cow<'_, str> {
    if !text.contains(":\t") {
        return Cow::Borrowed(text);
    }
    let mut readable = String::with_capacity(text.len());
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if block.is_some_and(|outer| !line.trim().is_empty() && indent <= outer) {
            block = None;
        }
        match after_key(line).filter(|_| block.is_none()) {
            Some(at) => {
                let value = line[at..].trim_start_matches('\t');
                readable.push_str(&line[..at]);
                readable.extend(std::iter::repeat_n(' ', line.len() - at - value.len()));
                readable.push_str(value);
            }
            None => readable.push_str(line),
        }
        if block.is_none() && opens_block(line) {
            block = Some(indent);
        }
    }
    Cow::Owned(readable)
}

/// Where the TABs after a plain key begin, where a line has one.
fn after_key(line: &str) -> Option<usize> {
    let at = line.find(":\t")? + 1;
    let key = line[..at].trim_start_matches([' ', '-']);
    (!key.contains(['"', '\'', '#', ' '])).then_some(at)
}

/// Whether a line ends in the header of a block scalar.
fn opens_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let header = line.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    header.ends_with(['|', '>'])
}

/// A fence of Markdown that is open (`CommonMark`, section 4.5).
struct Fence<'t> {
    mark: &'t str,
    /// Whether the block is kept.
    kept: bool,
}

/// The fenced blocks of YAML and JSON, everything else as spaces.
fn blocks(text: &str) -> String {
    let mut blocks = String::with_capacity(text.len());
    let mut fence: Option<Fence<'_>> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let (line, below) = rest.split_at(end);
        let content = line.trim_start_matches([' ', '\t', '>']).trim_end();
        match &fence {
            Some(open) if closes(content, open.mark) => {
                blank_out(line, if open.kept { "..." } else { "" }, &mut blocks);
                fence = None;
            }
            Some(Fence { kept: true, .. }) => keep(line, content, &mut blocks),
            Some(_) => blank_out(line, "", &mut blocks),
            None => {
                fence = opens(content, below);
                let kept = fence.as_ref().is_some_and(|fence| fence.kept);
                blank_out(line, if kept { "---" } else { "" }, &mut blocks);
            }
        }
        rest = below;
    }
    blocks
}

fn opens<'t>(content: &'t str, below: &str) -> Option<Fence<'t>> {
    let first = content.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = content.trim_start_matches(first);
    let mark = &content[..content.len() - info.len()];
    if mark.len() < 3 || (first == '`' && info.contains('`')) {
        return None;
    }
    let language = info.trim_start_matches([' ', '{', '.']);
    let end = language.find(|c: char| !c.is_ascii_alphanumeric());
    let language = &language[..end.unwrap_or(language.len())];
    let named = ["yaml", "yml", "json"];
    let kept = match language {
        // Without a language it is read where it holds the annotation.
        "" => below.split(mark).next().unwrap_or(below).contains(NAME),
        _ => named.iter().any(|name| name.eq_ignore_ascii_case(language)),
    };
    Some(Fence { mark, kept })
}

fn closes(content: &str, mark: &str) -> bool {
    content.starts_with(mark) && content.trim_start_matches(&mark[..1]).is_empty()
}

/// A line as spaces, with a marker of YAML at its start.
fn blank_out(line: &str, marker: &str, blocks: &mut String) {
    let body = line.trim_end_matches(['\n', '\r']);
    blocks.push_str(marker);
    let left = body.len().saturating_sub(marker.len());
    blocks.extend(std::iter::repeat_n(' ', left));
    blocks.push_str(&line[body.len()..]);
}

/// A line of a block: a quote's marks become spaces, and a marker of YAML goes
/// to the start of the line.
fn keep(line: &str, content: &str, blocks: &mut String) {
    if matches!(content, "---" | "...") {
        blank_out(line, content, blocks);
        return;
    }
    let indent = line.len() - line.trim_start_matches([' ', '>']).len();
    let (marks, text) = line.split_at(indent);
    // A folded scalar's mark follows a key, and never begins a line.
    blocks.push_str(&marks.replace('>', " "));
    blocks.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_after_a_plain_key_becomes_a_space() {
        for (text, expected) in [
            ("a:\tb\n", "a: b\n"),
            ("- a.b/c:\t\tb", "- a.b/c:  b"),
            ("a: |\n  b:\tc\nd:\te\n", "a: |\n  b:\tc\nd: e\n"),
            ("'a b':\tc\n# x:\ty\n", "'a b':\tc\n# x:\ty\n"),
        ] {
            assert_eq!(readable("a.yaml", text), expected);
        }
    }

    #[test]
    fn of_markdown_the_fenced_blocks_are_left() {
        for (text, expected) in [
            ("# é\n```yaml\na: 1\n```\nb", "    \n---    \na: 1\n...\n "),
            (
                "- x\n  ~~~yml title=y\n  a: 1\n  ---\n  b: 2\n  ~~~\n",
                "   \n---             \n  a: 1\n---  \n  b: 2\n...  \n",
            ),
            ("> ```json\n> {}\n> ```\n", "---      \n  {}\n...  \n"),
            ("```sh\na: 1\n```\n", "     \n    \n   \n"),
            ("```\na: 1\n```\n", "   \n    \n   \n"),
            (
                "```\nsticky-cookie-services: 1\n```\n",
                "---\nsticky-cookie-services: 1\n...\n",
            ),
            ("````yaml\n```\n````\r\n", "---     \n```\n... \r\n"),
        ] {
            assert_eq!(readable("a.md", text), expected, "{text}");
            assert_eq!(readable("a.md", text).len(), text.len());
        }
    }
}
