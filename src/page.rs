//! The page of a rule, as `stickler explain` prints it and SARIF carries it.
//!
//! `docs/rules/<id>.md` holds what is particular to a rule: prose, and an
//! annotation that has the problem beside one that does not. The rest is the
//! same for many rules and is generated here: the facts of the catalogue, the
//! manifest around the annotations, how a fact was verified, and how to
//! suppress the rule.

use std::fmt::Write as _;

use crate::lint::{CATALOGUE, Consequence, Rule};

/// The page of `rule`, in Markdown.
///
/// ```
/// use stickler::lint::Rule;
///
/// let page = stickler::page::of(Rule::UnknownParameter);
/// assert!(page.starts_with("# unknown-parameter\n"));
/// assert!(page.contains("- Consequence: `breaks-reload`"));
/// ```
#[must_use]
pub fn of(rule: Rule) -> String {
    let source = Source::of(rule);
    let mut page = format!("# {rule}\n\n{}\n\n", sentence(rule.summary()));
    page.push_str(&facts(rule, &source));
    let _ = writeln!(page, "\n## What it finds\n\n{}", source.finds);
    for (heading, text) in source.sections() {
        if heading == "Source" {
            page.push_str(&releases(rule));
        }
        let text = match heading {
            "Policy" => format!("The examples are checked with this policy:\n\n{text}"),
            "Bad" | "Good" => text.replace(fenced(text), &manifest(fenced(text))),
            _ => text.to_owned(),
        };
        let _ = writeln!(page, "\n## {heading}\n\n{text}");
    }
    page.push_str(&verified(&source));
    let _ = writeln!(page, "\n## How to suppress\n\n{}", suppress(rule));
    page
}

/// The page of a consequence, in Markdown: what happens, and the rules that
/// have it.
#[must_use]
pub fn of_consequence(consequence: Consequence) -> String {
    format!(
        "# {consequence}\n\n{}\n\n- Severity: {}\n\n## Rules\n\n{}",
        what_happens(consequence),
        consequence.severity(),
        rules(Some(consequence), ""),
    )
}

/// The index of all pages, in Markdown: `docs/rules/README.md`.
#[must_use]
pub fn index() -> String {
    let mut index = "# Rules\n\nWhat each rule finds, by consequence. \
        `stickler explain RULE` prints the full page.\n"
        .to_owned();
    for consequence in Consequence::ALL.map(Some).into_iter().chain([None]) {
        let (name, text) = match consequence {
            Some(consequence) => (consequence.as_str(), what_happens(consequence)),
            None => ("No consequence", "The cookie works."),
        };
        let rules = rules(consequence, ".md");
        let _ = write!(index, "\n## {name}\n\n{text}\n\n{rules}");
    }
    index
}

/// A list of the rules with a consequence, linked to files if `extension` is
/// not empty.
fn rules(consequence: Option<Consequence>, extension: &str) -> String {
    // What breaks a reload elsewhere is confined there.
    let own = match consequence {
        Some(Consequence::NotApplied) => Some(Consequence::BreaksReload),
        other => other,
    };
    let rows = CATALOGUE.iter().filter(|row| row.consequence == own);
    let mut list = String::new();
    if own != consequence {
        list.push_str("What is `breaks-reload` without that flag:\n\n");
    }
    for row in rows {
        let (id, summary) = (row.id, sentence(row.summary));
        let _ = if extension.is_empty() {
            writeln!(list, "- `{id}`: {summary}")
        } else {
            // In a page, what looks like HTML is text, too.
            let summary = summary.replace('<', "\\<");
            writeln!(list, "- [`{id}`]({id}{extension}): {summary}")
        };
    }
    list
}

fn what_happens(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::RejectsIngress => {
            "The controller rejects the whole Ingress and removes all its hosts from nginx.\n\
             Visitors get a 404 response for every path, also for paths without sticky\n\
             cookies. The Ingress has a warning event with the reason `Rejected`."
        }
        Consequence::BreaksReload => {
            "nginx refuses the configuration that the controller generates. Reloads of that\n\
             controller pod fail for every Ingress until this is fixed. A pod that restarts\n\
             does not become ready."
        }
        Consequence::NotApplied => {
            "The controller runs with `-enable-config-safety` and does not apply the Ingress: a\n\
             new one is not served, a changed one keeps its last valid configuration. No\n\
             other Ingress is affected."
        }
        Consequence::Unsafe => {
            "The value affects more than its own cookie: the response to visitors, or the\n\
             generated configuration. Or nginx reads it differently from what it says, without\n\
             a message."
        }
        Consequence::NoEffect => {
            "The controller accepts the Ingress, and there is no stickiness. In most cases\n\
             there is no event and no log line."
        }
        Consequence::NeverSticks => {
            "nginx sets the cookie, but browsers reject it or never return it. Each request\n\
             may reach another pod."
        }
        Consequence::PartlySticks => {
            "Browsers return the cookie for some requests only. Other requests may reach\n\
             another pod."
        }
        Consequence::Policy => {
            "The operator's policy forbids it. The controller, nginx and browsers accept it."
        }
    }
}

