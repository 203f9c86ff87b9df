//! Reviews of any size, in the words of a kube-apiserver.

use super::subjects;

/// What a controller that writes the status leaves behind.
const MANAGED: &str = r#"{"manager":"nginx-ingress","operation":"Update","apiVersion":"networking.k8s.io/v1","time":"2026-11-23T06:29:24Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:loadBalancer":{"f:ingress":{}}}},"subresource":"status"},"#;

/// A review of the creation of an Ingress of `services` services.
pub(crate) fn of_services(services: usize) -> String {
    let ingress = subjects::ingress(services);
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"70ffd042-c100-411d-b0c8-227c26047c02","kind":{{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}},"resource":{{"group":"networking.k8s.io","version":"v1","resource":"ingresses"}},"requestKind":{{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}},"requestResource":{{"group":"networking.k8s.io","version":"v1","resource":"ingresses"}},"name":"cafe","namespace":"default","operation":"CREATE","userInfo":{{"username":"admin","uid":"1","groups":["system:masters","system:authenticated"]}},"object":{ingress},"oldObject":null,"dryRun":false,"options":{{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"kubectl-create","fieldValidation":"Strict"}}}}}}"#
    )
}

/// A review of an Ingress of two services that others had their hands in, too:
/// with `managedFields` until there are at least `bytes` bytes.
pub(crate) fn of_size(bytes: usize) -> String {
    let review = of_services(2);
    let missing = bytes.saturating_sub(review.len());
    let managed: String = (0..missing.div_ceil(MANAGED.len()))
        .map(|_| MANAGED)
        .collect();
    review.replacen(
        r#""managedFields":["#,
        &format!(r#""managedFields":[{managed}"#),
        1,
    )
}

/// A review of an Ingress of `paths` paths and services, of which two have
/// sticky cookies.
pub(crate) fn of_paths(paths: usize) -> String {
    of_services(paths).replacen(&subjects::value(paths), &subjects::value(2), 1)
}
