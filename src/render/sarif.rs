//! SARIF 2.1.0, for code scanning (OASIS, "Static Analysis Results Interchange
//! Format"; sections are named where a field is not plain).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::finding::{Failure, Finding, Location, ObjectRef, SourceEdit};
use crate::lint::{CATALOGUE, Consequence, Rule};
use crate::page;

use super::fingerprint::Fingerprints;
use super::text::Artifact;
use super::worst_first::{Rank, WorstFirst};
use super::{Report, Summary, text};

/// Columns are characters (§3.14.17), here and in JSON.
pub(super) const COLUMN_KIND: &str = "unicodeCodePoints";
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What separates results.
const SEPARATOR: &str = ",\n";
/// GitHub shows an alert as `high` from here on.
const UNSAFE_SEVERITY: &str = "7.5";

/// The report, written when it is whole: results as JSON, the worst first, since
/// consumers cut.
pub(super) struct Sarif<'w> {
    out: Box<dyn Write + 'w>,
    results: WorstFirst,
    notifications: Vec<Value>,
    fingerprints: Fingerprints,
}

impl<'w> Sarif<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            results: WorstFirst::default(),
            notifications: Vec::new(),
            fingerprints: Fingerprints::default(),
        }
    }

    fn result(&mut self, finding: &Finding, text: &str) {
        let diagnostic = &finding.diagnostic;
        let fingerprint = self.fingerprints.of(finding, text);
        let mut result = json!({
            "ruleId": diagnostic.rule.id(),
            "ruleIndex": diagnostic.rule as usize,
            "level": diagnostic.severity.as_str(),
            "message": { "text": text::message(finding) },
            "locations": [location(finding)],
            "partialFingerprints": {
                // The one name that GitHub's code scanning reads.
                "primaryLocationLineHash": fingerprint,
                "stickler/v1": fingerprint,
            },
            "properties": properties(finding),
        });
        if let Some(fix) = fix(finding) {
            result["fixes"] = json!([fix]);
        }
        if let Some(reason) = &finding.suppressed {
            result["suppressions"] = json!([{ "kind": "inSource", "justification": reason }]);
        }
        self.results
            .push(Rank::of(finding), &format!("{SEPARATOR}{result}"));
    }
}

