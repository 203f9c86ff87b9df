//! Literal and folded scalars.

use super::Emitter;

impl Emitter {
    pub(super) fn block(&mut self, value: &str, folds: bool, parent: usize) {
        let content = value.trim_end_matches('\n');
        let trailing = value.len() - content.len();
        let depth = 1 + self.choice(4);
        let first = content.trim_start_matches('\n');
        let must_number = first.starts_with([' ', '\t']) || value.starts_with('\n');
        self.push(if folds { ">" } else { "|" });
        let number = if must_number || self.choices.flip() {
            depth.to_string()
        } else {
            String::new()
        };
        let chomp = match trailing {
            0 => "-",
            1 => ["", "+"][self.choice(2)],
            _ => "+",
        };
        let both = [format!("{number}{chomp}"), format!("{chomp}{number}")];
        let indicators = both[self.choice(2)].clone();
        self.push(&indicators);
        let comment = ["", " # a | comment > é"][self.choice(2)];
        self.line(comment);
        self.block_lines(content, folds, parent + depth);
        for _ in 0..trailing {
            let start = self.text.len();
            let newline = self.newline;
            self.push(newline);
            self.mark(start);
        }
        if trailing == 0 {
            let newline = self.newline;
            self.push(newline);
        }
    }

    /// The lines of a block scalar, all but its last line break.
    fn block_lines(&mut self, content: &str, folds: bool, indent: usize) {
        let newline = self.newline;
        for (number, line) in content.split('\n').enumerate() {
            if number > 0 {
                self.push(newline);
                self.marks.push(None);
                if folds {
                    // `holds` lets through only single breaks between words.
                    self.push(newline);
                }
            }
            if !line.is_empty() {
                self.pad(indent);
            }
            let mut inside = false;
            let mut chars = line.chars().peekable();
            while let Some(c) = chars.next() {
                let ends_word = chars
                    .peek()
                    .is_some_and(|&next| next != ' ' && next != '\t');
                if folds && c == ' ' && inside && ends_word && self.choice(3) == 0 {
                    self.push(newline);
                    self.pad(indent);
                    self.marks.push(None);
                } else {
                    self.verbatim(c);
                }
                inside = c != ' ' && c != '\t';
            }
        }
    }
}
