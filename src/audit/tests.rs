//! A cluster played by a function: requests in, pages out.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use hyper::Response;
use kube::client::Body;

use super::*;
use crate::lint;

/// An item as lists hold it: without kind and API version.
fn item(name: &str, value: &str) -> String {
    format!(
        r#"{{"metadata":{{"namespace":"default","name":"{name}",
            "annotations":{{"nginx.org/sticky-cookie-services":"{value}"}}}},
        "spec":{{"rules":[{{"host":"cafe.example.com","http":{{"paths":[
            {{"path":"/","pathType":"Prefix","backend":{{"service":{{"name":"tea-svc"}}}}}}]}}}}]}}}}"#
    )
}

fn page(items: &[String], next: &str) -> (u16, String) {
    let items = items.join(",");
    let page =
        format!(r#"{{"kind":"IngressList","metadata":{{"continue":"{next}"}},"items":[{items}]}}"#);
    (200, page)
}

/// Asks a cluster that gives these answers; the requests it saw, and the result.
fn audit_of(
    namespace: Option<&str>,
    answers: Vec<(u16, String)>,
) -> (Vec<String>, Vec<Audited>, Result<(), Error>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    let requests = Arc::clone(&seen);
    let service = tower::service_fn(move |request: Request<Body>| {
        requests.lock().unwrap().push(request.uri().to_string());
        let (status, text) = answers.lock().unwrap().next().unwrap();
        let response = Response::builder().status(status);
        let response = response.body(Body::from(text.into_bytes())).unwrap();
        async move { Ok::<_, Infallible>(response) }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut audited = Vec::new();
    let outcome = runtime.block_on(async {
        let client = Client::new(service, "default");
        let check_subject = |subject: &Subject<'_>| lint::check(subject, &lint::Policy::default());
        let mut sink = |one| {
            audited.push(one);
            Ok::<_, Infallible>(())
        };
        Cluster { client }
            .audit(namespace, &check_subject, &mut sink)
            .await
    });
    let seen = seen.lock().unwrap().clone();
    (seen, audited, outcome.map(|_| ()))
}

#[test]
fn pages_follow_one_another() {
    let good = item("good", "serviceName=tea-svc srv_id path=/");
    let bad = item("bad", "serviceName=tea-svc srv_id pth=/");
    let (seen, audited, outcome) = audit_of(None, vec![page(&[good], "a/b="), page(&[bad], "")]);
    outcome.unwrap();
    assert_eq!(
        seen,
        [
            "/apis/networking.k8s.io/v1/ingresses?limit=250",
            "/apis/networking.k8s.io/v1/ingresses?limit=250&continue=a%2Fb%3D",
        ]
    );
    let counts: Vec<_> = audited.iter().map(|one| one.findings.len()).collect();
    assert_eq!(counts, [0, 1]);
    let (finding, value) = &audited[1].findings[0];
    assert_eq!(finding.object.title(), "Ingress default/bad");
    let span = finding.diagnostic.place.span.unwrap();
    assert_eq!(span.of(value), "pth");
}

#[test]
fn a_list_that_expired_is_read_to_its_end() {
    let gone = r#"{"kind":"Status","code":410,"reason":"Expired","message":"too old",
        "status":"Failure","metadata":{"continue":"newer"}}"#;
    let good = item("good", "serviceName=tea-svc srv_id path=/");
    let answers = vec![
        page(std::slice::from_ref(&good), "old"),
        (410, gone.to_owned()),
        page(&[good], ""),
    ];
    let (seen, audited, outcome) = audit_of(Some("team-a"), answers);
    outcome.unwrap();
    assert_eq!(audited.len(), 2);
    assert!(seen[2].ends_with("/namespaces/team-a/ingresses?limit=250&continue=newer"));
}

#[test]
fn a_refusal_says_what_the_cluster_says() {
    let status = r#"{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden",
        "message":"ingresses.networking.k8s.io is forbidden",
        "metadata":{"continue":"newer"}}"#;
    let (_, audited, outcome) = audit_of(None, vec![(403, status.to_owned())]);
    assert_eq!(audited, []);
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("ingresses.networking.k8s.io is forbidden")
    );
}

#[test]
fn what_is_no_list_is_an_error() {
    let (_, _, outcome) = audit_of(None, vec![(200, "<html>".to_owned())]);
    assert!(matches!(outcome, Err(Error::Malformed(_))));
}

#[test]
fn an_unreadable_object_is_a_finding() {
    let odd = r#"{"metadata":{"name":"odd","annotations":7}}"#.to_owned();
    let (_, audited, _) = audit_of(None, vec![page(&[odd], "")]);
    let (finding, _) = &audited[0].findings[0];
    assert_eq!(finding.diagnostic.rule, Rule::UnreadableIngress);
}

/// An error with a cause.
#[test]
fn a_configuration_that_fails_is_told_with_its_causes() {
    let refused = std::io::Error::other("no such file");
    let error = kube::config::KubeconfigError::ReadConfig(refused, "/kubeconfig".into());
    let told = with_causes(&error);
    assert!(told.contains("no such file"), "{told}");
    let shown = configuration(error).to_string();
    assert!(shown.contains(&told), "{shown}");
}
