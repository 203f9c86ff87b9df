//! JUnit XML: a suite a file, a case a finding. What does not fail the run is
//! a case that passes and says something, since JUnit has no warnings.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::finding::{Failure, Finding};

use super::{Report, Style, Summary, text};

/// The report, written when it is whole.
pub(super) struct Junit<'w> {
    out: Box<dyn Write + 'w>,
    style: Style,
    report: quick_junit::Report,
    suite: Option<TestSuite>,
}

impl<'w> Junit<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, style: Style) -> Self {
        Self {
            out,
            style,
            report: quick_junit::Report::new("stickler"),
            suite: None,
        }
    }

    /// Add a case to the suite of that name; findings of one file follow one
    /// another.
    fn add(&mut self, suite: &str, mut case: TestCase) {
        let suite = text::printable(suite);
        if self
            .suite
            .as_ref()
            .is_none_or(|s| s.name.as_str() != suite.as_str())
        {
            self.close_suite();
        }
        case.set_classname(suite.as_str());
        self.suite
            .get_or_insert_with(|| TestSuite::new(suite.as_str()))
            .add_test_case(case);
    }

    fn close_suite(&mut self) {
        if let Some(suite) = self.suite.take() {
            self.report.add_test_suite(suite);
        }
    }
}

impl Report for Junit<'_> {
    fn finding(&mut self, finding: &Finding, _text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let mut description = text::subject(finding) + ": " + &text::in_one_line(diagnostic);
        if finding.location.is_some() {
            description = text::place(finding) + ": " + &description;
        }
        let name = format!("{} {}", diagnostic.rule, text::place(finding));
        let fail_on = self.style.fail_on;
        let case = if fail_on.is_some_and(|fail_on| diagnostic.severity >= fail_on) {
            let kind = NonSuccessKind::Failure;
            let status = unsuccessful(
                kind,
                diagnostic.rule.id(),
                &diagnostic.message,
                &description,
            );
            TestCase::new(name, status)
        } else {
            let mut case = TestCase::new(name, TestCaseStatus::success());
            case.set_system_out(format!("{}: {description}", diagnostic.severity));
            case
        };
        let suite = finding.location.as_ref().map_or("cluster", |at| &at.file);
        self.add(suite, case);
        Ok(())
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = text::failed_place(failure);
        let description = format!("{place}: {}", text::failed_in_one_line(failure));
        let kind = NonSuccessKind::Error;
        let status = unsuccessful(kind, "unreadable-input", &failure.message, &description);
        self.add(&failure.location.file, TestCase::new(place, status));
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.close_suite();
        if self.report.test_suites.is_empty() {
            let case = TestCase::new(summary.to_string(), TestCaseStatus::success());
            self.add("stickler", case);
            self.close_suite();
        }
        self.report
            .serialize(&mut self.out)
            .map_err(io::Error::other)?;
        self.out.flush()
    }
}

fn unsuccessful(
    kind: NonSuccessKind,
    rule: &str,
    message: &str,
    description: &str,
) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(rule)
        .set_message(message)
        .set_description(description);
    status
}
