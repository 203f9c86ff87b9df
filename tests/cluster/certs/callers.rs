//! Only the API server may call: the example of docs/certificates.md.

use std::fs;
use std::path::Path;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::*;
use crate::apiserver::ControlPlane;
use crate::cluster::cluster;
use crate::session;

const PAGE: &str = include_str!("../../../docs/certificates.md");
/// No more calls than this wait for one that reads the alert.
const ALERTS: usize = 40;

/// The example file that the page shows under this name, with its folder and
/// server name replaced.
fn example(name: &str, folder: &Path, server: &str) -> String {
    let head = format!("```yaml\n# /etc/kubernetes/stickler/{name}\n");
    let (_, rest) = PAGE.split_once(&head).expect("an example in the page");
    let (text, _) = rest.split_once("```").expect("its end");
    text.replace("/etc/kubernetes/stickler", &folder.display().to_string())
        .replace("stickler.stickler.svc", server)
}

/// A place in a control plane of its own.
async fn place_in(cluster: &ControlPlane) -> Place {
    let kubeconfig = Kubeconfig::read_from(&cluster.kubeconfig).unwrap();
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options);
    let place = Place {
        namespace: "stickler-test-callers".to_owned(),
        client: Client::try_from(config.await.unwrap()).unwrap(),
        kubeconfig: cluster.kubeconfig.clone(),
    };
    place.shell("kubectl create namespace stickler-test-callers");
    place
}

/// Has the place's API server call `url`, and returns what it says.
async fn called(place: &Place, url: &str, ca: &str) -> String {
    let mut configuration = shipped(place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some(url.to_owned()),
            ca_bundle: Some(k8s_openapi::ByteString(ca.into())),
            service: None,
        };
    }
    install(place, &configuration).await;
    refusal(place).await
}

#[tokio::test]
async fn only_an_api_server_with_the_certificate_gets_through() {
    let stranger = Place::open("stranger").await;
    let folder = cluster().folder.join("callers");
    fs::create_dir_all(&folder).unwrap();
    let generate = format!(
        "{} certs generate {} 127.0.0.1 --client kube-apiserver",
        env!("CARGO_BIN_EXE_stickler"),
        folder.display()
    );
    stranger.shell(&generate);
    let ca_file = format!("--client-ca={}/ca.crt", folder.display());
    let flags = [&ca_file, "--client-name=kube-apiserver"];
    let mut replica = Replica::with_files(&stranger, &folder, &flags);
    replica.until_ready();

    for name in ["admission.yaml", "webhooks.kubeconfig"] {
        fs::write(folder.join(name), example(name, &folder, &replica.reviews)).unwrap();
    }
    let flag = format!(
        "--admission-control-config-file={}/admission.yaml",
        folder.display()
    );
    let control_plane = ControlPlane::start(&folder, &[&flag]).unwrap();
    let known = place_in(&control_plane).await;
    let ca = fs::read_to_string(folder.join("ca.crt")).unwrap();

    let refused = called(&known, &replica.url(), &ca).await;
    assert!(refused.contains("denied the request"), "{refused}");
    let mut refused = called(&stranger, &replica.url(), &ca).await;
    // With TLS 1.3 a client may be writing its request already when the alert
    // comes (RFC 8446, section 4.4.2.4), and then tells of a broken pipe instead.
    for _ in 0..ALERTS {
        assert!(refused.contains("failed calling webhook"), "{refused}");
        if refused.contains("certificate required") {
            break;
        }
        refused = refusal(&stranger).await;
    }
    assert!(refused.contains("certificate required"), "{refused}");
    // Nothing is left of it in the other cluster, where it would hold up others.
    let line = "kubectl delete validatingwebhookconfiguration stickler-test-stranger";
    assert_eq!(session::output(&stranger.kubeconfig, line).0, 0);
}
