//! Paths that are not regular expressions.
//!
//! The controller compiles each path as one (from 2.4 with Go's RE2, from 3.4
//! with a Perl-like library, `dlclark/regexp2`). A full model of both would be
//! two libraries; this reports only what certainly fails, and `None` does not
//! mean that a path compiles.

/// Whose compiler refuses a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Both libraries: groups and classes that are not closed, `)` without `(`,
    /// a quantifier with nothing before it or upon another, an unknown escape.
    All,
    /// RE2 alone: lookaround, atomic groups, backreferences.
    Re2,
}

/// Who refuses the path as a regular expression.
pub(super) fn refused(path: &str) -> Option<By> {
    let mut scanner = Scanner {
        rest: path,
        groups: 0,
        before: Before::Nothing,
        re2: false,
    };
    let end = loop {
        match scanner.step() {
            Step::On => {}
            other => break other,
        }
    };
    match end {
        Step::Refused => Some(By::All),
        Step::End if scanner.groups > 0 => Some(By::All),
        _ => scanner.re2.then_some(By::Re2),
    }
}

/// What precedes the place that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The start of the expression, a group or an alternative.
    Nothing,
    /// Something that a quantifier can repeat.
    Item,
    /// A quantifier; one `?` may follow it.
    Quantifier,
    /// A quantifier and its `?`.
    Lazy,
}

enum Step {
    On,
    /// Both libraries refuse.
    Refused,
    /// What follows differs between the two.
    Unclear,
    End,
}

struct Scanner<'p> {
    rest: &'p str,
    /// How many groups are open.
    groups: usize,
    before: Before,
    /// Whether RE2 refuses what was read.
    re2: bool,
}

impl Scanner<'_> {
    fn step(&mut self) -> Step {
        let mut characters = self.rest.chars();
        let Some(character) = characters.next() else {
            return Step::End;
        };
        self.rest = characters.as_str();
        match character {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            ')' if self.groups == 0 => Step::Refused,
            ')' => {
                self.groups -= 1;
                self.item()
            }
            '|' => {
                self.before = Before::Nothing;
                Step::On
            }
            '*' | '+' | '?' => self.quantifier(character),
            '{' => match repetition(self.rest) {
                Some(length) => {
                    self.rest = &self.rest[length..];
                    self.quantifier(character)
                }
                None => self.item(),
            },
            _ => self.item(),
        }
    }

    fn item(&mut self) -> Step {
        self.before = Before::Item;
        Step::On
    }

    fn quantifier(&mut self, character: char) -> Step {
        self.before = match (self.before, character) {
            (Before::Item, _) => Before::Quantifier,
            (Before::Quantifier, '?') => Before::Lazy,
            _ => return Step::Refused,
        };
        Step::On
    }

    fn escape(&mut self) -> Step {
        let mut characters = self.rest.chars();
        let Some(character) = characters.next() else {
            return Step::Refused;
        };
        self.rest = characters.as_str();
        match character {
            // Letters that mean something to neither of the two libraries.
            'g'..='j'
            | 'l'
            | 'm'
            | 'o'
            | 'q'
            | 'y'
            | 'C'
            | 'F'
            | 'R'
            | 'X'
            | 'Y'
            | 'H'..='O'
            | 'T'..='V' => Step::Refused,
            // Quoted text, names and numbers in braces, control characters.
            'Q' | 'E' | 'p' | 'P' | 'x' | 'u' | 'c' | 'k' => Step::Unclear,
            'e' | 'G' | 'Z' => {
                self.re2 = true;
                self.item()
            }
            '1'..='9' => {
                self.re2 |= !self.rest.starts_with(|next| matches!(next, '0'..='7'))
                    || matches!(character, '8' | '9');
                self.item()
            }
            _ => self.item(),
        }
    }

    /// Reads on after a `[`.
    fn class(&mut self) -> Step {
        let start = self.rest.strip_prefix('^').unwrap_or(self.rest);
        // A `]` that comes first is an ordinary character.
        let mut rest = start.strip_prefix(']').unwrap_or(start);
        loop {
            let mut characters = rest.chars();
            match characters.next() {
                None => return Step::Refused,
                Some(']') => {
                    self.rest = characters.as_str();
                    return self.item();
                }
                Some('\\') => {
                    characters.next();
                }
                // A named class, or one class taken from another.
                Some('[') => {
                    return if rest.contains(']') {
                        Step::Unclear
                    } else {
                        Step::Refused
                    };
                }
                Some(_) => {}
            }
            rest = characters.as_str();
        }
    }

    /// Reads on after a `(`.
    fn group(&mut self) -> Step {
        self.groups += 1;
        self.before = Before::Nothing;
        let Some(kind) = self.rest.strip_prefix('?') else {
            return Step::On;
        };
        if let Some(rest) = kind.strip_prefix(':') {
            self.rest = rest;
            return Step::On;
        }
        for lookaround in ["<=", "<!", "=", "!", ">"] {
            if let Some(rest) = kind.strip_prefix(lookaround) {
                self.re2 = true;
                self.rest = rest;
                return Step::On;
            }
        }
        Step::Unclear
    }
}

/// The length of `n}`, `n,}` or `n,m}` at the start; a `{` before anything else
/// is an ordinary character.
fn repetition(text: &str) -> Option<usize> {
    let inside = &text[..text.find(|c: char| !c.is_ascii_digit() && c != ',')?];
    let (from, to) = inside.split_once(',').unwrap_or((inside, ""));
    let closed = text[inside.len()..].starts_with('}');
    (closed && !from.is_empty() && !to.contains(',')).then_some(inside.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_libraries_refuse() {
        for path in [
            "/tea[", "/[a", "/[]", "/[^]", "/(tea", "/tea(", "/tea)", "/(a))", "/**", "/a+*",
            "/a*?*", "/a++", "/(*x)", "/(|+)", "/a{2}{3}", "/({2})", "/a{2}*", r"/tea\", "/(?:a",
            "/(?=a", "/[a[b", "/a???", r"/a\m",
        ] {
            assert_eq!(refused(path), Some(By::All), "{path}");
        }
    }

    #[test]
    fn what_re2_refuses() {
        for path in [
            "/tea(?!x)",
            "/tea(?=x)",
            "/(?<=a)b",
            "/(?<!a)b",
            "/(?>a)",
            r"/(a)\1",
            r"/\8",
            r"/a\Z",
        ] {
            assert_eq!(refused(path), Some(By::Re2), "{path}");
        }
    }

    #[test]
    fn what_is_not_claimed() {
        for path in [
            "/tea",
            "/.*",
            "/a*?",
            "/a??",
            "/[)(*]",
            "/[]a]",
            r"/\(",
            r"/[\]]",
            "/(a|b)+",
            "/a{,2}",
            "/{x}",
            "/a{2,3}?",
            "/[[:alpha:]]",
            "/(?i)tea",
            r"/\Q(\E",
            "/a]",
            "/a}",
            "/^*",
            "/(?P<id>a)",
            "/[a-z-[aeiou]]",
            r"/\012",
        ] {
            assert_eq!(refused(path), None, "{path}");
        }
    }
}
