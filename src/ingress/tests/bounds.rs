use super::*;

#[test]
fn an_object_has_so_many_elements_and_no_more() {
    use crate::ingress::fields::MOST_ELEMENTS;
    let rules = |count: usize| {
        format!(
            r#"{{"spec":{{"rules":[{}]}}}}"#,
            vec!["{}"; count].join(",")
        )
    };
    assert!(Ingress::from_json(&rules(MOST_ELEMENTS)).is_ok());
    let nested = |count: usize| {
        let paths = vec!["null"; count / 2 - 1].join(",");
        let rule = format!(r#"{{"http":{{"paths":[{paths}]}}}}"#);
        let hosts = vec!["null"; count / 2 - 1].join(",");
        format!(r#"{{"spec":{{"rules":[{rule}],"tls":[{{"hosts":[{hosts}]}}]}}}}"#)
    };
    assert!(Ingress::from_json(&nested(MOST_ELEMENTS)).is_ok());
    for (json, place) in [
        (rules(MOST_ELEMENTS + 1), "spec.rules: "),
        (nested(MOST_ELEMENTS + 2), "spec.tls"),
    ] {
        let error = Ingress::from_json(&json).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
        assert!(
            error.ends_with("more than 20000 rules, paths and hosts"),
            "{error}"
        );
    }
}

#[test]
fn annotations_have_256_kib_at_most() {
    let key = "nginx.org/sticky-cookie-services";
    let object = |bytes: usize| {
        let value = "x".repeat(bytes - key.len());
        let foreign = "y".repeat(1 << 20);
        format!(r#"{{"metadata":{{"annotations":{{"a":"{foreign}","{key}":"{value}"}}}}}}"#)
    };
    assert!(Ingress::from_json(&object(256 << 10)).is_ok());
    let error = Ingress::from_json(&object((256 << 10) + 1)).unwrap_err();
    let error = error.to_string();
    assert!(error.starts_with("metadata.annotations"), "{error}");
    assert!(
        error.ends_with("more than 256 KiB of annotations"),
        "{error}"
    );
}