/// The manifest that a page shows below a heading, `Bad` or `Good`, or the
/// policy below `Policy`: YAML. `None` if the page does not have the heading.
///
/// What a page abbreviates, as in `[tea- x 300]`, is written out.
#[must_use]
pub fn example(rule: Rule, heading: &str) -> Option<String> {
    let mut sections = Source::of(rule).sections();
    let (_, text) = sections.find(|(name, _)| *name == heading)?;
    let example = fenced(text);
    Some(match heading {
        "Policy" => example.to_owned(),
        _ => written_out(&manifest(example)),
    })
}

/// The parts of `docs/rules/<id>.md`.
struct Source {
    reader: &'static str,
    finds: &'static str,
    sections: &'static str,
}

impl Source {
    /// The file begins with `# <id>`, then `Reader: <reader>`, then what the
    /// rule finds; a section begins with `## <heading>`.
    fn of(rule: Rule) -> Self {
        let text = rule.page();
        let (_, text) = text.split_once("\n\nReader: ").unwrap_or(("", text));
        let (reader, text) = text.split_once("\n\n").unwrap_or(("", text));
        let (finds, sections) = text.split_once("\n\n## ").unwrap_or((text, ""));
        Self {
            reader,
            finds,
            sections,
        }
    }

    /// Each heading with the text below it.
    fn sections(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let sections = self.sections.split("\n## ");
        sections
            .filter_map(|section| section.split_once("\n\n"))
            .map(|(heading, text)| (heading, text.trim_end()))
    }
}

fn facts(rule: Rule, source: &Source) -> String {
    let consequence = match rule.consequence() {
        Some(consequence) => format!("`{consequence}`: {}", consequence.clause()),
        None => "none".to_owned(),
    };
    let reader = match source.reader {
        "controller" => "NGINX Ingress Controller",
        "nginx" => "nginx",
        "browser" => "the browser",
        "policy" => "the operator's policy",
        _ => "stickler",
    };
    format!(
        "- Consequence: {consequence}\n- Severity: {}\n- Depends on: {reader}\n",
        rule.severity()
    )
}

/// What depends on the release of the controller: a section, where something does.
fn releases(rule: Rule) -> String {
    let facts = rule.release_facts();
    if facts.is_empty() {
        return String::new();
    }
    let mut section =
        String::from("\n## Releases\n\nThe finding depends on the release of the controller:\n\n");
    for fact in facts {
        let _ = writeln!(section, "- {}: {}", fact.releases().named(), fact.summary());
    }
    section
}

/// How the facts of the page were verified: the end of its last section.
fn verified(source: &Source) -> String {
    let how = match source.reader {
        "controller" => {
            "Verified by running the code of NGINX Ingress Controller (main after 5.5.4) on\n\
             stickler's corpus of values and Ingresses."
        }
        "nginx" => {
            "Verified by running nginx 1.31.5 with the generated directive, for every value\n\
             of stickler's corpus."
        }
        "browser" => {
            "Verified with Chromium 156 and cookies of nginx 1.31.5. Firefox 153 agreed in\n\
             300 of 305 cases."
        }
        "policy" => {
            "## Source\n\nThe operator's policy. nginx and browsers accept the cookie. `stickler policy\n\
             show` prints where each setting comes from."
        }
        _ => return String::new(),
    };
    format!("\n{how}\n")
}

