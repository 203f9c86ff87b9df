//! What stands before Ingresses, each in a namespace of its own: stickler as it
//! is shipped, two other webhooks with the same configuration, and a CEL policy.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration,
    WebhookClientConfig,
};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::api::{Api, PostParams};
use kube::{Client, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::apiserver::ControlPlane;
use crate::authority::Authority;
use crate::child_guard::Leashed;
use crate::{ROWS, create};

/// What everyone refuses.
const BAD: &str = "serviceName=tea-svc srv_id expire=1h path=/tea";

const SHIPPED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/deploy/kustomize/overlays/self-managed/stickler.yaml"
);

/// What `benches/compare/run.sh` builds.
const STICKLER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/compare/stickler");
const GO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/compare/controller-runtime"
);
const CONSTANT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/compare/release/constant"
);

/// The grammar as a regular expression: about what CEL can say.
const GRAMMAR: &str = "^ENTRY(;ENTRY)*$";
const ENTRY: &str = "serviceName=[a-z0-9-]+ [^ ;]+( (expires=[0-9yMwdhms]+|domain=[^ ;]+|path=/[^ ;]*|samesite=(strict|lax|none)|httponly|secure))*";

/// The webhooks' servers; they end when this is dropped.
pub(crate) struct Guards {
    _servers: [Leashed; 3],
}

impl Guards {
    /// Puts everything in place, and returns when all of it is in force.
    pub(crate) async fn install(folder: &Path, plane: &ControlPlane, client: &Client) -> Self {
        let authority = Authority::new().expect("an authority");
        let pair = authority.loopback().expect("a certificate");
        let (certificate, key) = (folder.join("webhook.crt"), folder.join("webhook.key"));
        fs::write(&certificate, pair.certificate).expect("a file");
        fs::write(&key, pair.key).expect("a file");
        let [stickler, constant, go] = [(); 3].map(|()| free_address());
        let files = [&certificate, &key].map(|path| path.display().to_string());
        let arguments = [
            "serve".to_owned(),
            format!("--listen={stickler}"),
            "--admin=127.0.0.1:0".to_owned(),
            format!("--tls-cert={}", files[0]),
            format!("--tls-key={}", files[1]),
        ];
        let log = folder.join("stickler.log");
        let stickler_server = start(Path::new(STICKLER), &arguments, stickler, &log);
        let bare = |program, name: &str, address: SocketAddr| {
            let [certificate, key] = files.clone();
            let arguments = [address.to_string(), certificate, key];
            start(Path::new(program), &arguments, address, &folder.join(name))
        };
        let constant_server = bare(CONSTANT, "constant.log", constant);
        let go_server = bare(GO, "go.log", go);
        for namespace in ["none", "stickler", "constant", "go", "cel"] {
            let namespace = json!({"metadata": {"name": namespace}});
            make::<Namespace>(client, namespace).await;
        }
        let shipped = shipped(plane);
        // What refuses nobody comes first: it is in force when a later one is.
        for (name, address) in [("constant", constant), ("stickler", stickler), ("go", go)] {
            let ca = authority.certificate();
            let configuration = configuration(&shipped, name, address, ca);
            make::<ValidatingWebhookConfiguration>(client, configuration).await;
        }
        cel_policy(client).await;
        for row in ROWS.iter().filter(|row| row.refuses()) {
            until_refused(client, row).await;
        }
        Self {
            _servers: [stickler_server, constant_server, go_server],
        }
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

/// Starts a server, and returns when it listens.
fn start(program: &Path, arguments: &[String], address: SocketAddr, log: &Path) -> Leashed {
    assert!(
        program.is_file(),
        "{} is missing: benches/compare/run.sh builds it",
        program.display()
    );
    let mut server = Leashed::start(program, arguments, log.to_owned()).expect("a server");
    let listens = server.until("the server", |_| TcpStream::connect(address).ok());
    listens.expect("a server that listens");
    server
}

/// The configuration that the project ships.
fn shipped(plane: &ControlPlane) -> Value {
    let output = Command::new(plane.bin.join("kubectl"))
        .args(["create", "--dry-run=client", "-o", "json", "-f", SHIPPED])
        .env("KUBECONFIG", &plane.kubeconfig)
        .output()
        .expect("kubectl");
    let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let mut objects = objects.map_while(Result::<Value, _>::ok);
    let configuration = objects.find(|it| it["kind"] == "ValidatingWebhookConfiguration");
    configuration.expect("a configuration")
}

/// The shipped configuration for one namespace and a server on loopback.
fn configuration(shipped: &Value, namespace: &str, address: SocketAddr, ca: &str) -> Value {
    let mut configuration = shipped.clone();
    configuration["metadata"] = json!({"name": namespace});
    let webhook = &mut configuration["webhooks"][0];
    webhook["namespaceSelector"] = json!(selector(namespace));
    webhook["clientConfig"] = json!(WebhookClientConfig {
        url: Some(format!("https://{address}/validate")),
        ca_bundle: Some(ByteString(ca.into())),
        service: None,
    });
    configuration
}

fn selector(namespace: &str) -> LabelSelector {
    let name = "kubernetes.io/metadata.name".to_owned();
    let labels = [(name, namespace.to_owned())].into();
    LabelSelector {
        match_labels: Some(labels),
        ..LabelSelector::default()
    }
}

async fn cel_policy(client: &Client) {
    let grammar = GRAMMAR.replace("ENTRY", ENTRY);
    let expression = format!(
        "!has(object.metadata.annotations) || \
         ['nginx.org/sticky-cookie-services', 'nginx.com/sticky-cookie-services'].all(key, \
         !(key in object.metadata.annotations) || object.metadata.annotations[key].matches('{grammar}'))"
    );
    let rule = json!({
        "apiGroups": ["networking.k8s.io"], "apiVersions": ["v1"],
        "resources": ["ingresses"], "operations": ["CREATE", "UPDATE"],
    });
    let policy = json!({
        "metadata": {"name": "grammar"},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": expression, "message": "no sticky-cookie value"}],
        },
    });
    make::<ValidatingAdmissionPolicy>(client, policy).await;
    let binding = json!({
        "metadata": {"name": "grammar"},
        "spec": {
            "policyName": "grammar",
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": selector("cel")},
        },
    });
    make::<ValidatingAdmissionPolicyBinding>(client, binding).await;
}

async fn make<K>(client: &Client, object: Value)
where
    K: kube::Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned + Serialize,
{
    let object = serde_json::from_value(object).expect("an object");
    let made = Api::<K>::all(client.clone())
        .create(&PostParams::default(), &object)
        .await;
    made.expect("a new object");
}

/// Asks until a bad Ingress is refused by whoever guards the namespace.
async fn until_refused(client: &Client, row: &crate::Row) {
    for _ in 0..2_400 {
        if let Err(Error::Api(_)) = create(client, row, BAD).await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{}: a bad Ingress goes on being admitted", row.name);
}
