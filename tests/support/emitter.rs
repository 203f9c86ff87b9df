//! Writes a value as YAML in a chosen style and remembers where each character
//! went. Knows nothing of how it is read.

use std::fmt::Write as _;

use stickler::lint::Span;

#[path = "emitter/block.rs"]
mod block;
#[path = "emitter/styles.rs"]
mod styles;

use styles::holds;
pub(crate) use styles::{Choices, Frame, Style};

pub(crate) struct Emitter {
    pub text: String,
    /// Of each character of the value the bytes of the text; `None` for what folds.
    pub marks: Vec<Option<Span>>,
    choices: Choices,
    newline: &'static str,
}

impl Emitter {
    pub(crate) fn new(choices: Choices, crlf: bool, mark: bool) -> Self {
        Self {
            text: if mark { "\u{feff}" } else { "" }.to_owned(),
            marks: Vec::new(),
            choices,
            newline: if crlf { "\r\n" } else { "\n" },
        }
    }

    /// Writes a document around `value`; `false` where the style cannot hold it.
    pub(crate) fn document(&mut self, value: &str, style: Style, frame: Frame) -> bool {
        if frame == Frame::Json {
            self.text.clear();
            self.json(value);
            return true;
        }
        let flow = frame == Frame::Flow;
        let block_style = matches!(style, Style::Literal | Style::Folded);
        if !holds(value, style) || (flow && block_style) {
            return false;
        }
        match frame {
            Frame::Flow => self.in_flow(value, style),
            Frame::Aliased => self.aliased(value, style),
            Frame::Merged => self.merged(value, style),
            _ => self.in_block(value, style, frame),
        }
        true
    }

    fn in_block(&mut self, value: &str, style: Style, frame: Frame) {
        if frame == Frame::SecondDocument {
            self.line("# a comment with ümläuts: |");
            self.line("--- # first");
            self.line("{kind: Käfer, apiVersion: v1, first: é}");
            self.line("---");
        }
        self.line("apiVersion: networking.k8s.io/v1");
        self.line("kind: Ingress # 'a'");
        self.line("metadata:");
        self.line("  name: käfer");
        if frame == Frame::Comments {
            self.line("  # annotations: | 世");
        }
        self.line("  annotations:");
        let indent = 3 + self.choices.pick(5);
        if frame == Frame::Comments {
            self.line("# key: >");
            self.pad(indent);
            self.line("other: \"x: |\" # key: | 'é'");
        }
        self.pad(indent);
        self.push_one_of(&[
            "nginx.com/sticky-cookie-services:",
            "\"nginx.com/sticky-cookie-services\":",
            "'nginx.com/sticky-cookie-services' :",
        ]);
        match frame {
            Frame::Tagged => self.push(" !!str"),
            Frame::Anchored => self.push(" &a é".trim_end_matches(" é")),
            _ => {}
        }
        // The parser wants a blank, not a tab, before a plain scalar.
        self.push_one_of(&[" ", " \t", "  "]);
        self.scalar(value, style, indent);
        if self.choices.flip() {
            self.pad(indent);
            self.line("last: é");
        }
    }

    fn in_flow(&mut self, value: &str, style: Style) {
        self.push("{kind: Ingress, apiVersion: networking.k8s.io/v1, metadata: {name: ünï, other: [1, '}'], annotations: {");
        self.push_one_of(&[
            "nginx.com/sticky-cookie-services: ",
            "\"nginx.com/sticky-cookie-services\":",
            "'nginx.com/sticky-cookie-services' : ",
        ]);
        if style == Style::Plain && self.text.ends_with(':') {
            self.push(" ");
        }
        match style {
            Style::Plain => self.plain(value, 4, true),
            Style::Single => self.single(value, 4),
            _ => self.double(value, 4),
        }
        self.push_one_of(&[" , last: é}}}", "}}}", "\n }}}"]);
        let newline = self.newline;
        self.push(newline);
    }

    fn aliased(&mut self, value: &str, style: Style) {
        self.push("shared: &shared ");
        self.scalar(value, style, 0);
        self.line("apiVersion: networking.k8s.io/v1");
        self.line("kind: Ingress");
        self.line("metadata:");
        self.line("  annotations:");
        self.line("    nginx.com/sticky-cookie-services: *shared");
    }

    fn merged(&mut self, value: &str, style: Style) {
        self.line("shared: &shared");
        self.push("  nginx.com/sticky-cookie-services: ");
        self.scalar(value, style, 2);
        self.line("  other: x");
        self.line("apiVersion: networking.k8s.io/v1");
        self.line("kind: Ingress");
        self.line("metadata:");
        self.line("  annotations: {<<: *shared, other: é}");
    }

    fn json(&mut self, value: &str) {
        self.push("{\"kind\": \"Ingress\", \"apiVersion\": \"networking.k8s.io/v1\", ");
        self.push(
            "\"metadata\": {\"name\": \"é\\ud834\\udd1e\",\n\t\"annotations\": {\"nginx.com/sticky-cookie-services\": \"",
        );
        for c in value.chars() {
            let start = self.text.len();
            match (c, self.choices.pick(3)) {
                ('"' | '\\' | '/', 0) => self.text.extend(['\\', c]),
                ('\n', 0) => self.push("\\n"),
                ('\t', 0) => self.push("\\t"),
                (c, _) if c < ' ' || matches!(c, '"' | '\\') => self.utf16(c),
                (c, 1) => self.utf16(c),
                (c, _) => self.text.push(c),
            }
            self.mark(start);
        }
        self.push("\"}, \"last\": [1, true, null, -1.5e3]}}\n");
    }

