//! The manifests of `deploy/kustomize/overlays/self-managed`.

use std::process::Command;

use super::*;

const RENDERED: &str = "kubectl kustomize ../../../deploy/kustomize/overlays/self-managed";

#[tokio::test]
async fn the_api_server_takes_every_object() {
    let place = Place::open("overlay").await;
    place.shell("kubectl apply -f ../../../deploy/kustomize/base/namespace.yaml");
    let taken = place.shell(&format!(
        "{RENDERED} | kubectl apply --dry-run=server --validate=strict -o name -f -"
    ));
    for kind in ["role", "rolebinding", "clusterrole", "clusterrolebinding"] {
        let name = format!("{kind}.rbac.authorization.k8s.io/stickler");
        assert!(taken.lines().any(|line| line == name), "{name}: {taken}");
    }
}

#[tokio::test]
async fn its_deployment_starts_what_we_are() {
    let place = Place::open("overlay-flags").await;
    let objects = place.shell(&format!(
        "{RENDERED} | kubectl apply --dry-run=client -o json -f -"
    ));
    let objects: Value = serde_json::from_str(&objects).unwrap();
    let mut objects = objects["items"].as_array().unwrap().iter();
    let deployment = objects.find(|object| object["kind"] == "Deployment");
    let pod = &deployment.unwrap()["spec"]["template"]["spec"];
    assert_eq!(pod["automountServiceAccountToken"], true);
    assert_eq!(pod["volumes"], Value::Null);
    let args = pod["containers"][0]["args"].as_array().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(args.iter().map(|arg| arg.as_str().unwrap()))
        .env("KUBECONFIG", "/nowhere")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .output()
        .unwrap();
    // The flags are understood; only the cluster is missing.
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("--self-managed: finding the API server"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(2));
}
