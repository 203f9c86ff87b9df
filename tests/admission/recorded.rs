//! Reviews as kube-apiserver sent them, read by us and by kube's own types.

use std::path::PathBuf;

use k8s_openapi::api::networking::v1::Ingress as Typed;
use kube::core::DynamicObject;
use kube::core::admission::{AdmissionReview, Operation as KubeOperation};
use stickler::admission::{Operation, RequestPolicy, Verdict, answer};
use stickler::ingress::Ingress;
use stickler::lint::read::keys::is_relevant;
use stickler::lint::subject::{ApiVersion, Backend, Port};

fn recorded() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = std::fs::read_dir("tests/corpus/reviews").expect("the recorded reviews");
    let paths = folder.map(|entry| entry.unwrap().path());
    let reviews: Vec<_> = paths
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect();
    assert_eq!(reviews.len(), 13);
    reviews
}

fn kube(body: &[u8]) -> AdmissionReview<DynamicObject> {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn requests_say_what_kube_reads() {
    for (path, body) in recorded() {
        let facts = answer(&body, &RequestPolicy::default()).unwrap().facts;
        let request = kube(&body).request.unwrap();
        let operation = match request.operation {
            KubeOperation::Create => Operation::Create,
            KubeOperation::Update => Operation::Update,
            KubeOperation::Delete => Operation::Delete,
            KubeOperation::Connect => Operation::Connect,
        };
        let path = path.display();
        assert_eq!(facts.uid, request.uid, "{path}");
        assert_eq!(facts.name.as_deref(), Some(&*request.name), "{path}");
        assert_eq!(facts.namespace, request.namespace.map(Into::into), "{path}");
        assert_eq!(
            facts.user,
            request.user_info.username.map(Into::into),
            "{path}"
        );
        assert_eq!(
            (facts.operation, facts.dry_run),
            (operation, request.dry_run),
            "{path}"
        );
    }
}

#[test]
fn answers_are_what_kube_reads() {
    for (path, body) in recorded() {
        let answer = answer(&body, &RequestPolicy::default()).unwrap();
        let asked = kube(&body);
        let answered = kube(&answer.body);
        assert_eq!(answered.types, asked.types, "{}", path.display());
        let response = answered.response.unwrap();
        assert_eq!(response.uid, asked.request.unwrap().uid);
        assert_eq!(response.allowed, answer.facts.verdict != Verdict::Deny);
        assert!(response.patch.is_none());
        assert!(
            response.allowed,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}

#[test]
fn objects_hold_what_kube_reads() {
    let mut compared = 0;
    for (path, body) in recorded() {
        let request = kube(&body).request.unwrap();
        let objects = [request.object, request.old_object];
        for object in objects.into_iter().flatten() {
            let json = serde_json::to_string(&object).unwrap();
            let ours = Ingress::from_json(&json).unwrap();
            compare_metadata(&ours, &object);
            if ours.subject.api_version == ApiVersion::V1 {
                let typed: Typed = serde_json::from_str(&json).unwrap();
                compare_spec(&ours, &typed, &path.display().to_string());
                compared += 1;
            }
        }
    }
    assert!(compared > 12, "{compared}");
}

fn compare_metadata(ours: &Ingress<'_>, object: &DynamicObject) {
    let types = object.types.as_ref().unwrap();
    assert_eq!(ours.api_version.as_deref(), Some(&*types.api_version));
    assert_eq!(ours.kind.as_deref(), Some(&*types.kind));
    let metadata = &object.metadata;
    assert_eq!(ours.subject.name.as_deref(), metadata.name.as_deref());
    assert_eq!(
        ours.subject.namespace.as_deref(),
        metadata.namespace.as_deref()
    );
    assert_eq!(
        ours.generate_name.as_deref(),
        metadata.generate_name.as_deref()
    );
    assert_eq!(ours.being_deleted, metadata.deletion_timestamp.is_some());
    let annotations = metadata.annotations.iter().flatten();
    let theirs: Vec<_> = annotations.filter(|(key, _)| is_relevant(key)).collect();
    assert_eq!(ours.subject.annotations.len(), theirs.len());
    for (key, value) in theirs {
        assert_eq!(ours.subject.annotation(key), Some(&**value), "{key}");
    }
}

fn compare_spec(ours: &Ingress<'_>, typed: &Typed, path: &str) {
    let spec = typed.spec.as_ref().unwrap();
    let subject = &ours.subject;
    assert_eq!(
        subject.class_name.as_deref(),
        spec.ingress_class_name.as_deref(),
        "{path}"
    );
    let rules = spec.rules.as_deref().unwrap_or_default();
    assert_eq!(subject.rules.len(), rules.len(), "{path}");
    for (ours, theirs) in subject.rules.iter().zip(rules) {
        assert_eq!(ours.host.as_deref(), theirs.host.as_deref(), "{path}");
        let paths = &theirs.http.as_ref().unwrap().paths;
        for (ours, theirs) in ours.paths.as_ref().unwrap().iter().zip(paths) {
            assert_eq!(ours.path.as_deref(), theirs.path.as_deref(), "{path}");
            assert_eq!(format!("{:?}", ours.path_type), theirs.path_type, "{path}");
            compare_backend(&ours.backend, theirs.backend.service.as_ref().unwrap());
        }
    }
    let hosts = |block: &k8s_openapi::api::networking::v1::IngressTLS| block.hosts.clone();
    let tls = spec.tls.iter().flatten().filter_map(hosts).flatten();
    let ours = subject.tls.iter().flat_map(|block| &block.hosts);
    assert!(ours.eq(tls.collect::<Vec<_>>().iter()), "{path}");
}

fn compare_backend(
    ours: &Backend<'_>,
    theirs: &k8s_openapi::api::networking::v1::IngressServiceBackend,
) {
    assert_eq!(ours.service.as_deref(), Some(&*theirs.name));
    let port = theirs.port.as_ref().unwrap();
    let number = port.number.map(|number| Port::Number(number.into()));
    let name = port.name.as_deref().map(|name| Port::Name(name.into()));
    assert_eq!(ours.port, number.or(name));
}
