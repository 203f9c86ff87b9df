//! Comments that silence.

use super::*;

const IGNORE: &str = "    # stickler: ignore[unknown-parameter] known\n";

/// An Ingress with lines before its annotation.
fn commented(before: &str, value: &str) -> String {
    let key = "    nginx.com/sticky-cookie-services:";
    ingress(value).replace(key, &format!("{before}{key}"))
}

/// The rules that are found, and how many findings are silenced.
fn outcome(text: &str) -> (Vec<&'static str>, usize) {
    let report = report(text);
    assert_eq!(report.errors, [], "{text}");
    let rule = |finding: &crate::finding::Finding| finding.diagnostic.rule.id();
    let rules = report.findings.iter().map(rule).collect();
    (rules, report.counts.ignored)
}

#[test]
fn comments_silence_what_they_name_on_the_line_or_below() {
    for text in [
        commented(IGNORE, "BAD"),
        commented(&format!("{IGNORE}    # more\n"), "BAD"),
        commented("", "BAD # stickler: ignore[unknown-parameter] known"),
        commented(IGNORE, "|\n      a\n\n      BAD"),
        commented(
            "",
            "| # stickler: ignore[unknown-parameter] x\n      a\n      BAD",
        ),
    ] {
        assert_eq!(outcome(&text), (vec![], 1), "{text}");
    }
}

#[test]
fn comments_that_silence_nothing_are_found() {
    let both = &["unused-ignore", "unknown-parameter"][..];
    for (text, rules, ignored) in [
        (
            commented("    # stickler: ignore[unknown-parameter]\n", "BAD"),
            both,
            0,
        ),
        (
            commented("    # stickler: ignore[unknown-paramter] x\n", "BAD"),
            both,
            0,
        ),
        (commented("    # stickler: ignore\n", "BAD"), both, 0),
        (
            commented("    # stickler: ignroe[unknown-parameter] x\n", "BAD"),
            both,
            0,
        ),
        (
            commented("    # stickler: a linter\n", "BAD"),
            &both[1..],
            0,
        ),
        (commented(&format!("{IGNORE}\n"), "fine"), &both[..1], 0),
        (
            commented(
                "",
                "BAD # stickler: ignore[unknown-parameter, no-parameters] known",
            ),
            &both[..1],
            1,
        ),
    ] {
        assert_eq!(outcome(&text), (rules.to_vec(), ignored), "{text}");
    }
}

#[test]
fn what_only_looks_like_a_comment_is_none() {
    for before in [
        "    x: '# stickler: ignore[unknown-parameter] x'\n",
        "    x: a#stickler:ignore[unknown-parameter] x\n",
        "    x: |\n      # stickler: ignore[unknown-parameter] x\n",
    ] {
        let text = commented(before, "BAD");
        assert_eq!(outcome(&text), (vec!["unknown-parameter"], 0), "{text}");
    }
}

/// The second Ingress of the list has the same mistake and no comment.
#[test]
fn a_comment_within_a_list_silences_one_element() {
    let indented = |text: String| {
        let line = |line: &str| format!("  {line}\n");
        let text: String = text.lines().map(line).collect();
        text.replacen("  ", "- ", 1)
    };
    let silent = indented(commented(IGNORE, "BAD"));
    let loud = indented(ingress("BAD"));
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{silent}{loud}");
    assert_eq!(outcome(&list), (vec!["unknown-parameter"], 1));
}

#[test]
fn a_comment_behind_json_is_one_of_the_next_document() {
    let json = r#"{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "a",
        "annotations": {"x": "stickler:", "nginx.com/sticky-cookie-services": "BAD"}}}"#;
    let json = json.replace('\n', "");
    let comment = "# stickler: ignore[unknown-parameter] known";
    let text = format!("{json} {comment}\n---\n{}", ingress("fine"));
    assert_eq!(
        outcome(&text),
        (vec!["unknown-parameter", "unused-ignore"], 0)
    );
}

#[test]
fn behind_a_block_a_comment_is_one() {
    let text = ingress("|-\n      a\n")
        + "# stickler: ignore[rejected-ingress] why\nspec:\n  rules:\n  - host: bad.example\n";
    let (rules, _) = outcome(&text);
    let unused = rules.iter().filter(|rule| **rule == "unused-ignore");
    assert_eq!(unused.count(), 1, "{rules:?}");
}
