//! Ingresses of any size that nobody has anything to say about: what a
//! cluster is full of, and what must be fastest.

use std::fmt::Write as _;

/// A value with an entry for each of `services` services.
pub(crate) fn value(services: usize) -> String {
    let entry = |n| format!("serviceName=tea-svc-{n} srv_{n} expires=1h path=/tea/{n}");
    (0..services).map(entry).collect::<Vec<_>>().join(";")
}

/// `spec` with a path for each of `services` services, on a host for each ten.
pub(crate) fn spec(services: usize) -> String {
    let mut rules = String::new();
    let all: Vec<_> = (0..services).collect();
    for (host, services) in all.chunks(10).enumerate() {
        let path = |n: &usize| {
            format!(
                r#"{{"path":"/tea/{n}","pathType":"Prefix","backend":{{"service":{{"name":"tea-svc-{n}","port":{{"number":80}}}}}}}}"#
            )
        };
        let paths: Vec<_> = services.iter().map(path).collect();
        let comma = if host == 0 { "" } else { "," };
        let paths = paths.join(",");
        let _ = write!(
            rules,
            r#"{comma}{{"host":"cafe-{host}.example.com","http":{{"paths":[{paths}]}}}}"#
        );
    }
    format!(r#"{{"ingressClassName":"nginx","rules":[{rules}]}}"#)
}

/// An Ingress of `services` services as JSON, as the API server writes it.
pub(crate) fn ingress(services: usize) -> String {
    let (value, spec) = (value(services), spec(services));
    format!(
        r#"{{"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{{"name":"cafe","namespace":"default","uid":"9ccd692c-7ae1-4d07-bd92-8d19cc792890","generation":1,"creationTimestamp":"2026-11-23T06:29:24Z","annotations":{{"nginx.org/sticky-cookie-services":"{value}"}},"managedFields":[{{"manager":"kubectl-create","operation":"Update","apiVersion":"networking.k8s.io/v1","time":"2026-11-23T06:29:24Z","fieldsType":"FieldsV1","fieldsV1":{{"f:metadata":{{"f:annotations":{{".":{{}},"f:nginx.org/sticky-cookie-services":{{}}}}}},"f:spec":{{"f:ingressClassName":{{}},"f:rules":{{}}}}}}}}]}},"spec":{spec},"status":{{"loadBalancer":{{}}}}}}"#
    )
}
