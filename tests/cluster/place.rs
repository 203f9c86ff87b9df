//! A test's own namespace.

use std::fs;
use std::path::PathBuf;

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, DeleteParams, PostParams};
use kube::core::Status;
use kube::{Client, Error};
use serde_json::json;

use crate::cluster::cluster;
use crate::session;
use crate::webhook::Webhook;

/// The label that keeps a stickler which is installed for all off a test's
/// namespace.
pub(crate) const OWN_WEBHOOK: &str = "stickler.test/own-webhook";

/// A namespace, and an administrator's kubeconfig that defaults to it.
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) client: Client,
    /// An administrator's, with the namespace as default.
    pub(crate) kubeconfig: PathBuf,
}

impl Place {
    /// An empty namespace that no webhook looks at.
    pub(crate) async fn open(name: &str) -> Self {
        let cluster = cluster();
        let place = Self {
            namespace: format!("stickler-test-{name}"),
            client: cluster.client().await,
            kubeconfig: cluster.folder.join(format!("{name}.kubeconfig")),
        };
        let whole = "kubectl config view --raw --flatten --minify";
        let whole = session::output(&cluster.kubeconfig, whole).1;
        fs::write(&place.kubeconfig, whole).expect("a kubeconfig");
        place.shell(&format!(
            "kubectl config set-context --current --namespace={}",
            place.namespace
        ));
        place.make_namespace().await;
        place
    }

    /// An empty namespace with stickler in front of it.
    pub(crate) async fn guarded(name: &str) -> (Self, Webhook) {
        let place = Self::open(name).await;
        let webhook = Webhook::before(&place).await;
        (place, webhook)
    }

    async fn make_namespace(&self) {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let how = DeleteParams::default();
        if namespaces.delete(&self.namespace, &how).await.is_ok() {
            self.shell(&format!(
                "kubectl wait --for=delete --timeout=2m namespace/{}",
                self.namespace
            ));
        }
        let namespace = json!({
            "metadata": {"name": self.namespace, "labels": {OWN_WEBHOOK: "true"}},
        });
        let namespace = serde_json::from_value(namespace).expect("a namespace");
        let made = namespaces.create(&PostParams::default(), &namespace).await;
        made.expect("a new namespace");
    }

    /// Compares what a user sees with `golden/<name>.txt`.
    pub(crate) fn session(&self, name: &str, lines: &[&str]) {
        session::session(&self.kubeconfig, name, lines);
    }

    /// Runs a shell line that must succeed, and returns what it printed.
    pub(crate) fn shell(&self, line: &str) -> String {
        let (code, printed) = session::output(&self.kubeconfig, line);
        assert_eq!(code, 0, "{line}: {printed}");
        printed
    }

    /// Asks the API server whether it would take an Ingress with this value.
    pub(crate) async fn would_take(&self, value: &str) -> Result<(), Box<Status>> {
        let ingresses: Api<Ingress> = Api::namespaced(self.client.clone(), &self.namespace);
        let dry = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        match ingresses.create(&dry, &rehearsal(value)).await {
            Ok(_) => Ok(()),
            Err(Error::Api(status)) => Err(status),
            Err(error) => panic!("the API server does not answer: {error}"),
        }
    }
}

/// An Ingress with one backend, `coffee-svc`, and this value.
fn rehearsal(value: &str) -> Ingress {
    let service = json!({"name": "coffee-svc", "port": {"number": 80}});
    let path = json!({"path": "/", "pathType": "Prefix", "backend": {"service": service}});
    let ingress = json!({
        "metadata": {
            "name": "rehearsal",
            "annotations": {"nginx.com/sticky-cookie-services": value},
        },
        "spec": {
            // A class, for policies that name some.
            "ingressClassName": "nginx",
            "rules": [{"host": "cafe.example.com", "http": {"paths": [path]}}],
        },
    });
    serde_json::from_value(ingress).expect("an Ingress")
}
