use super::*;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::subject::{PathType, Port};

mod bounds;

const V1: &str = r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress",
  "metadata":{"name":"cafe","namespace":"default","managedFields":[{"fieldsV1":{"f:x":{}}}],
    "annotations":{"other.example/key":5,"nginx.org/sticky-cookie-services":"a","nginx.com/sticky-cookie-services":"b\n","nginx.org/sticky-cookie-services":"c"}},
  "spec":{"ingressClassName":"nginx","tls":[{"hosts":["cafe.example.com"],"secretName":"s"},null],
    "defaultBackend":{"service":{"name":"tea-svc","port":{"name":"http"}}},
    "rules":[{"host":"cafe.example.com","http":{"paths":[
      {"path":"/tea","pathType":"Prefix","backend":{"service":{"name":"tea-svc","port":{"number":80}}}},
      {"path":"/logo","pathType":"Exact","backend":{"resource":{"kind":"Bucket","name":"b"}}}]}},
      {"host":null,"http":null},null]},"status":{"loadBalancer":{}}}"#;

const LEGACY: &str = r#"{"kind":"Ingress","metadata":{"name":"cafe","deletionTimestamp":"2026-11-23T06:29:25Z"},
  "spec":{"backend":{"serviceName":"tea-svc","servicePort":80},
    "rules":[{"http":{"paths":[{"backend":{"serviceName":"coffee-svc","servicePort":"http"}}]}}]},
  "apiVersion":"extensions/v1beta1"}"#;

#[test]
fn a_v1_ingress_is_read_and_borrowed() {
    let ingress = Ingress::from_json(V1).unwrap();
    let subject = &ingress.subject;
    assert!(matches!(subject.name, Some(Cow::Borrowed("cafe"))));
    assert_eq!(subject.annotation(ORG_KEY), Some("c"));
    assert_eq!(subject.annotation(PLUS_KEY), Some("b\n"));
    assert_eq!(subject.annotations.len(), 2);
    let hosts = [Some("cafe.example.com"), None, None];
    let read: Vec<_> = subject
        .rules
        .iter()
        .map(|rule| rule.host.as_deref())
        .collect();
    assert_eq!(read, hosts);
    let paths: Vec<_> = subject.paths().map(|(_, path)| path).collect();
    assert_eq!(paths[0].path_type, PathType::Prefix);
    assert_eq!(paths[0].backend.port, Some(Port::Number(80)));
    assert!(paths[1].backend.resource && paths[1].backend.service.is_none());
    assert_eq!(subject.rules[1].paths, None);
    let secrets: Vec<_> = subject.tls.iter().map(|block| block.has_secret).collect();
    assert_eq!(secrets, [true, false]);
    let default = subject.default_backend.as_ref().unwrap();
    assert_eq!(default.port, Some(Port::Name("http".into())));
}

#[test]
fn an_old_version_is_read_though_its_name_comes_last() {
    let ingress = Ingress::from_json(LEGACY).unwrap();
    assert!(ingress.being_deleted);
    assert_eq!(ingress.subject.api_version, ApiVersion::V1beta1);
    let default = ingress.subject.default_backend.as_ref().unwrap();
    assert_eq!(default.service.as_deref(), Some("tea-svc"));
    let (_, path) = ingress.subject.paths().next().unwrap();
    assert_eq!(path.backend.service.as_deref(), Some("coffee-svc"));
    assert_eq!(path.backend.port, Some(Port::Name("http".into())));
}

#[test]
fn the_other_versions_spelling_does_not_count() {
    let v1 = LEGACY.replace("extensions/v1beta1", "networking.k8s.io/v1");
    let ingress = Ingress::from_json(&v1).unwrap();
    assert_eq!(ingress.subject.default_backend, None);
    let (_, path) = ingress.subject.paths().next().unwrap();
    assert_eq!(path.backend.service, None);
}

