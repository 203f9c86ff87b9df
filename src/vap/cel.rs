//! What the backstop says, in CEL: a table of checks.
//!
//! Every pattern is a superset of what stickler admits, so the checks may be
//! wrong in one direction only. RE2's `[^...]` matches newlines; blanks are
//! nginx': U+0020, TAB, CR, LF.

use crate::lint::Rule;

/// One validation: an expression that holds for whatever stickler admits.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The rules that it stands for, the most likely first.
    pub rules: &'static [Rule],
    /// What is wrong, without quotes.
    pub message: &'static str,
    /// CEL; true is good.
    pub expression: &'static str,
}

/// When the API server asks at all: for an Ingress with one of the two keys,
/// whose value in force or whose backends are new. What was there before is
/// let be, as the webhook does.
pub(super) const CONDITIONS: &[(&str, &str)] = &[
    (
        "has-sticky-cookie",
        "has(object.metadata.annotations) &&
('nginx.org/sticky-cookie-services' in object.metadata.annotations ||
 'nginx.com/sticky-cookie-services' in object.metadata.annotations)",
    ),
    (
        "is-new",
        "oldObject == null || !has(oldObject.metadata.annotations) ||
oldObject.spec.?rules != object.spec.?rules ||
oldObject.spec.?defaultBackend != object.spec.?defaultBackend ||
('nginx.org/sticky-cookie-services' in object.metadata.annotations
  ? oldObject.metadata.annotations[?'nginx.org/sticky-cookie-services']
    != object.metadata.annotations[?'nginx.org/sticky-cookie-services']
  : oldObject.metadata.annotations[?'nginx.com/sticky-cookie-services']
    != object.metadata.annotations[?'nginx.com/sticky-cookie-services'])",
    ),
];

/// `heads` are the entries' beginnings, up to the first blank: newlines before
/// them are nobody's business. `words` are the cookie's name and the parameters.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    (
        "key",
        "'nginx.org/sticky-cookie-services' in object.metadata.annotations
  ? 'nginx.org/sticky-cookie-services' : 'nginx.com/sticky-cookie-services'",
    ),
    ("value", "object.metadata.annotations[variables.key]"),
    ("entries", "variables.value.split(';')"),
    (
        "heads",
        "variables.entries.map(entry, entry.find('serviceName=[^= ]+ '))",
    ),
    (
        "words",
        r"variables.entries.map(entry,
  entry.replace('\t', ' ').replace('\r', ' ').replace('\n', ' ').split(' ')
    .filter(word, word != '' && !word.startsWith('serviceName=')))",
    ),
    (
        "services",
        "(has(object.spec.defaultBackend) && has(object.spec.defaultBackend.service)
  ? [object.spec.defaultBackend.service.name] : []) + (has(object.spec.rules) ? object.spec.rules : [])
.filter(rule, has(rule.http)).map(rule, rule.http.paths.filter(path, has(path.backend.service))
  .map(path, path.backend.service.name)).map(names, names.join(' ')).join(' ').split(' ')",
    ),
];

/// The checks, in the order of a value's journey.
pub const CHECKS: &[Check] = &[
    Check {
        rules: &[
            Rule::MalformedEntry,
            Rule::EmptyValue,
            Rule::EmptyEntry,
            Rule::UnknownKeyword,
            Rule::NoParameters,
            Rule::MissingCookie,
        ],
        message: "an entry is not serviceName=<service> <cookie> ...",
        expression: r"variables.entries.all(entry, entry.matches(r'^[\t\r\n]*serviceName=[^= \t\r\n]+ [ \t\r\n]*[^ \t\r\n]'))",
    },
    Check {
        rules: &[
            Rule::ForbiddenCharacter,
            Rule::Quote,
            Rule::Backslash,
            Rule::Brace,
            Rule::ControlCharacter,
        ],
        message: "a quote, a dollar sign, a backslash, a curly brace or a control character",
        expression: r"!variables.value.matches(r'[\x22\x27$\\{}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}]')",
    },
    Check {
        rules: &[Rule::Comment],
        message: "a word begins with #, which comments out what follows",
        expression: "variables.words.all(words, words.all(word, !word.startsWith('#')))",
    },
    Check {
        rules: &[Rule::DisguisedParameter],
        message: "a parameter stands where the name of the cookie belongs",
        expression: r"variables.words.all(words, words.size() == 0 || !words[0].matches(
  r'(?i)^(httponly|secure|(expires|domain|path|samesite|max-age|name|hash|cookie)[=:].*)$'))",
    },
    Check {
        rules: &[
            Rule::UnknownParameter,
            Rule::EmptyParameter,
            Rule::InvalidExpires,
            Rule::InvalidSamesite,
        ],
        message: "a parameter is none of expires=<time>, domain=<domain>, httponly, secure, \
                  samesite=strict|lax|none, path=<path>",
        expression: r"variables.words.all(words, words.all(word, word == words[0] || word.matches(
  r'^(httponly|secure|domain=.+|path=.+|samesite=(?i:strict|lax|none)|expires=(max|(\d*y)?(\d*M)?(\d*w)?(\d*d)?(\d*h)?(\d*m(\d+s)?|\d*s)?\d*))$') &&
  word.matches('^expires=(max|.*[0-9].*)$|^[^e]')))",
    },
    Check {
        rules: &[Rule::DuplicateParameter],
        message: "a parameter stands twice in one entry",
        expression: r"variables.words.all(words, ['expires=', 'domain=', 'httponly', 'secure', 'samesite=', 'path='].all(parameter,
  words.size() < 2 || words.filter(word, word != words[0] && word.startsWith(parameter)).size() < 2))",
    },
    Check {
        rules: &[Rule::SamesiteNoneInsecure],
        message: "samesite=none without secure, which browsers drop",
        expression: "variables.words.all(words, 'secure' in words ||
  !words.exists(word, word.lowerAscii() == 'samesite=none'))",
    },
    Check {
        rules: &[Rule::ExpiresZero],
        message: "a cookie that expires at once",
        expression: r"variables.words.all(words, !words.exists(word, word.matches(r'^expires=[0yMwdhms]+$') && word.contains('0')))",
    },
    Check {
        rules: &[Rule::UnknownBackend],
        message: "a service is no backend of this Ingress",
        expression: "variables.heads.all(head, variables.services.exists(service,
  head == 'serviceName=' + service + ' '))",
    },
    Check {
        rules: &[Rule::DuplicateService],
        message: "a service has two entries, of which one is lost",
        expression: "variables.heads.all(head, variables.heads.exists_one(other, other == head))",
    },
    Check {
        rules: &[Rule::MergeableMaster],
        message: "the annotation has no effect on a mergeable master",
        expression: "object.metadata.annotations[?'nginx.org/mergeable-ingress-type'].orValue('') != 'master'",
    },
];
