//! stickler, as the API server of the tests calls it: the configuration that
//! the project ships, for one namespace only.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingWebhookConfiguration, WebhookClientConfig,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement;
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::Value;

use crate::authority::Authority;
use crate::child_guard::Leashed;
use crate::cluster::cluster;
use crate::place::{OWN_WEBHOOK, Place};

/// What every reader of the annotation refuses.
pub(crate) const BAD: &str = "serviceName=coffee-svc srv_id expire=1h path=/coffee";

/// The configuration that the project ships, rendered.
const SHIPPED: &str = "kubectl kustomize ../../../deploy/kustomize/overlays/self-managed | kubectl apply --dry-run=client -o json -f -";

/// The configuration of a cluster that has stickler installed.
const INSTALLED: &str = "kubectl get validatingwebhookconfiguration stickler -o json";

/// A webhook in front of one namespace.
pub(crate) struct Webhook {
    /// Ours; `None` where the cluster has one installed.
    server: Option<Server>,
}

impl Webhook {
    /// The shipped webhook; returns when the API server calls it.
    pub(crate) async fn before(place: &Place) -> Self {
        Self::configured(place, |_| ()).await
    }

    /// The same with a change to its configuration.
    pub(crate) async fn configured(
        place: &Place,
        change: impl FnOnce(&mut ValidatingWebhookConfiguration),
    ) -> Self {
        Self::under(place, None, change).await
    }

    /// The same under a policy; one that is installed has its own. In this
    /// place at least the policy's mode is `enforce`.
    pub(crate) async fn under(
        place: &Place,
        policy: Option<&str>,
        change: impl FnOnce(&mut ValidatingWebhookConfiguration),
    ) -> Self {
        let server = cluster().control_plane.as_ref().map(|_| {
            let folder = cluster()
                .folder
                .join(format!("{}.stickler", place.namespace));
            Server::start(&folder, policy).unwrap_or_else(|why| panic!("{why}"))
        });
        let mut configuration = shipped(place);
        if let Some(server) = &server {
            server.point(&mut configuration);
        }
        change(&mut configuration);
        install(place, &configuration).await;
        let webhook = Self { server };
        webhook.active(place).await;
        webhook
    }

    /// Waits until a bad Ingress is denied by the webhook, not for its absence.
    async fn active(&self, place: &Place) {
        let denied = refusal(place).await;
        assert!(
            denied.contains("denied the request"),
            "the webhook does not get to answer: {denied}\n{}",
            self.server
                .as_ref()
                .map(|server| server.stickler.log())
                .unwrap_or_default()
        );
    }

    /// What stickler shows at `/metrics`.
    pub(crate) fn metrics(&self, place: &Place) -> String {
        match &self.server {
            Some(server) => http_get(&server.admin, "/metrics").expect("metrics"),
            None => place.shell(INSTALLED_METRICS),
        }
    }

    /// How many reviews stickler has answered so far.
    pub(crate) fn answered(&self, place: &Place) -> u64 {
        self.metrics(place)
            .lines()
            .filter(|line| line.starts_with(DECISIONS))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }
}

/// The counter of decisions, whatever its labels.
const DECISIONS: &str = "stickler_decisions_total{";

const INSTALLED_METRICS: &str = "kubectl -n stickler get pods -o name | while read -r pod; do \
    kubectl get --raw /api/v1/namespaces/stickler/pods/${pod#pod/}:8080/proxy/metrics; done";

/// A stickler on loopback.
struct Server {
    stickler: Leashed,
    admin: String,
    url: String,
    ca: String,
}