#[test]
fn a_missing_type_of_path_is_what_the_api_makes_of_it() {
    use PathType::{Exact, ImplementationSpecific, Prefix};
    for (api_version, word, expected) in [
        ("networking.k8s.io/v1", r#""Exact""#, Exact),
        (
            "networking.k8s.io/v1",
            r#""ImplementationSpecific""#,
            ImplementationSpecific,
        ),
        ("networking.k8s.io/v1", r#""exact""#, Prefix),
        ("networking.k8s.io/v1", "null", Prefix),
        ("networking.k8s.io/v1beta1", "null", ImplementationSpecific),
        ("extensions/v1beta1", r#""Prefix""#, Prefix),
    ] {
        let json = format!(
            r#"{{"spec":{{"rules":[{{"http":{{"paths":[{{"pathType":{word}}}]}}}}]}},"apiVersion":"{api_version}"}}"#
        );
        let ingress = Ingress::from_json(&json).unwrap();
        let (_, path) = ingress.subject.paths().next().unwrap();
        assert_eq!(path.path_type, expected, "{api_version} {word}");
    }
}

#[test]
fn a_wrong_type_is_an_error_that_says_where() {
    for (json, error) in [
        ("5", "expected an object, found a number"),
        ("null", "expected an object, found null"),
        (r#"{"spec":[]}"#, "spec: expected an object, found a list"),
        (
            r#"{"metadata":{"annotations":{"nginx.com/sticky-cookie-services":{"a":1}}}}"#,
            "metadata.annotations[nginx.com/sticky-cookie-services]: expected a string, found an object",
        ),
        (
            r#"{"metadata":{"annotations":{"nginx.com/sticky-cookie\u001b":5}}}"#,
            r"metadata.annotations['nginx.com/sticky-cookie\u{1b}']: expected a string, found a number",
        ),
        (
            r#"{"spec":{"rules":[{},{"host":", expected x"},{"host":5}]}}"#,
            "spec.rules[2].host: expected a string, found a number",
        ),
        (
            r#"{"spec":{"rules":[{"host":1.5}]}}"#,
            "spec.rules[0].host: expected a string, found a number",
        ),
        (
            r#"{"spec":{"backend":{"servicePort":true}}}"#,
            "spec.backend.servicePort: expected a number or a string, found a boolean",
        ),
        (
            r#"{"spec":{"defaultBackend":{"service":{"port":{"number":"80"}}}}}"#,
            "spec.defaultBackend.service.port.number: expected a whole number, found a string",
        ),
        (
            r#"{"spec":{"rules":"x, expected a string"}}"#,
            "spec.rules: expected a list, found a string",
        ),
        (r#"{"spec":{}"#, "EOF while parsing an object"),
        ("{} x", "trailing characters"),
    ] {
        let read = Ingress::from_json(json).map_err(|error| error.to_string());
        assert_eq!(read, Err(error.to_owned()), "{json}");
    }
}

#[test]
fn what_is_not_ours_is_never_refused() {
    let deep = format!(
        r#"{{"status":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    for json in [
        "{}",
        r#"{"metadata":null,"spec":null}"#,
        r#"{"metadata":{"annotations":null,"labels":5},"spec":{"rules":null,"tls":null}}"#,
        r#"{"spec":{"weight":1e999,"x":123456789012345678901234567890}}"#,
        r#"{"spec":{},"spec":{}}"#,
        &deep,
    ] {
        assert_eq!(
            Ingress::from_json(json),
            Ok(Ingress::default()),
            "{json:.60}"
        );
    }
}

#[test]
fn kinds_of_other_groups_are_no_ingress() {
    for (api_version, kind, is) in [
        ("networking.k8s.io/v1", "Ingress", true),
        ("networking.k8s.io/v1beta1", "Ingress", true),
        ("extensions/v1beta1", "Ingress", true),
        ("networking.k8s.io/v1", "IngressClass", false),
        ("networking.internal.knative.dev/v1alpha1", "Ingress", false),
    ] {
        assert_eq!(is_ingress(api_version, kind), is, "{api_version} {kind}");
    }
}

#[test]
fn what_is_empty_or_null_is_what_the_api_server_makes_of_it() {
    let ingress = Ingress::from_json(
        r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress",
            "metadata":{"name":"","generateName":"","namespace":"","deletionTimestamp":null},
            "spec":{"tls":[{"hosts":[null,"a.example.com"],"secretName":""}],
              "defaultBackend":{"service":{"port":{"name":"http","number":null}}},
              "rules":[{"http":{"paths":[
                {"backend":{"service":{"name":"a","port":{"number":80,"name":""}}}},
                {"backend":{"service":{"name":"b","port":{"name":""}}}}]}}]}}"#,
    )
    .unwrap();
    let subject = &ingress.subject;
    assert_eq!((&subject.name, &subject.namespace), (&None, &None));
    assert_eq!(ingress.generate_name, None);
    assert!(!ingress.being_deleted);
    assert_eq!(subject.tls[0].hosts, ["", "a.example.com"]);
    assert!(!subject.tls[0].has_secret);
    // A service without a name has an empty one.
    let default = subject.default_backend.as_ref().unwrap();
    assert_eq!(default.service.as_deref(), Some(""));
    assert_eq!(default.port, Some(Port::Name("http".into())));
    let ports: Vec<_> = subject
        .paths()
        .map(|(_, it)| it.backend.port.clone())
        .collect();
    assert_eq!(ports, [Some(Port::Number(80)), None]);
}

#[test]
fn an_old_backend_without_a_name_has_no_service() {
    let json = r#"{"apiVersion":"extensions/v1beta1","spec":{"backend":{"serviceName":"","servicePort":80}}}"#;
    let ingress = Ingress::from_json(json).unwrap();
    assert_eq!(ingress.subject.default_backend.unwrap().service, None);
}

#[test]
fn a_long_key_is_shortened_in_a_message() {
    let key = "nginx.com/sticky-cookie-".to_owned() + &"x".repeat(10_000);
    let json = format!(r#"{{"metadata":{{"annotations":{{"{key}":5}}}}}}"#);
    let error = Ingress::from_json(&json).unwrap_err().to_string();
    assert!(error.len() < 500, "{}", error.len());
    assert!(
        error.ends_with("expected a string, found a number"),
        "{error}"
    );
}
