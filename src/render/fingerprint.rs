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
    /// entry and the message, but from no place; then `:1`, or `:2` for the
    /// second finding that is alike in all of these, and so on.
    pub(super) fn of(&mut self, finding: &Finding) -> String {
        let hash = hash(finding);
        let times = self.seen.entry(hash).or_default();
        *times += 1;
        format!("{hash:032x}:{times}")
    }
}

fn hash(finding: &Finding) -> u128 {
    let diagnostic = &finding.diagnostic;
    let object = &finding.object;
    let location = finding.location.as_ref();
    let entry = diagnostic.entry.as_ref();
    [
        location.map_or("", |at| at.file.as_str()),
        diagnostic.rule.id(),
        &object.kind,
        object.namespace.as_deref().unwrap_or_default(),
        object.name.as_deref().unwrap_or_default(),
        &diagnostic.place.field.to_string(),
        entry.map_or("", |entry| entry.service.as_str()),
        &diagnostic.message,
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
    use crate::render::tests::unknown_parameter;

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
            (at.line, at.end_line) = (at.line + 5, at.end_line + 5);
        }
        let mut renamed = unknown_parameter();
        renamed.object.name = Some("other".to_owned());
        let of = |finding: &Finding| Fingerprints::default().of(finding);
        assert_eq!(of(&unknown_parameter()), of(&shifted));
        assert_ne!(of(&unknown_parameter()), of(&renamed));
    }

    #[test]
    fn two_that_are_alike_are_told_apart() {
        let mut fingerprints = Fingerprints::default();
        let names: Vec<_> = (0..2)
            .map(|_| fingerprints.of(&unknown_parameter()))
            .collect();
        assert!(names[0].ends_with(":1") && names[1].ends_with(":2"));
    }
}
