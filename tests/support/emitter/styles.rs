//! What there is to choose, and which style can hold which value.

/// A scalar's style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

impl Style {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Plain,
        Self::Single,
        Self::Double,
        Self::Literal,
        Self::Folded,
    ];
}

/// What stands around the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    Block,
    Comments,
    Flow,
    Tagged,
    Anchored,
    Aliased,
    Merged,
    SecondDocument,
    Json,
}

impl Frame {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Block,
        Self::Comments,
        Self::Flow,
        Self::Tagged,
        Self::Anchored,
        Self::Aliased,
        Self::Merged,
        Self::SecondDocument,
        Self::Json,
    ];
}

/// An endless row of small decisions.
pub(crate) struct Choices {
    seeds: Vec<u8>,
    next: usize,
}

impl Choices {
    pub(crate) fn new(seeds: Vec<u8>) -> Self {
        Self { seeds, next: 0 }
    }

    /// One of `0..many`.
    pub(crate) fn pick(&mut self, many: usize) -> usize {
        self.next += 1;
        let seed = self.seeds[self.next % self.seeds.len()];
        (usize::from(seed) + self.next / self.seeds.len()) % many
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.pick(2) == 0
    }
}

/// Whether a style can hold a value as it is written here.
pub(crate) fn holds(value: &str, style: Style) -> bool {
    let printable = value
        .chars()
        .all(|c| !matches!(c, '\u{7}' | '\u{1b}' | '\u{feff}'));
    let blank = |c: char| matches!(c, ' ' | '\t');
    match style {
        Style::Plain => {
            printable
                && value.starts_with(|c: char| c.is_ascii_alphabetic())
                && !value.ends_with(blank)
                && !value.contains(['\t', '\n', ':', '#', ',', '[', ']', '{', '}'])
                && !value.contains("  ")
                && !matches!(value, "y" | "n" | "yes" | "no" | "on" | "off")
        }
        // What is blank at the end of a line that folds would vanish.
        Style::Single => {
            let lines: Vec<&str> = value.split('\n').collect();
            let inner = |(number, line): (usize, &&str)| {
                (number == 0 || !line.starts_with(blank))
                    && (number + 1 == lines.len() || !line.ends_with(blank))
            };
            printable && lines.iter().enumerate().all(inner)
        }
        Style::Double => true,
        Style::Literal => {
            let content = value.trim_end_matches('\n');
            printable
                && !content.is_empty()
                && !content
                    .split('\n')
                    .any(|l| !l.is_empty() && l.trim_matches(blank).is_empty())
                && !content.trim_start_matches('\n').starts_with('\t')
        }
        Style::Folded => {
            let content = value.trim_end_matches('\n');
            printable
                && !content.is_empty()
                && content.split('\n').all(|line| {
                    !line.is_empty() && !line.starts_with(blank) && !line.ends_with(blank)
                })
        }
    }
}