fn suppress(rule: Rule) -> String {
    match rule {
        Rule::UnreadableIngress => {
            return "This rule cannot be suppressed.".to_owned();
        }
        Rule::UnusedIgnore => {
            return format!(
                "Remove the comment. To turn the rule off, set `rules: {{{rule}: off}}` in the\n\
                 policy."
            );
        }
        _ => {}
    }
    let has_floor = rule.consequence().is_some_and(Consequence::has_floor);
    let everywhere = if has_floor {
        format!(
            "For all manifests, make it a warning in the policy: `rules: {{{rule}: warning}}`.\n\
             It cannot be turned off, because it affects other Ingresses. For a namespace or\n\
             an Ingress, add an exemption with a reason and an end date."
        )
    } else {
        format!("For all manifests, in the policy: `rules: {{{rule}: off}}`.")
    };
    format!(
        "For one line of a manifest, in `stickler check`: a comment on the line or on the\n\
         line above.\n\n\
         ```yaml\n# stickler: ignore[{rule}] the reason\n```\n\n\
         {everywhere}\n\n\
         The webhook does not read comments; it uses the policy alone."
    )
}

/// `annotations` in an Ingress; what is a manifest already stays as it is.
fn manifest(annotations: &str) -> String {
    if annotations.starts_with("apiVersion:") {
        return annotations.to_owned();
    }
    let lines = annotations.lines().map(|line| format!("    {line}\n"));
    format!("{BEFORE}{}{AFTER}", lines.collect::<String>())
}

const BEFORE: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cafe
  annotations:
";
const AFTER: &str = "\
spec:
  ingressClassName: nginx
  tls:
  - hosts: [cafe.example.com]
    secretName: cafe-tls
  rules:
  - host: cafe.example.com
    http:
      paths:
      - path: /tea
        pathType: Prefix
        backend: {service: {name: tea-svc, port: {number: 80}}}
      - path: /coffee
        pathType: Prefix
        backend: {service: {name: coffee-svc, port: {number: 80}}}
";

/// The code of the first fenced block.
fn fenced(text: &str) -> &str {
    let code = text.split_once("```yaml\n").map_or("", |(_, code)| code);
    code.split_once("```").map_or(code, |(code, _)| code)
}

/// `[tea- x 3]` as `tea-tea-tea-`.
fn written_out(text: &str) -> String {
    let repeated = |text: &str| {
        let (before, rest) = text.split_once('[')?;
        let (inner, after) = rest.split_once(']')?;
        let (part, times) = inner.split_once(" x ")?;
        let times = times.parse().ok()?;
        Some(format!("{before}{}{after}", part.repeat(times)))
    };
    let lines = text
        .split_inclusive('\n')
        .map(|line| repeated(line).unwrap_or_else(|| line.to_owned()));
    lines.collect()
}

/// `a clause` as a sentence; what is a sentence already stays as it is, and so
/// does a name that is written small.
fn sentence(clause: &str) -> String {
    if clause.starts_with("nginx") {
        return clause.trim_end_matches('.').to_owned() + ".";
    }
    let mut chars = clause.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    let rest = chars.as_str().trim_end_matches('.');
    first.chain(rest.chars()).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_written_out() {
        for (text, expected) in [
            ("path=/[tea- x 3]\nx", "path=/tea-tea-tea-\nx"),
            ("[a x 2] path=/", "aa path=/"),
            ("hosts: [a, b]\n", "hosts: [a, b]\n"),
            ("ignore[missing-path]", "ignore[missing-path]"),
        ] {
            assert_eq!(written_out(text), expected);
        }
    }

    #[test]
    fn annotations_are_put_into_an_ingress() {
        let manifest = manifest("a: \"b\"\nc: \"d\"\n");
        assert!(manifest.contains("\n  annotations:\n    a: \"b\"\n    c: \"d\"\nspec:\n"));
        let whole = "apiVersion: v1\n";
        assert_eq!(super::manifest(whole), whole);
    }

    #[test]
    fn a_page_says_on_whom_its_finding_depends_and_how_that_was_verified() {
        for (rule, reader, verified) in [
            (
                Rule::DroppedBackend,
                "NGINX Ingress Controller",
                "by running the code of NGINX Ingress Controller",
            ),
            (Rule::Brace, "nginx", "by running nginx"),
            (Rule::CookieClash, "the browser", "with Chromium"),
            (
                Rule::ForbiddenDomain,
                "the operator's policy",
                "show` prints where each setting",
            ),
            (Rule::Placeholder, "stickler", ""),
        ] {
            let page = of(rule);
            let depends = format!("\n- Depends on: {reader}\n");
            assert!(page.contains(&depends), "{page}");
            assert!(page.replace('\n', " ").contains(verified), "{page}");
        }
    }

    #[test]
    fn summaries_become_sentences() {
        for text in ["a clause", "A clause."] {
            assert_eq!(sentence(text), "A clause.");
        }
    }
}
