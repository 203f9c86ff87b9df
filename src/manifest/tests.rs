use std::fmt::Write as _;
use std::ops::ControlFlow;

use super::*;
use crate::finding::Location;
use crate::lint::annotation::PLUS_KEY;
use crate::lint::{FieldPath, Place, Rule, Span};

/// Finds each `BAD` of the annotation, each host `bad.example`, and that the
/// second rule has no host.
fn judge(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let value = subject.annotation(PLUS_KEY).unwrap_or_default();
    let bad = value.match_indices("BAD").map(|(at, bad)| {
        let span = Span::new(at, at + bad.len());
        let place = Place::value(PLUS_KEY, span);
        Diagnostic::new(Rule::UnknownParameter, place, "bad")
    });
    let hosts = subject
        .rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let field = FieldPath::names(&["spec", "rules"])
                .index(index)
                .name("host");
            let place = Place::field(field);
            (rule.host.is_none() || rule.host.as_deref() == Some("bad.example"))
                .then(|| Diagnostic::new(Rule::RejectedIngress, place, "host"))
        });
    bad.chain(hosts).collect()
}

fn report(text: &str) -> Report {
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    check(source, &judge)
}

fn ingress(value: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
         annotations:\n    nginx.com/sticky-cookie-services: {value}\n"
    )
}

/// `document:line:column-end_line:end_column` of each finding and error.
fn places(report: &Report) -> Vec<String> {
    let write = |location: &Location| {
        let Location {
            document,
            line,
            column,
            end_line,
            end_column,
            ..
        } = location;
        format!("{document}:{line}:{column}-{end_line}:{end_column}")
    };
    let findings = report
        .findings
        .iter()
        .filter_map(|finding| finding.location.as_ref());
    let errors = report.errors.iter().map(|error| &error.location);
    findings.chain(errors).map(write).collect()
}

#[test]
fn findings_stand_where_they_stand_in_the_file() {
    for (text, expected) in [
        (ingress("a BAD"), "1:6:41-6:44"),
        (ingress("'it''s BAD'"), "1:6:46-6:49"),
        (ingress(r#""\u00e9 BAD""#), "1:6:47-6:50"),
        (ingress("|-\n      a\n      é BAD"), "1:8:9-8:12"),
        (ingress(">\n      a\n      BAD\n"), "1:8:7-8:10"),
        (
            format!("---\n# x\n---\r\n{}", ingress("BAD")),
            "2:9:39-9:42",
        ),
        (format!("x: &a BAD\n{}", ingress("*a")), "1:1:7-1:10"),
    ] {
        assert_eq!(places(&report(&text)), [expected], "{text}");
    }
}

#[test]
fn an_alias_is_named_beside_its_anchor() {
    let text = format!("x: &a BAD\n{}", ingress("*a"));
    let found = report(&text);
    let location = found.findings[0].location.as_ref().unwrap();
    assert_eq!(
        location.notes(),
        ["the alias on line 7 stands for this value"]
    );

    let merged = "x: &x\n  nginx.com/sticky-cookie-services: BAD\n\
        apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  annotations:\n    <<: *x\n";
    let found = report(merged);
    let location = found.findings[0].location.as_ref().unwrap();
    assert_eq!((location.line, location.alias), (2, Some(7)));
}

#[test]
fn what_is_absent_is_shown_by_its_parent() {
    let text =
        ingress("x") + "spec:\n  rules:\n  - host: bad.example\n  - http:\n      paths: []\n";
    assert_eq!(places(&report(&text)), ["1:9:11-9:22", "1:10:5-10:9"]);
}

#[test]
fn lists_are_read_at_any_depth_in_yaml_and_json() {
    let json = r#"{"kind": "List", "items": [{"kind": "IngressList",
        "apiVersion": "networking.k8s.io/v1", "items": [
        {"metadata": {"name": "é", "annotations": {"nginx.com/sticky-cookie-services": "\ud834\udd1e BAD"}}},
        {"apiVersion": "v1", "kind": "Service"}]}], "apiVersion": "v1"}"#;
    let yaml = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - \
        apiVersion: extensions/v1beta1\n    kind: Ingress\n    metadata: {annotations: {\
        nginx.com/sticky-cookie-services: BAD}}\n- {apiVersion: v1, kind: Secret}\nkind: List\n";
    for (text, place) in [(json, "1:3:102-3:105"), (yaml, "1:8:64-8:67")] {
        let report = report(text);
        assert_eq!(places(&report), [place]);
        assert_eq!((report.counts.ingresses, report.counts.skipped), (1, 1));
        let kind = &report.findings[0].object.kind;
        assert_eq!(kind, "Ingress");
    }
}

