//! The lines around a span, cut so that they fit the terminal.

use unicode_width::UnicodeWidthChar;

use crate::lint::Span;

/// How far to look for the ends of a line: manifests of one line can be long.
const FARTHEST: usize = 4096;
/// The most lines that are drawn whole; of a longer span only the first is.
const MOST_LINES: usize = 6;
/// Replaces the text that was cut.
const ELLIPSIS: &str = "...";
/// The columns left of the span that are kept before the span itself is cut.
const CONTEXT: usize = 12;

/// Lines to draw, and the range of them to underline.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) span: Span,
    /// Whether the label has room to the right of the underline.
    pub(super) label_fits: bool,
}

impl Excerpt {
    /// The lines of `text` that `span` touches, none wider than `width`.
    pub(super) fn of(text: &str, span: Span, width: usize, label: Option<&str>) -> Self {
        let (head, marked, tail) = lines_around(text, span);
        let label = label.map_or(0, |label| columns(label) + 1);
        let excerpt = match marked.split_once('\n') {
            None => fit(head, marked, tail, width, label),
            Some((first, _)) if marked.lines().count() > MOST_LINES => {
                fit(head, first.trim_end_matches('\r'), "", width, label)
            }
            Some((first, rest)) => fit_lines(head, first, rest, tail, width, label),
        };
        excerpt.without_c1()
    }

    /// The same with a picture for each C1 control: the renderer draws those
    /// as they are, and some terminals obey them.
    fn without_c1(self) -> Self {
        let picture = |c: char| match c {
            '\u{80}'..='\u{9f}' => char::REPLACEMENT_CHARACTER,
            c => c,
        };
        let drawn = |text: &str| text.chars().map(picture).collect::<String>();
        let Span { start, end } = self.span;
        let start = drawn(&self.text[..start]).len();
        Self {
            span: Span::new(start, start + drawn(&self.text[self.span.start..end]).len()),
            text: drawn(&self.text),
            ..self
        }
    }
}

/// The span's text, with the text before and after it on its lines.
fn lines_around(text: &str, span: Span) -> (&str, &str, &str) {
    let end = floor(text, span.end);
    let start = floor(text, span.start.min(end));
    let from = floor(text, start.saturating_sub(FARTHEST));
    let to = floor(text, end.saturating_add(FARTHEST));
    let head = &text[from..start];
    let head = head.rsplit('\n').next().unwrap_or(head);
    let tail = &text[end..to];
    let tail = tail.split('\n').next().unwrap_or(tail);
    let head = head.trim_start_matches('\u{feff}');
    (head, &text[start..end], tail.trim_end_matches('\r'))
}

/// The last character boundary of `text` up to `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or_default()
}

/// One line: the whole of it if there is room; otherwise the span with what
/// fits around it, and of the span its ends.
fn fit(head: &str, marked: &str, tail: &str, width: usize, label: usize) -> Excerpt {
    let marked = shorten(marked, width.saturating_sub(CONTEXT + ELLIPSIS.len()));
    let (left, middle, right) = (columns(head), columns(&marked).max(1), columns(tail));
    let context = left.min(CONTEXT);
    let label_fits = context + middle + label <= width;
    let label = if label_fits { label } else { 0 };
    let room = width.saturating_sub(middle);
    let wanted = label.max(right.min(room / 3));
    let left = left.min(room.saturating_sub(wanted));
    let head = last(head, left);
    let tail = first(tail, room.saturating_sub(columns(&head)));
    let start = head.len();
    Excerpt {
        span: Span::new(start, start + marked.len()),
        text: head + &marked + &tail,
        label_fits,
    }
}

/// Several lines, each cut where the span does not begin or end.
fn fit_lines(
    head: &str,
    first_line: &str,
    rest: &str,
    tail: &str,
    width: usize,
    label: usize,
) -> Excerpt {
    // The renderer draws a rail left of lines that belong together, and the
    // label after the last.
    let width = width.saturating_sub(2);
    let (middle, last_line) = rest.rsplit_once('\n').unwrap_or(("", rest));
    let begin = fit(head, first_line.trim_end_matches('\r'), "", width, 0);
    let close = fit("", last_line, tail, width, 0);
    let mut text = begin.text;
    if rest.contains('\n') {
        for line in middle.split('\n') {
            text.push('\n');
            text.push_str(&first(line.trim_end_matches('\r'), width));
        }
    }
    text.push('\n');
    let end = text.len() + close.span.end;
    let label_fits = columns(&close.text[..close.span.end]) + label < width;
    text.push_str(&close.text);
    Excerpt {
        text,
        span: Span::new(begin.span.start, end),
        label_fits,
    }
}

/// The first columns of `text`, `...` last where something is missing.
fn first(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(ELLIPSIS.len());
    format!("{}{ELLIPSIS}", take(text.chars(), kept))
}

/// The last columns of `text`, `...` first where something is missing.
fn last(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(ELLIPSIS.len());
    let reversed = take(text.chars().rev(), kept);
    let kept: String = reversed.chars().rev().collect();
    format!("{ELLIPSIS}{kept}")
}

