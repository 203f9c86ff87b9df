//! Names for findings that survive line shifts, so that code scanning knows a
//! finding again after lines were added above it.

use std::collections::HashMap;

use crate::finding::Finding;

/// Gives each finding of a report its name.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: HashMap<u128, u32>,
}

impl Fingerprints {
    /// 32 hex digits made from the file, the rule, the object, the field, the
    /// entry and the marked text, but from no place and no wording; then `:1`,
    /// or `:2` for the second finding that is alike in all of these, and so on.
    /// `text` is what the finding points into.
    pub(super) fn of(&mut self, finding: &Finding, text: &str) -> String {
        let hash = hash(finding, text);
        let times = self.seen.entry(hash).or_default();
        *times += 1;
        format!("{hash:032x}:{times}")
    }
}

fn hash(finding: &Finding, text: &str) -> u128 {
    let diagnostic = &finding.diagnostic;
    let object = &finding.object;
    let location = finding.location.as_ref();
    let entry = diagnostic.entry.as_ref();
    let marked = match location {
        Some(at) => Some(at.bytes),
        None => diagnostic.place.span,
    };
    [
        location.map_or("", |at| at.file.as_str()),
        diagnostic.rule.id(),
        &object.kind,
        object.namespace.as_deref().unwrap_or_default(),
        object.name.as_deref().unwrap_or_default(),
        &diagnostic.place.field.to_string(),
        entry.map_or("", |entry| entry.service.as_str()),
        marked.map_or("", |span| span.of(text)),
    ]
    .into_iter()
    .fold(OFFSET, add)
}

// FNV-1a with 128 bits (draft-eastlake-fnv, section 5): the standard library's
// hashers may change with the compiler, and these names are kept by others.
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The hash so far with `text` and a separator that no UTF-8 text holds.
fn add(hash: u128, text: &str) -> u128 {
    let bytes = text.bytes().chain([0xff]);
    bytes.fold(hash, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Span;
    use crate::render::tests::{CAFE, unknown_parameter};

    #[test]
    fn the_hash_is_fnv_1a() {
        let bytes = |text: &str| {
            text.bytes().fold(OFFSET, |hash, byte| {
                (hash ^ u128::from(byte)).wrapping_mul(PRIME)
            })
        };
        assert_eq!(bytes("a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    #[test]
    fn lines_may_shift_and_nothing_else() {
        let mut shifted = unknown_parameter();
        if let Some(at) = &mut shifted.location {
            (at.line, at.end_line) = (at.line + 1, at.end_line + 1);
            at.bytes = Span::new(at.bytes.start + 9, at.bytes.end + 9);
        }
        shifted.diagnostic.message = "in other words".to_owned();
        let mut renamed = unknown_parameter();
        renamed.object.name = Some("other".to_owned());
        let of = |finding: &Finding, text: &str| Fingerprints::default().of(finding, text);
        let known = of(&unknown_parameter(), CAFE);
        assert_eq!(known, of(&shifted, &format!("# a line\n{CAFE}")));
        assert_ne!(known, of(&renamed, CAFE));
        assert_ne!(
            known,
            of(&unknown_parameter(), &CAFE.replace("expire=", "expiry="))
        );
    }

    #[test]
    fn equal_findings_are_numbered() {
        let mut fingerprints = Fingerprints::default();
        let mut next = || fingerprints.of(&unknown_parameter(), CAFE);
        let names = [next(), next()];
        assert!(names[0].ends_with(":1") && names[1].ends_with(":2"));
    }
}