    fn utf16(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            self.write(format_args!("\\u{unit:04X}"));
        }
    }

    /// A scalar and the rest of its line; its parent is indented by `parent`.
    fn scalar(&mut self, value: &str, style: Style, parent: usize) {
        match style {
            Style::Literal | Style::Folded => {
                self.block(value, style == Style::Folded, parent);
                return;
            }
            Style::Plain => self.plain(value, parent, false),
            Style::Single => self.single(value, parent),
            Style::Double => self.double(value, parent),
        }
        let ends = ["", " # a 'comment' \"", " \t"];
        let end = ends[self.choice(3)];
        self.line(end);
    }

    fn plain(&mut self, value: &str, parent: usize, _flow: bool) {
        for c in value.chars() {
            if c == ' ' && self.choice(4) == 0 {
                self.fold(1, parent);
            } else {
                self.verbatim(c);
            }
        }
    }

    fn single(&mut self, value: &str, parent: usize) {
        self.push("'");
        let mut chars = value.chars().peekable();
        let mut inside = false;
        while let Some(c) = chars.next() {
            let ends_word = chars
                .peek()
                .is_some_and(|next| !matches!(next, ' ' | '\t' | '\n'));
            match c {
                '\'' => {
                    let start = self.text.len();
                    self.push("''");
                    self.mark(start);
                }
                '\n' => self.fold_newlines(&mut chars, parent),
                ' ' if inside && ends_word && self.choice(4) == 0 => self.fold(1, parent),
                c => self.verbatim(c),
            }
            inside = !matches!(c, ' ' | '\t' | '\n');
        }
        self.push("'");
    }

    fn double(&mut self, value: &str, parent: usize) {
        self.push("\"");
        let mut chars = value.chars().peekable();
        let mut inside = false;
        while let Some(c) = chars.next() {
            let ends_word = chars
                .peek()
                .is_some_and(|next| !matches!(next, ' ' | '\t' | '\n'));
            if inside && !matches!(c, ' ' | '\t') && self.choice(9) == 0 {
                self.push("\\");
                let newline = self.newline;
                self.push(newline);
                self.pad(parent + 2);
            }
            match c {
                ' ' if inside && ends_word && self.choice(4) == 0 => self.fold(1, parent),
                c => self.escaped(c),
            }
            inside = !matches!(c, ' ' | '\t' | '\n');
        }
        self.push("\"");
    }

    fn escaped(&mut self, c: char) {
        let start = self.text.len();
        let code = u32::from(c);
        let named = match c {
            '\n' => Some("\\n"),
            '\t' => Some("\\t"),
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '/' => Some("\\/"),
            ' ' => Some("\\ "),
            '\u{7}' => Some("\\a"),
            '\u{1b}' => Some("\\e"),
            '\u{85}' => Some("\\N"),
            '\u{a0}' => Some("\\_"),
            '\u{2028}' => Some("\\L"),
            _ => None,
        };
        let must = matches!(
            c,
            '\n' | '\t' | '"' | '\\' | '\u{7}' | '\u{1b}' | '\u{feff}'
        );
        match (self.choice(6), named) {
            (0 | 1, Some(named)) => self.push(named),
            (2, _) if code < 0x100 => self.write(format_args!("\\x{code:02x}")),
            (3, _) if code < 0x1_0000 => self.write(format_args!("\\u{code:04X}")),
            (4, _) => self.write(format_args!("\\U{code:08x}")),
            _ if must => self.write(format_args!("\\U{code:08x}")),
            _ => self.text.push(c),
        }
        self.mark(start);
    }

    /// One fold for a run of `\n`, the first of which the iterator gave already.
    fn fold_newlines(
        &mut self,
        chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
        parent: usize,
    ) {
        let mut breaks = 2;
        while chars.next_if_eq(&'\n').is_some() {
            breaks += 1;
        }
        self.fold(breaks, parent);
    }

    /// `breaks` line breaks that fold, with blanks around them.
    fn fold(&mut self, breaks: usize, parent: usize) {
        let blanks = self.choice(3);
        self.pad(blanks);
        for _ in 0..breaks {
            let newline = self.newline;
            self.push(newline);
        }
        let more = self.choice(3);
        self.pad(parent + 1 + more);
        for _ in 0..breaks.saturating_sub(1).max(1) {
            self.marks.push(None);
        }
    }

    fn verbatim(&mut self, c: char) {
        let start = self.text.len();
        self.text.push(c);
        self.mark(start);
    }

    fn mark(&mut self, start: usize) {
        self.marks.push(Some(Span::new(start, self.text.len())));
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(text);
    }

    fn push_one_of(&mut self, texts: &[&str]) {
        let text = texts[self.choice(texts.len())];
        self.push(text);
    }

    fn pad(&mut self, blanks: usize) {
        self.text.push_str(&" ".repeat(blanks));
    }

    fn line(&mut self, text: &str) {
        self.push(text);
        let newline = self.newline;
        self.push(newline);
    }

    fn choice(&mut self, many: usize) -> usize {
        self.choices.pick(many)
    }
}
