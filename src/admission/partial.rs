//! A review that broke off: what of it can still be read.

/// The fields of an AdmissionReview and of its request nest this deep.
const DEPTH: usize = 2;

/// The beginning of an AdmissionReview, cut after its last whole field and
/// closed so that it can be read. The API server writes the request's uid
/// first, so the first hundred bytes show whom to answer.
#[must_use]
pub fn closed(beginning: &[u8]) -> Vec<u8> {
    let (end, depth) = last_field(beginning);
    let mut json = beginning.get(..end).unwrap_or_default().to_vec();
    json.resize(end + depth, b'}');
    json
}

/// Where the last whole field ends, and how many objects are open there.
fn last_field(json: &[u8]) -> (usize, usize) {
    let mut found = (0, 0);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (offset, byte) in json.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (offset + 1, 0);
                }
            }
            b',' if depth <= DEPTH => found = (offset, depth),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{Refusal, refuse};

    const REVIEW: &str = r#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u\"1,","kind":{"kind":"Ingress","version":"v1"},"name":"ca,fe","object":{"a":[1,2]}}} "#;

    #[test]
    fn wherever_a_review_breaks_off_what_was_whole_is_read() {
        let uid = REVIEW.find("\"kind\":{").unwrap();
        let name = REVIEW.find("\"object\"").unwrap();
        for end in 0..=REVIEW.len() {
            let json = closed(&REVIEW.as_bytes()[..end]);
            let answer = refuse(&json, Refusal::HungUp).ok();
            assert_eq!(
                answer.as_ref().map(|it| &*it.facts.uid),
                (end >= uid).then_some("u\"1,"),
                "{end}"
            );
            let named = answer.and_then(|it| it.facts.name);
            assert_eq!(named.as_deref(), (end >= name).then_some("ca,fe"), "{end}");
        }
    }

    #[test]
    fn nonsense_is_survived() {
        for (beginning, json) in [
            ("", ""),
            ("}{", "}"),
            ("]]", "]"),
            (",,", ","),
            ("{\"a\":1,", "{\"a\":1}"),
            ("\"\\", ""),
        ] {
            assert_eq!(closed(beginning.as_bytes()), json.as_bytes(), "{beginning}");
        }
    }
}