impl Report for Sarif<'_> {
    fn finding(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        self.result(finding, text);
        Ok(())
    }

    fn suppressed(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        self.result(finding, text);
        Ok(())
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        self.notifications.push(json!({
            "level": "error",
            "message": { "text": text::failed_in_one_line(failure) },
            "locations": [{ "physicalLocation": physical(&failure.location) }],
        }));
        Ok(())
    }

    fn finish(&mut self, _summary: &Summary) -> io::Result<()> {
        let driver = driver(env!("CARGO_PKG_REPOSITORY"));
        let invocation = json!({
            // Findings are not a failure of the tool (§3.20.14).
            "executionSuccessful": self.notifications.is_empty(),
            "toolExecutionNotifications": self.notifications,
        });
        let out = &mut self.out;
        writeln!(
            out,
            r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"tool":{{"driver":{driver:#}}},"#
        )?;
        writeln!(
            out,
            r#""columnKind":"{COLUMN_KIND}","invocations":[{invocation:#}],"results":["#
        )?;
        let results = std::mem::take(&mut self.results);
        results.write(SEPARATOR.len(), out)?;
        writeln!(out, "\n]}}]}}")?;
        out.flush()
    }
}

/// The tool, with all its rules (§3.19). What is known of the program's home
/// is there once the package names it.
fn driver(repository: &str) -> Value {
    let rules = CATALOGUE.iter().map(|row| descriptor(row.rule, repository));
    let rules: Vec<_> = rules.collect();
    let mut driver = json!({
        "name": "stickler",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    if !repository.is_empty() {
        driver["informationUri"] = json!(repository);
    }
    driver
}

/// A rule with its page (§3.49).
fn descriptor(rule: Rule, repository: &str) -> Value {
    let consequence = rule.consequence();
    let page = page::of(rule);
    let mut descriptor = json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.summary() },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": rule.severity().as_str() },
        "properties": {
            "consequence": consequence.map(Consequence::as_str),
            "tags": ["kubernetes", "nginx"],
        },
    });
    if consequence == Some(Consequence::Unsafe) {
        let properties = &mut descriptor["properties"];
        properties["security-severity"] = json!(UNSAFE_SEVERITY);
        properties["tags"] = json!(["kubernetes", "nginx", "security"]);
    }
    if !repository.is_empty() {
        let version = env!("CARGO_PKG_VERSION");
        let repository = repository.trim_end_matches('/');
        let uri = format!("{repository}/blob/v{version}/docs/rules/{rule}.md");
        descriptor["helpUri"] = json!(uri);
    }
    descriptor
}

fn properties(finding: &Finding) -> Value {
    let diagnostic = &finding.diagnostic;
    let entry = diagnostic.entry.as_ref();
    json!({
        "consequence": diagnostic.consequence.map(Consequence::as_str),
        "field": diagnostic.place.field.to_string(),
        "entry": entry.map(|entry| entry.number),
        "service": entry.map(|entry| entry.service.as_str()),
    })
}

fn location(finding: &Finding) -> Value {
    let mut location = json!({ "logicalLocations": [logical(&finding.object)] });
    if let Some(at) = &finding.location {
        location["physicalLocation"] = physical(at);
    }
    location
}

/// The object (§3.33).
fn logical(object: &ObjectRef) -> Value {
    json!({
        "name": object.name,
        "fullyQualifiedName": object.title(),
        "kind": "resource",
    })
}

fn physical(at: &Location) -> Value {
    let Artifact { path, has_lines } = text::artifact(at);
    let mut physical = json!({ "artifactLocation": artifact(path) });
    if has_lines {
        physical["region"] = region(at);
    }
    physical
}

fn region(at: &Location) -> Value {
    json!({
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
        "byteOffset": at.bytes.start,
        "byteLength": at.bytes.len(),
    })
}

/// A file: relative ones to the repository's root (§3.4.4).
fn artifact(path: &[u8]) -> Value {
    let uri = uri(path);
    if path.starts_with(b"/") {
        return json!({ "uri": format!("file://{uri}") });
    }
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

/// `path` as a URI reference (RFC 3986, section 3.3): everything but
/// unreserved characters and slashes is escaped.
fn uri(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into());
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

/// The diagnostic's fix as edits of the file (§3.55).
fn fix(finding: &Finding) -> Option<Value> {
    let mut files: BTreeMap<&[u8], Vec<Value>> = BTreeMap::new();
    for SourceEdit {
        location,
        text: inserted,
    } in &finding.edits
    {
        let Artifact { path, has_lines } = text::artifact(location);
        if !has_lines {
            return None;
        }
        let replacement = json!({
            "deletedRegion": region(location),
            "insertedContent": { "text": inserted },
        });
        files.entry(path).or_default().push(replacement);
    }
    let changes: Vec<_> = files
        .into_iter()
        .map(|(file, replacements)| {
            json!({ "artifactLocation": artifact(file), "replacements": replacements })
        })
        .collect();
    let safe = finding.diagnostic.fix.as_ref().is_some_and(|fix| fix.safe);
    let description = finding
        .diagnostic
        .help
        .as_deref()
        .unwrap_or("fix the value");
    (!changes.is_empty()).then(|| {
        json!({
            "description": { "text": description },
            "artifactChanges": changes,
            "properties": { "safe": safe },
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        for (file, uri) in [
            (&b"deploy/a b.yaml"[..], "deploy/a%20b.yaml"),
            ("ä:1.yaml".as_bytes(), "%C3%A4%3A1.yaml"),
            (b"\xff%.yaml", "%FF%25.yaml"),
            (b"/tmp/x.yaml", "file:///tmp/x.yaml"),
        ] {
            assert_eq!(artifact(file)["uri"], uri);
        }
    }

    #[test]
    fn the_home_of_the_program_is_named_once_it_is_known() {
        let unknown = driver("");
        assert!(unknown.get("informationUri").is_none());
        assert!(unknown["rules"][0].get("helpUri").is_none());
        let known = driver("https://example.com/org/stickler/");
        assert_eq!(known["informationUri"], "https://example.com/org/stickler/");
        let expected = format!(
            "https://example.com/org/stickler/blob/v{}/docs/rules/empty-value.md",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(known["rules"][0]["helpUri"], expected);
    }

    #[test]
    fn what_is_unsafe_is_a_matter_of_security() {
        for row in CATALOGUE {
            let properties = &descriptor(row.rule, "")["properties"];
            let is_unsafe = row.consequence == Some(Consequence::Unsafe);
            assert_eq!(properties.get("security-severity").is_some(), is_unsafe);
        }
    }
}
