//! SARIF 2.1.0, for code scanning (OASIS, "Static Analysis Results Interchange
//! Format"; sections are named where a field is not plain).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::finding::{Failure, Finding, Location, ObjectRef, SourceEdit};
use crate::lint::{Consequence, Rule};
use crate::page;

use super::fingerprint::Fingerprints;
use super::{Report, Summary, text};

/// Columns are characters (§3.14.17), here and in JSON.
pub(super) const COLUMN_KIND: &str = "unicodeCodePoints";
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report, written when it is whole.
pub(super) struct Sarif<'w> {
    out: Box<dyn Write + 'w>,
    results: Vec<Value>,
    notifications: Vec<Value>,
    /// The rules that found something, in the order of first use.
    rules: Vec<Rule>,
    fingerprints: Fingerprints,
}

impl<'w> Sarif<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            results: Vec::new(),
            notifications: Vec::new(),
            rules: Vec::new(),
            fingerprints: Fingerprints::default(),
        }
    }

    fn rule_index(&mut self, rule: Rule) -> usize {
        let known = self.rules.iter().position(|&known| known == rule);
        known.unwrap_or_else(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        })
    }

    fn log(&self) -> Value {
        let rules: Vec<_> = self.rules.iter().map(|&rule| descriptor(rule)).collect();
        let invocation = json!({
            // Findings are no failure of the tool (§3.20.14).
            "executionSuccessful": self.notifications.is_empty(),
            "toolExecutionNotifications": self.notifications,
        });
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "stickler",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "columnKind": COLUMN_KIND,
                "invocations": [invocation],
                "results": self.results,
            }],
        })
    }
}

impl Report for Sarif<'_> {
    fn finding(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let fingerprint = self.fingerprints.of(finding, text);
        let mut result = json!({
            "ruleId": diagnostic.rule.id(),
            "ruleIndex": self.rule_index(diagnostic.rule),
            "level": diagnostic.severity.as_str(),
            "message": { "text": text::in_one_line(diagnostic) },
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
        self.results.push(result);
        Ok(())
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        self.notifications.push(json!({
            "level": "error",
            "message": { "text": failure.message },
            "locations": [{ "physicalLocation": physical(&failure.location) }],
        }));
        Ok(())
    }

    fn finish(&mut self, _summary: &Summary) -> io::Result<()> {
        let log = self.log();
        serde_json::to_writer_pretty(&mut self.out, &log)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// A rule with its page (§3.49).
fn descriptor(rule: Rule) -> Value {
    let consequence = rule.consequence().map(Consequence::as_str);
    let page = page::of(rule);
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.summary() },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": rule.severity().as_str() },
        "properties": { "consequence": consequence, "tags": ["kubernetes", "nginx"] },
    })
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
    let mut physical = json!({ "artifactLocation": artifact(&at.file) });
    if at.line > 0 {
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
fn artifact(file: &str) -> Value {
    let relative = text::from_root(file);
    let uri = uri(relative);
    if relative.starts_with('/') {
        return json!({ "uri": format!("file://{uri}") });
    }
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

/// `path` as a URI reference (RFC 3986, section 3.3): everything but
/// unreserved characters and slashes is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
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
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for SourceEdit { location, text } in &finding.edits {
        let replacement = json!({
            "deletedRegion": region(location),
            "insertedContent": { "text": text },
        });
        files.entry(&location.file).or_default().push(replacement);
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
        .unwrap_or("mend the value");
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
            ("deploy/a b.yaml", "deploy/a%20b.yaml"),
            ("./ä:1.yaml", "%C3%A4%3A1.yaml"),
            ("/tmp/x.yaml", "file:///tmp/x.yaml"),
        ] {
            assert_eq!(artifact(file)["uri"], uri);
        }
    }
}
