//! The backstop: a ValidatingAdmissionPolicy with what CEL can say of the
//! annotation. The API server itself evaluates it: no Pod has to be there.
//!
//! It judges the value that the controller reads, by a part of the rules, and
//! only when that value or the backends change. What it refuses stickler
//! refuses too, under the default policy; the opposite does not hold. It has no
//! spans, no "did you mean", and knows nothing of browsers, of public suffixes
//! or of what a controller makes of the rest of the Ingress.

use std::fmt::{self, Display};

use crate::lint::Rule;

mod cel;

pub use cel::{CHECKS, Check};

/// The policy and its binding, as YAML. Needs Kubernetes 1.30
/// (`admissionregistration.k8s.io/v1`).
#[derive(Debug, Clone, Copy)]
pub struct Backstop<'a> {
    /// The name of both objects.
    pub name: &'a str,
    /// What becomes of an Ingress that breaks a check.
    pub action: Action,
    /// Namespaces that are left alone.
    pub exclude: &'a [String],
}

/// What becomes of an Ingress that breaks a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Refused.
    Deny,
    /// Let through with a warning.
    Warn,
    /// Let through and noted in the audit log.
    Audit,
}

impl Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deny => "Deny",
            Self::Warn => "Warn",
            Self::Audit => "Audit",
        })
    }
}

impl Display for Backstop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, action, .. } = self;
        let name = text(name);
        write!(f, "{HEAD}  name: {name}\n{CONSTRAINTS}")?;
        conditions(f)?;
        writeln!(f, "  variables:")?;
        for (variable, expression) in cel::VARIABLES {
            writeln!(f, "    - name: {variable}")?;
            block(f, expression)?;
        }
        writeln!(f, "  validations:")?;
        for check in CHECKS {
            validation(f, check)?;
        }
        write!(
            f,
            "---\n\
             apiVersion: admissionregistration.k8s.io/v1\n\
             kind: ValidatingAdmissionPolicyBinding\n\
             metadata:\n  name: {name}\n\
             spec:\n  policyName: {name}\n  validationActions: [{action}]\n"
        )?;
        self.selector(f)
    }
}

impl Backstop<'_> {
    fn selector(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exclude.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = self.exclude.iter().map(|name| text(name)).collect();
        write!(
            f,
            "  matchResources:\n    namespaceSelector:\n      matchExpressions:\n        \
             - key: kubernetes.io/metadata.name\n          operator: NotIn\n          \
             values: [{}]\n",
            names.join(", ")
        )
    }
}

const HEAD: &str = "\
# Written by `stickler policy vap`: what the API server can say without stickler.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
";

/// Whatever CEL cannot evaluate, such as a value beyond its cost limit, is let
/// through: a backstop refuses what it knows to be wrong, and nothing else.
const CONSTRAINTS: &str = "\
spec:
  failurePolicy: Ignore
  matchConstraints:
    matchPolicy: Equivalent
    resourceRules:
      - apiGroups: [networking.k8s.io]
        apiVersions: [v1]
        resources: [ingresses]
        operations: [CREATE, UPDATE]
        scope: Namespaced
";

fn conditions(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "  matchConditions:")?;
    for (name, expression) in cel::CONDITIONS {
        writeln!(f, "    - name: {name}")?;
        block(f, expression)?;
    }
    Ok(())
}

fn validation(f: &mut fmt::Formatter<'_>, check: &Check) -> fmt::Result {
    let rules: Vec<_> = check.rules.iter().copied().map(Rule::id).collect();
    writeln!(f, "    # {}", rules.join(", "))?;
    writeln!(f, "    - reason: Forbidden")?;
    writeln!(f, "      messageExpression: >-")?;
    writeln!(
        f,
        "        'annotations.' + variables.key + ': {} [{}]; stickler check tells where'",
        check.message, rules[0]
    )?;
    block(f, check.expression)
}

/// An expression as a YAML block, a line each.
fn block(f: &mut fmt::Formatter<'_>, expression: &str) -> fmt::Result {
    writeln!(f, "      expression: |-")?;
    expression
        .lines()
        .try_for_each(|line| writeln!(f, "        {line}"))
}

/// A scalar that YAML reads as the text it is: JSON is YAML.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let backstop = Backstop {
            name: "a: \"b\"",
            action: Action::Audit,
            exclude: &["yes".to_owned()],
        };
        let text = backstop.to_string();
        assert!(text.contains("  name: \"a: \\\"b\\\"\"\n"), "{text}");
        assert!(text.contains("validationActions: [Audit]"), "{text}");
        assert!(text.contains("values: [\"yes\"]"), "{text}");
    }

    #[test]
    fn no_message_breaks_out_of_its_expression() {
        for check in CHECKS {
            assert!(
                !check.message.contains(['\'', '\\', '\n']),
                "{}",
                check.message
            );
            assert!(!check.rules.is_empty(), "{}", check.message);
        }
    }
}
