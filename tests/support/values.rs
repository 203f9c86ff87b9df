//! Values of all sorts: what people write, and what breaks quoting.

use proptest::prelude::*;

const CHARACTERS: &[char] = &[
    'a', 'b', 'Z', '0', '9', '=', ';', '/', '-', '_', '.', ' ', ' ', '\'', '"', '\\', '#', ':',
    '{', '}', '[', ',', '&', '*', '|', '>', '%', '@', 'é', 'ß', '世', '𝄞', '\u{a0}', '~', '\t',
    '\n', '\u{7}', '\u{85}', '\u{2028}', '\u{feff}', '\u{1b}',
];

/// Many cases are thrown away, and a failure is told, not kept in a file.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    }
}

pub(crate) fn values() -> impl Strategy<Value = String> {
    let characters = prop::sample::select(CHARACTERS);
    prop_oneof![
        prop::collection::vec(characters, 1..40).prop_map(|all| all.into_iter().collect()),
        "[a-z=/;]{1,6}( [a-z=/;]{1,6}){0,6}",
        "serviceName=[a-z]{1,8} [a-z_]{1,8}( expires=1h| path=/[a-zé]{1,5}| secure){0,4}",
        "[ ]{0,2}[a-z]{1,4}(\n{1,3}[ ]{0,2}[a-z]{1,5} ?[a-z]{1,3}){0,4}\n{0,3}",
    ]
}
