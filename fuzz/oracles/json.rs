//! What our reader of JSON reads, serde_json reads alike: values of any type,
//! an Ingress, and what is skipped.

use std::fmt::Debug;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use stickler::ingress::Ingress;
use stickler::json;

/// Panics where something does not hold.
pub(crate) fn assert_sound(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    is_read_alike::<Value>(text);
    is_read_alike::<Ingress<'_>>(text);
    assert!(
        json::read::<IgnoredAny>(text).is_none()
            || serde_json::from_str::<IgnoredAny>(text).is_ok(),
        "what is skipped is JSON"
    );
}

fn is_read_alike<'t, T: Deserialize<'t> + PartialEq + Debug>(text: &'t str) {
    if let Some(ours) = json::read::<T>(text) {
        let theirs = serde_json::from_str(text).expect("serde_json reads it");
        assert_eq!(ours, theirs);
    }
}