/// Both ends of `text`, with `...` between them where something is missing.
fn shorten(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(ELLIPSIS.len());
    let begin = take(text.chars(), kept.div_ceil(2));
    format!("{begin}{}", last(text, width - columns(&begin)))
}

fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|&c| {
            used += columns_of(c);
            used <= width
        })
        .collect()
}

/// The columns that the renderer gives to `text`.
fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// A tab is drawn as four spaces, a control character as its picture.
fn columns_of(c: char) -> usize {
    match c {
        '\t' => 4,
        _ => c.width().unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws an excerpt as the renderer would: the line, and carets under it.
    fn drawn(text: &str, marked: &str, width: usize) -> (String, String) {
        let start = text.find(marked).unwrap();
        let span = Span::new(start, start + marked.len());
        let excerpt = Excerpt::of(text, span, width, Some("label"));
        let before = columns(&excerpt.text[..excerpt.span.start]);
        let under = columns(excerpt.span.of(&excerpt.text));
        let carets = " ".repeat(before) + &"^".repeat(under);
        (excerpt.text, carets)
    }

    #[test]
    fn tabs_and_controls_take_what_the_renderer_gives_them() {
        assert_eq!(columns("a\tb"), 6);
        assert_eq!(columns("a\u{1b}b"), 3);
        let text = "a\u{9b}31m BAD\u{85}";
        let start = text.find("BAD").unwrap();
        let excerpt = Excerpt::of(text, Span::new(start, start + 3), 80, None);
        assert_eq!(excerpt.text, "a\u{fffd}31m BAD\u{fffd}");
        assert_eq!(excerpt.span.of(&excerpt.text), "BAD");
    }

    #[test]
    fn short_lines_stay_whole() {
        let (text, carets) = drawn("a: 1\r\nb: two words\r\nc: 3", "two", 40);
        assert_eq!(text, "b: two words");
        assert_eq!(carets, "   ^^^");
    }

    #[test]
    fn long_lines_are_cut_around_the_span() {
        let line = format!("{}HERE{}", "<".repeat(100), ">".repeat(100));
        let (text, carets) = drawn(&line, "HERE", 40);
        assert_eq!(text, "...<<<<<<<<<<<<<<<<<<<<<HERE>>>>>>>>>...");
        assert_eq!(carets, "                        ^^^^");
        let (text, _) = drawn(&line[90..], "HERE", 40);
        assert_eq!(text, "<<<<<<<<<<HERE>>>>>>>>>>>>>>>>>>>>>>>...");
        let (text, _) = drawn(&line[..110], "HERE", 40);
        assert_eq!(text, "...<<<<<<<<<<<<<<<<<<<<<<<<<<<HERE>>>>>>");
    }

    #[test]
    fn wide_characters_take_their_columns() {
        let line = format!("{}HERE{}", "茶".repeat(50), "\t".repeat(50));
        let (text, carets) = drawn(&line, "HERE", 30);
        assert!(columns(&text) <= 30, "{text}");
        assert!(text.starts_with("...茶") && text.ends_with("..."));
        assert_eq!(
            columns(text.split('H').next().unwrap()),
            carets.find('^').unwrap()
        );
    }

    #[test]
    fn a_span_wider_than_the_terminal_keeps_its_ends() {
        let word = format!("first{}last", "x".repeat(5000));
        let (text, carets) = drawn(&format!("key: {word} tail"), &word, 40);
        assert!(text.contains("firstx") && text.contains("xlast"), "{text}");
        assert!(columns(&text) <= 40 && columns(&carets) <= 40);
    }

    #[test]
    fn enormous_lines_are_not_copied() {
        let text = format!("{}HERE{}", "é".repeat(1 << 20), "é".repeat(1 << 20));
        let (drawn, _) = drawn(&text, "HERE", 60);
        assert_eq!(columns(&drawn), 60);
    }

    #[test]
    fn spans_of_several_lines_are_cut_line_by_line() {
        let long = "y".repeat(200);
        let text = format!("key: |\n  one {long}\n  {long}\n  two\n");
        let (start, end) = (text.find("one").unwrap(), text.find("two").unwrap());
        let excerpt = Excerpt::of(&text, Span::new(start, end + 3), 40, None);
        assert!(excerpt.text.lines().all(|line| columns(line) <= 40));
        let marked = excerpt.span.of(&excerpt.text);
        assert!(marked.starts_with("one y") && marked.ends_with("two"));
    }

    #[test]
    fn a_label_stands_after_the_last_line_where_there_is_room() {
        for (columns, fits) in [(33, true), (34, false)] {
            let label = "x".repeat(columns);
            let excerpt = Excerpt::of("ab\ncdefgh", Span::new(0, 6), 40, Some(&label));
            assert_eq!(excerpt.text, "ab\ncdefgh");
            assert_eq!(excerpt.label_fits, fits, "{columns}");
        }
    }

    #[test]
    fn an_empty_span_is_a_place() {
        let excerpt = Excerpt::of("path: \nnext", Span::at(6), 40, Some("label"));
        assert_eq!(
            (excerpt.text.as_str(), excerpt.span),
            ("path: ", Span::at(6))
        );
    }
}