impl Server {
    fn start(folder: &Path, policy: Option<&str>) -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let authority = Authority::new().map_err(|error| error.to_string())?;
        let pair = authority.loopback().map_err(|error| error.to_string())?;
        fs::create_dir_all(folder).map_err(text)?;
        let (certificate, key) = (folder.join("tls.crt"), folder.join("tls.key"));
        fs::write(&certificate, pair.certificate).map_err(text)?;
        fs::write(&key, pair.key).map_err(text)?;
        let mut arguments = vec![
            "serve".to_owned(),
            format!("--tls-cert={}", certificate.display()),
            format!("--tls-key={}", key.display()),
            "--listen=127.0.0.1:0".to_owned(),
            "--admin=127.0.0.1:0".to_owned(),
        ];
        if let Some(policy) = policy {
            let path = folder.join("policy.yaml");
            fs::write(&path, policy).map_err(text)?;
            arguments.push(format!("--policy={}", path.display()));
        }
        let program = Path::new(env!("CARGO_BIN_EXE_stickler"));
        let mut stickler = Leashed::start(program, arguments, folder.join("log"))?;
        let line = stickler.until("stickler serve", |stickler| listening(&stickler.log()))?;
        let address = |name| line[name].as_str().unwrap_or_default().to_owned();
        let (admin, reviews) = (address("admin"), address("reviews"));
        stickler.until("stickler's /readyz", |_| http_get(&admin, "/readyz").ok())?;
        Ok(Self {
            stickler,
            admin,
            url: format!("https://{reviews}/validate"),
            ca: authority.certificate().to_owned(),
        })
    }

    /// Has the API server call this one.
    fn point(&self, configuration: &mut ValidatingWebhookConfiguration) {
        for webhook in configuration.webhooks.iter_mut().flatten() {
            webhook.client_config = WebhookClientConfig {
                url: Some(self.url.clone()),
                ca_bundle: Some(ByteString(self.ca.clone().into())),
                service: None,
            };
        }
    }
}

/// The log line that names the addresses.
pub(crate) fn listening(log: &str) -> Option<Value> {
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines.find(|line: &Value| line["message"] == "listening")
}

/// The body of an answer with status 200.
pub(crate) fn http_get(address: &str, path: &str) -> Result<String, String> {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) == Some("200") {
        Ok(body.to_owned())
    } else {
        Err(answer)
    }
}

/// The shipped configuration, or the installed one, for this place alone.
pub(crate) fn shipped(place: &Place) -> ValidatingWebhookConfiguration {
    let ours = cluster().control_plane.is_some();
    let mut configuration = pick(&place.shell(if ours { SHIPPED } else { INSTALLED }));
    configuration.metadata.name = Some(place.namespace.clone());
    configuration.metadata.resource_version = None;
    for webhook in configuration.webhooks.iter_mut().flatten() {
        let selector = webhook.namespace_selector.get_or_insert_default();
        let expressions = selector.match_expressions.get_or_insert_default();
        expressions.retain(|expression| expression.key != OWN_WEBHOOK);
        expressions.push(LabelSelectorRequirement {
            key: "kubernetes.io/metadata.name".to_owned(),
            operator: "In".to_owned(),
            values: Some(vec![place.namespace.clone()]),
        });
    }
    configuration
}

/// The webhook's configuration among the objects that kubectl printed.
fn pick(printed: &str) -> ValidatingWebhookConfiguration {
    let printed: Value = serde_json::from_str(printed).expect("JSON");
    let items = printed["items"].as_array().cloned();
    let configuration = items
        .unwrap_or_else(|| vec![printed])
        .into_iter()
        .find(|item| item["kind"] == "ValidatingWebhookConfiguration")
        .expect("a ValidatingWebhookConfiguration");
    serde_json::from_value(configuration).expect("its fields")
}

/// Puts the configuration in the place of an earlier run's.
pub(crate) async fn install(place: &Place, configuration: &ValidatingWebhookConfiguration) {
    let configurations: Api<ValidatingWebhookConfiguration> = Api::all(place.client.clone());
    // Most of the time there is none.
    let _ = configurations
        .delete(&place.namespace, &DeleteParams::default())
        .await;
    let made = configurations
        .create(&PostParams::default(), configuration)
        .await;
    made.expect("a new configuration");
}

/// Asks until the API server refuses a bad Ingress, and returns what it says.
pub(crate) async fn refusal(place: &Place) -> String {
    for _ in 0..2400 {
        if let Err(status) = place.would_take(BAD).await {
            return status.message;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the API server goes on admitting a bad Ingress");
}
