//! What of an Ingress' hosts and paths nginx refuses to load.

use std::collections::HashMap;

use super::context::at_field;
use super::ingress::{path_field, rule_field};
use super::{Context, Report, Rule};
use crate::lint::read::controller::{Routes, or_root, spec_path};
use crate::lint::read::keys::PATH_REGEX;
use crate::lint::subject::{HostRule, PathRule, PathType};
use crate::lint::text::quote;

pub(super) fn duplicate_path(context: &Context<'_>, report: &mut Report) {
    let (Some(subject), Some(routes)) = (context.ingress(), &context.reading.routes) else {
        return;
    };
    let style = context.reading.annotation(PATH_REGEX);
    same_hosts(&subject.rules, report);
    for (index, rule) in subject.rules.iter().enumerate() {
        same_paths(routes, style, index, rule, report);
    }
}

/// nginx compares names without case: two hosts that differ in nothing else
/// give it two upstreams of one name where they share a backend.
fn same_hosts(rules: &[HostRule<'_>], report: &mut Report) {
    let spelled_out = |rule: &HostRule<'_>| {
        let host = rule.host.as_deref().unwrap_or_default();
        host.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    if !rules.iter().any(spelled_out) {
        return;
    }
    let mut seen: HashMap<_, &str> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let host = rule.host.as_deref().unwrap_or_default();
        for path in rule.paths.iter().flatten() {
            let backend = (
                host.to_ascii_lowercase(),
                &path.backend.service,
                &path.backend.port,
            );
            let first = *seen.entry(backend).or_insert(host);
            if first != host {
                let field = rule_field(index).name("host");
                let message = format!(
                    "{} and {} are the same host for nginx",
                    quote(first),
                    quote(host)
                );
                let diagnostic = at_field(Rule::DuplicatePath, field, message);
                report.push(diagnostic.with_help("write host names in lower case"));
                break;
            }
        }
    }
}

/// nginx takes a location once. Prefix and ImplementationSpecific both
/// become a plain location, Exact one with `=`; regular expressions may repeat.
fn same_paths(
    routes: &Routes<'_>,
    style: Option<&str>,
    rule_index: usize,
    rule: &HostRule<'_>,
    report: &mut Report,
) {
    let paths = rule.paths.as_deref().unwrap_or_default();
    if paths.len() < 2 || matches!(style, Some(style) if style != "exact") {
        return;
    }
    let is_exact = |it: &PathRule<'_>| style.is_some() || it.path_type == PathType::Exact;
    // Sorting takes less than hashing each of a few.
    let paths_and_indices = paths.iter().zip(0..);
    let mut locations: Vec<_> = paths_and_indices
        .map(|(path, index)| ((or_root(spec_path(path)), is_exact(path)), index))
        .collect();
    locations.sort_unstable();
    let same = |pair: &[((&str, bool), usize)]| (pair[0].0 == pair[1].0).then_some(pair[1].1);
    let mut repeated: Vec<_> = locations.windows(2).filter_map(same).collect();
    repeated.sort_unstable();
    for index in repeated {
        let written = spec_path(&paths[index]);
        if routes.dropped.contains(written) {
            continue;
        }
        let field = path_field(rule_index, index).name("path");
        let location = quote(or_root(written));
        let message = format!("the path {location} appears twice on one host");
        let diagnostic = at_field(Rule::DuplicatePath, field, message);
        report.push(diagnostic.with_help("remove one of the two"));
    }
}
