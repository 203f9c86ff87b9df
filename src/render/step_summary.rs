//! The table that GitHub Actions shows for a step: Markdown, the worst first
//! (docs.github.com, "Workflow commands for GitHub Actions", "Adding a job
//! summary").

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::finding::{Failure, Finding};

use super::worst_first::{Rank, WorstFirst};
use super::{Report, Summary, text};

/// GitHub shows nothing of a summary that is longer than this.
pub(crate) const MOST_BYTES: usize = 1024 * 1024;

/// What is kept for the lines around the table.
const RESERVED: usize = 1024;

const HEAD: &str = "\n| | rule | place | problem |\n|---|---|---|---|\n";

/// The table, written when it is whole.
pub(super) struct StepSummary<'w> {
    out: Box<dyn Write + 'w>,
    /// How many bytes there may be.
    most: usize,
    rows: WorstFirst,
    count: usize,
}

impl<'w> StepSummary<'w> {
    /// A table of at most `most` bytes.
    pub(super) fn new(out: Box<dyn Write + 'w>, most: usize) -> Self {
        Self {
            out,
            most,
            rows: WorstFirst::default(),
            count: 0,
        }
    }

    /// How many bytes the rows may have.
    fn most_of_rows(&self) -> usize {
        self.most.saturating_sub(RESERVED)
    }

    fn row(&mut self, rank: Rank, cells: [&str; 4]) {
        self.count += 1;
        let cells = cells.map(cell).join(" | ");
        let most = self.most_of_rows();
        self.rows.push_within(most, rank, &format!("| {cells} |\n"));
    }
}

impl Report for StepSummary<'_> {
    fn finding(&mut self, finding: &Finding, _text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let message = format!("{}: {}", text::subject(finding), text::message(finding));
        let cells = [
            diagnostic.severity.as_str(),
            diagnostic.rule.id(),
            &text::place(finding),
            &message,
        ];
        self.row(Rank::of(finding), cells);
        Ok(())
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = text::failed_place(failure);
        let message = text::failed_in_one_line(failure);
        self.row(Rank::Failure, ["error", "", &place, &message]);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let mut rows = Vec::new();
        std::mem::take(&mut self.rows).write(0, &mut rows)?;
        let rows = String::from_utf8_lossy(&rows);
        let line = cell(&summary.to_string());
        let mut table = format!("### stickler\n\n{line}\n");
        let (mut shown, mut end) = (0, 0);
        for row in rows.split_inclusive('\n') {
            if end + row.len() > self.most_of_rows() {
                break;
            }
            (shown, end) = (shown + 1, end + row.len());
        }
        if shown > 0 {
            table.push_str(HEAD);
            table.push_str(&rows[..end]);
        }
        if shown < self.count {
            let more = self.count - shown;
            let _ = writeln!(table, "\n… and {more} more");
        }
        table.push('\n');
        if table.len() <= self.most {
            self.out.write_all(table.as_bytes())?;
        }
        self.out.flush()
    }
}

/// Text that Markdown shows as it is, in a cell of a table.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text::printable(text).chars() {
        if c.is_ascii_punctuation() && !".,:;/-()'=?%".contains(c) {
            cell.push('\\');
        }
        cell.push(c);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Consequence, Severity};
    use crate::render::tests::unknown_parameter;

    fn table(most: usize, findings: &[Finding]) -> String {
        let mut out = Vec::new();
        let mut report = StepSummary::new(Box::new(&mut out), most);
        for finding in findings {
            report.finding(finding, "").unwrap();
        }
        report.finish(&Summary::default()).unwrap();
        drop(report);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_worst_comes_first_and_what_markdown_reads_is_escaped() {
        let worst = unknown_parameter();
        let mut other = unknown_parameter();
        other.diagnostic.severity = Severity::Warning;
        other.diagnostic.consequence = Some(Consequence::NoEffect);
        other.diagnostic.message = "a|b <img> [x](y) `z`\u{1b} *b* _i_ ~s~ #1 @u".to_owned();
        let table = table(MOST_BYTES, &[other, worst]);
        let rows: Vec<_> = table
            .lines()
            .filter(|it| it.contains("cafe.yaml"))
            .collect();
        assert!(rows[0].starts_with(r"| error | unknown-parameter | deploy/cafe.yaml:6:70 | "));
        assert!(rows[1].starts_with("| warning |"));
        assert!(
            rows[1].contains(r"a\|b \<img\> \[x\](y) \`z\`\\u\{1b\} \*b\* \_i\_ \~s\~ \#1 \@u"),
            "{}",
            rows[1]
        );
    }

    #[test]
    fn the_table_keeps_to_its_bound() {
        let findings = vec![unknown_parameter(); 10_000];
        for most in [0, 100, 2_000, 100_000, MOST_BYTES] {
            let table = table(most, &findings);
            assert!(table.len() <= most, "{most}");
            let rows = table.matches("cafe.yaml").count();
            let rest = format!("… and {} more", 10_000 - rows);
            assert!(table.is_empty() || table.contains(&rest), "{most}");
            assert_eq!(rows > 0, most > RESERVED, "{most}");
        }
        let rows = |most| table(most, &findings).matches("cafe.yaml").count();
        let one = table(MOST_BYTES, &findings[..1]);
        let row = one.lines().find(|it| it.contains("cafe.yaml")).unwrap();
        let two = RESERVED + 2 * (row.len() + 1);
        assert_eq!((rows(two - 1), rows(two)), (1, 2));
    }
}
