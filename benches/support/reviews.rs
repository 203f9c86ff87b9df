//! Reviews of any size, in the words of a kube-apiserver.

use super::subjects;

/// A review of the creation of an Ingress of `services` services.
pub(crate) fn of_services(services: usize) -> String {
    let ingress = subjects::ingress(services);
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"70ffd042-c100-411d-b0c8-227c26047c02","kind":{{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}},"resource":{{"group":"networking.k8s.io","version":"v1","resource":"ingresses"}},"requestKind":{{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}},"requestResource":{{"group":"networking.k8s.io","version":"v1","resource":"ingresses"}},"name":"cafe","namespace":"default","operation":"CREATE","userInfo":{{"username":"admin","uid":"1","groups":["system:masters","system:authenticated"]}},"object":{ingress},"oldObject":null,"dryRun":false,"options":{{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"kubectl-create","fieldValidation":"Strict"}}}}}}"#
    )
}

/// The first of them that has at least `bytes` bytes.
pub(crate) fn of_size(bytes: usize) -> String {
    let mut services = 1;
    loop {
        let review = of_services(services);
        if review.len() >= bytes {
            return review;
        }
        services += (bytes - review.len()).div_ceil(256);
    }
}