#[test]
fn several_json_values_and_then_yaml_are_one_stream() {
    let value = r#"{"apiVersion":"v1","kind":"Secret"}"#;
    let report = report(&format!(
        "\u{feff}{value}\n{value}\n---\n{}",
        ingress("BAD")
    ));
    assert_eq!((report.counts.skipped, report.errors.len()), (2, 0));
    assert_eq!(places(&report), ["3:9:39-9:42"]);
}

#[test]
fn what_cannot_be_read_is_one_error_with_its_place_and_hides_nothing() {
    for (bad, line, column, message) in [
        (
            "a: b: c\n",
            1,
            5,
            "mapping values are not allowed in this context",
        ),
        ("- a\n", 1, 1, "expected a Kubernetes object, found a list"),
        ("metadata: {}\n", 1, 1, "an object without 'kind'"),
        ("kind: 5\n", 1, 7, "kind: expected a string, found a number"),
        ("kind: Ingress\n", 1, 1, "an object without 'apiVersion'"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "the key 'a' stands twice"),
        (
            &ingress("yes"),
            6,
            39,
            "metadata.annotations[nginx.com/sticky-cookie-services]: expected a string, found the boolean 'true'",
        ),
        (
            &ingress("x\n    other: 5"),
            7,
            12,
            "metadata.annotations[other]: expected a string, found a number",
        ),
        (
            &ingress("x").replace("name: cafe", "annotations: 5"),
            5,
            3,
            "the key 'annotations' stands twice",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: [a]\n",
            3,
            7,
            "spec: expected an object, found a list",
        ),
        (
            "apiVersion: v1\nkind: List\nitems: 5\n",
            3,
            8,
            "items: expected a list, found a number",
        ),
    ] {
        let report = report(&format!("{bad}---\n{}", ingress("BAD")));
        let error = report
            .errors
            .first()
            .unwrap_or_else(|| panic!("no error for {bad}"));
        let location = &error.location;
        assert_eq!(
            (location.line, location.column, error.message.as_str()),
            (line, column, message),
            "{bad}"
        );
        assert_eq!(report.errors.len(), 1, "{bad}");
        assert_eq!(report.findings.len(), 1, "{bad}");
    }
}

#[test]
fn json_is_as_strict_as_yaml() {
    let head = r#""apiVersion":"networking.k8s.io/v1","kind":"Ingress""#;
    for (text, column, message) in [
        (
            format!("{{{head},\"spec\":[]}}"),
            62,
            "spec: expected an object, found a list",
        ),
        (
            format!("{{{head},\"a\":1,\"a\":2}}"),
            61,
            "the key 'a' stands twice",
        ),
        (
            format!("{{{head},\"metadata\":{{\"annotations\":{{\"a\":1}}}}}}"),
            86,
            "metadata.annotations[a]: expected a string, found a number",
        ),
    ] {
        let report = report(&text);
        let error = &report.errors[0];
        assert_eq!(
            (error.location.column, error.message.as_str()),
            (column, message)
        );
        assert_eq!(report.counts.ingresses, 0);
    }
}

#[test]
fn templates_are_skipped_with_one_note() {
    let text = "{{- if .Values.on }}\nkind: Ingress\n---\na: {{ .b }}\n{{ end }}\n";
    let found = report(text);
    assert_eq!(
        (
            found.errors.len(),
            found.skipped.len(),
            found.counts.templates
        ),
        (0, 1, 1)
    );
    let alert = "apiVersion: v1\nkind: ConfigMap\ndata: {a: '{{ $labels.x }}'}\n";
    assert_eq!(report(alert).counts.skipped, 1);
}

#[test]
fn helms_source_is_remembered() {
    let text = format!(
        "---\n# Source: cafe/templates/ingress.yaml\n{}",
        ingress("BAD")
    );
    let found = report(&text);
    let location = found.findings[0].location.as_ref().unwrap();
    assert_eq!(
        location.notes(),
        ["rendered by Helm from 'cafe/templates/ingress.yaml'"]
    );
}

