//! The edits that give a scalar a new value, as bytes of the text.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::target::Target;
use crate::lint::{Edit, Span};
use crate::manifest::encode::{double, encode, json, single};
use crate::yaml::Style;

/// Longer values are not compared character by character.
const LONGEST_COMPARED: usize = 4096;

/// `text` with the edits made; none of them overlap.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    Edit::apply_all(&edits, text)
}

/// The ways to write a target's new value, the least intrusive first. Not all
/// of them hold: that is for the parser to say.
pub(super) fn ways(text: &str, target: &Target) -> Vec<Vec<Edit>> {
    let whole = |text: String| {
        let span = target.places.span;
        vec![Edit { span, text }]
    };
    let new = target.new.as_str();
    let plain = !new.contains(['\n', '\r']);
    let mut ways: Vec<Vec<Edit>> = touched(text, target).into_iter().collect();
    match target.style {
        Style::Plain => {
            ways.extend(plain.then(|| whole(new.to_owned())));
            ways.extend(single(new).map(whole));
            ways.push(whole(double(new)));
        }
        Style::Single => {
            ways.extend(single(new).map(whole));
            ways.push(whole(double(new)));
        }
        Style::Double => ways.push(whole(double(new))),
        Style::Json | Style::JsonWord => ways.push(whole(format!("\"{}\"", json(new)))),
        Style::Literal | Style::Folded => {
            ways.extend(block(text, target));
            let ends_line = target.places.span.of(text).ends_with('\n');
            let line_end = if ends_line { newline(text, target) } else { "" };
            ways.push(whole(format!("{}{line_end}", double(new))));
        }
    }
    ways
}

/// Only the characters that differ; `None` where the style cannot hold them.
fn touched(text: &str, target: &Target) -> Option<Vec<Edit>> {
    let is_block = matches!(target.style, Style::Literal | Style::Folded);
    let (old, new) = (target.old.as_str(), target.new.as_str());
    let body = |value: &'_ str| {
        if is_block {
            value.trim_end_matches('\n').len()
        } else {
            value.len()
        }
    };
    let (old_body, new_body) = (&old[..body(old)], &new[..body(new)]);
    let mut edits = Vec::new();
    if is_block && old.len() - old_body.len() != new.len() - new_body.len() {
        edits.push(chomp(text, target, new.len() - new_body.len())?);
    }
    for (range, replacement) in differences(old_body, new_body) {
        let span = target.places.span_of(range);
        let text = encode(target.style, replacement)?;
        edits.push(Edit { span, text });
    }
    Some(edits)
}

/// The ranges of `old` that differ, with the text of `new` for each.
fn differences<'n>(old: &str, new: &'n str) -> Vec<(Span, &'n str)> {
    if old.len().max(new.len()) > LONGEST_COMPARED {
        return vec![(Span::whole(old), new)];
    }
    let ends = |text: &str| -> (Vec<char>, Vec<usize>) {
        let starts = text.char_indices().map(|(at, _)| at);
        (text.chars().collect(), starts.chain([text.len()]).collect())
    };
    let ((old_chars, old_at), (new_chars, new_at)) = (ends(old), ends(new));
    let operations = capture_diff_slices(Algorithm::Myers, &old_chars, &new_chars);
    let differs = |operation: &DiffOp| !matches!(operation, DiffOp::Equal { .. });
    let range = |operation: DiffOp| {
        let (old, put) = (operation.old_range(), operation.new_range());
        let span = Span::new(old_at[old.start], old_at[old.end]);
        (span, Span::new(new_at[put.start], new_at[put.end]).of(new))
    };
    operations.into_iter().filter(differs).map(range).collect()
}

/// The chomping indicator of a block scalar whose value ends in `breaks` line breaks.
fn chomp(text: &str, target: &Target, breaks: usize) -> Option<Edit> {
    let start = target.places.span.start + 1;
    let header = Span::new(start, target.places.body.start).of(text);
    let digit = header.starts_with(|c: char| c.is_ascii_digit());
    let at = header.find(['-', '+']).filter(|&at| at <= 1);
    let indicator = match breaks {
        0 => "-",
        1 => "",
        _ => return None,
    };
    let at = match at {
        Some(at) => Span::new(start + at, start + at + 1),
        None => Span::at(start + usize::from(digit)),
    };
    let text = indicator.to_owned();
    Some(Edit { span: at, text })
}

/// The new lines of a block scalar, indented as they were.
fn block(text: &str, target: &Target) -> Option<Vec<Edit>> {
    let body = target.new.trim_end_matches('\n');
    let folds = target.style == Style::Folded;
    if (folds && body.contains('\n')) || body.is_empty() || body.contains('\r') {
        return None;
    }
    let first = target.places.span_of(Span::new(0, 1)).start;
    let line_start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let indent = " ".repeat(first - line_start);
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("{indent}{line}")
        }
    };
    let lines: Vec<String> = body.split('\n').map(line).collect();
    let newline = newline(text, target);
    let ends_line = target.places.body.of(text).ends_with('\n');
    let end = if ends_line { newline } else { "" };
    let span = target.places.body;
    let mut edits = vec![Edit {
        span,
        text: lines.join(newline) + end,
    }];
    let breaks = |value: &str| value.len() - value.trim_end_matches('\n').len();
    if breaks(&target.old) != breaks(&target.new) {
        edits.push(chomp(text, target, breaks(&target.new))?);
    }
    Some(edits)
}

fn newline(text: &str, target: &Target) -> &'static str {
    let header = Span::new(target.places.span.start, target.places.body.start);
    if header.of(text).ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    }
}