#[test]
fn comments_silence_what_they_name_and_say_why() {
    let value = |before: &str, behind: &str| {
        ingress("BAD").replace(
            "    nginx.com/sticky-cookie-services: BAD",
            &format!("{before}    nginx.com/sticky-cookie-services: {behind}"),
        )
    };
    let line = "    # stickler: ignore[unknown-parameter] known\n";
    for (text, rules, ignored) in [
        (value(line, "BAD"), &[][..], 1),
        (value(&format!("{line}    # more\n"), "BAD"), &[], 1),
        (
            value(
                "",
                "BAD # stickler: ignore[unknown-parameter, no-parameters] known",
            ),
            &["unused-ignore"],
            1,
        ),
        (value(line, "|\n      a\n\n      BAD"), &[], 1),
        (
            value(
                "",
                "| # stickler: ignore[unknown-parameter] x\n      a\n      BAD",
            ),
            &[],
            1,
        ),
        (
            value("    # stickler: ignore[unknown-parameter]\n", "BAD"),
            &["unused-ignore", "unknown-parameter"],
            0,
        ),
        (
            value("    # stickler: ignore[unknown-paramter] x\n", "BAD"),
            &["unused-ignore", "unknown-parameter"],
            0,
        ),
        (
            value("    x: '# stickler: ignore[unknown-parameter] x'\n", "BAD"),
            &["unknown-parameter"],
            0,
        ),
        (
            value("    x: a#stickler:ignore[unknown-parameter] x\n", "BAD"),
            &["unknown-parameter"],
            0,
        ),
        (value(&format!("{line}\n"), "fine"), &["unused-ignore"], 0),
    ] {
        let report = report(&text);
        let found: Vec<&str> = report
            .findings
            .iter()
            .map(|f| f.diagnostic.rule.id())
            .collect();
        assert_eq!(
            (found.as_slice(), report.counts.ignored),
            (rules, ignored),
            "{text}"
        );
        assert_eq!(report.errors, [], "{text}");
    }
}

#[test]
fn what_multiplies_itself_is_bounded() {
    let mut text =
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            .to_owned();
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        let _ = writeln!(text, "a{level}: &a{level} [{below}]");
    }
    assert_eq!(report(&text).errors, []);
    let bombed = text + "spec: {rules: *a11}\n";
    assert_eq!(report(&bombed).errors.len(), 1);
    let deep = format!("a: {}", "[".repeat(500_000));
    assert_eq!(report(&deep).errors.len(), 1);
    let mut chain = "- &a0 x\n".to_owned();
    for level in 1..3000 {
        let _ = writeln!(chain, "- &a{level} [*a{}]", level - 1);
    }
    assert_eq!(report(&chain).errors.len(), 1);
}

#[test]
fn paths_are_read_in_order_and_what_cannot_be_is_an_error_each() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let write = |name: &str, text: &[u8]| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("b.yaml", ingress("BAD").as_bytes());
    write("a/z.yml", ingress("BAD").as_bytes());
    write("a/notes.txt", b"BAD");
    write(".hidden/x.yaml", ingress("BAD").as_bytes());
    write("built/x.yaml", ingress("BAD").as_bytes());
    write(".gitignore", b"built/\n");
    write("c.json", b"\xff\xfe{\0}\0");
    write("d.yaml", b"a: \0\xff");
    write("e.yaml", b"a: \xff");
    std::os::unix::fs::symlink(root.join("nowhere"), root.join("f.yaml")).unwrap();
    let path = |name: &str| root.join(name).display().to_string();
    let run = |paths: &[String]| {
        let mut seen = Vec::new();
        check_paths(paths, &judge, &mut |report| {
            let name = report.file.trim_start_matches(&path("")).to_owned();
            let errors = report.errors.iter().map(|error| error.message.clone());
            seen.push((
                name,
                report.findings.len(),
                errors.collect::<Vec<_>>().join("; "),
            ));
            ControlFlow::Continue(())
        });
        seen
    };
    let case = |name: &str, found, error: &str| (name.to_owned(), found, error.to_owned());
    assert_eq!(
        run(&[path("")]),
        [
            case("a/z.yml", 1, ""),
            case("b.yaml", 1, ""),
            case("c.json", 0, "the text is UTF-16; only UTF-8 is read"),
            case("d.yaml", 0, "a binary file"),
            case(
                "e.yaml",
                0,
                "not UTF-8: the byte 3 (line 1) begins no character"
            ),
            case("f.yaml", 0, "a link that leads nowhere"),
        ]
    );
    assert_eq!(
        run(&[
            path("built/x.yaml"),
            path(".hidden"),
            path("none.yaml"),
            path("*/*.y*ml")
        ]),
        [
            case("built/x.yaml", 1, ""),
            case(".hidden/x.yaml", 1, ""),
            case("none.yaml", 0, "there is no such file or folder"),
            case("a/z.yml", 1, ""),
            case("built/x.yaml", 1, ""),
        ]
    );
}
