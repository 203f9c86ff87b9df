//! A release from its installation to its end, by real helm.

use std::fs;

use serde_json::{Value, json};

use super::{CHART, helm};
use crate::child_guard::{Leashed, poll};
use crate::cluster::cluster;
use crate::place::Place;
use crate::replica::Replica;

/// A release in a namespace of its own, whose webhook looks at no other.
struct Release<'a> {
    place: &'a Place,
    helm: String,
    values: String,
}

impl<'a> Release<'a> {
    /// Named after the namespace, since some of its objects have none.
    fn new(place: &'a Place) -> Self {
        Self {
            place,
            helm: helm(),
            values: format!(
                "--set-literal fullnameOverride={0} \
                 --set-string 'webhook.namespaceSelector.matchLabels.stickler\\.test/release={0}'",
                place.namespace
            ),
        }
    }

    fn run(&self, command: &str, more: &str) -> String {
        let Self {
            place,
            helm,
            values,
        } = self;
        place.shell(&format!(
            "{helm} {command} -n {} stickler {CHART} {values} {more}",
            place.namespace
        ))
    }

    fn uninstall(&self) -> String {
        let Self { place, helm, .. } = self;
        let namespace = &place.namespace;
        place.shell(&format!("{helm} uninstall -n {namespace} stickler --debug"))
    }

    fn get(&self, what: &str) -> Value {
        let printed = self.place.shell(&format!("kubectl get {what} -o json"));
        serde_json::from_str(&printed).expect("JSON")
    }

    fn configuration(&self) -> Value {
        let namespace = &self.place.namespace;
        self.get(&format!("validatingwebhookconfiguration {namespace}"))
    }

    /// A replica with what the chart grants, and a certificate of its making.
    fn replica(&self) -> Replica {
        let Self { place, .. } = self;
        let name = &place.namespace;
        let token = place.shell(&format!("kubectl create token {name}"));
        let view = place.shell("kubectl config view --raw --flatten -o json");
        let mut kubeconfig: Value = serde_json::from_str(&view).expect("JSON");
        kubeconfig["users"][0]["user"] = json!({"token": token.trim()});
        let path = cluster().folder.join(format!("{name}.account"));
        fs::write(&path, kubeconfig.to_string()).expect("a kubeconfig");
        let flags = [
            &format!("--secret={name}-ca")[..],
            &format!("--service={name}"),
        ];
        let mut replica = Replica::start(place, "chart", &path, &flags);
        replica.until_ready();
        replica
    }

    /// What must outlive an upgrade.
    fn certificates(&self) -> (Value, Value) {
        let namespace = &self.place.namespace;
        let secret = self.get(&format!("secret {namespace}-ca"));
        let webhook = &self.configuration()["webhooks"][0];
        (
            secret["data"].clone(),
            webhook["clientConfig"]["caBundle"].clone(),
        )
    }

    /// What becomes of an object, from now on: what it is, and its deletion.
    fn watch(&self, what: &str) -> Leashed {
        let cluster = cluster();
        let plane = cluster
            .control_plane
            .as_ref()
            .expect("an API server of ours");
        let log = cluster.folder.join(format!("{what}.watch"));
        let kubeconfig = format!("--kubeconfig={}", self.place.kubeconfig.display());
        let name = self.place.namespace.as_str();
        let get = ["get", what, name, &kubeconfig];
        let watch = ["--watch", "--output-watch-events", "--output=json"];
        let arguments = [get.as_slice(), &watch].concat();
        let kubectl = plane.bin.join("kubectl");
        let mut watch = Leashed::start(&kubectl, arguments, log).expect("a watch");
        let begun = watch.until("kubectl", |watch| events(watch).first().map(drop));
        begun.expect("an event");
        watch
    }

    /// Everything there is with the release's label.
    fn objects(&self) -> String {
        let kinds = "deployments,services,secrets,configmaps,serviceaccounts,roles,rolebindings,\
                     networkpolicies,poddisruptionbudgets,pods,jobs,clusterroles,\
                     clusterrolebindings,validatingwebhookconfigurations";
        let namespace = &self.place.namespace;
        self.place.shell(&format!(
            "kubectl get {kinds} -l app.kubernetes.io/managed-by=Helm -o name | \
             grep '{namespace}' || true"
        ))
    }
}

#[tokio::test]
async fn upgrades_change_no_certificate() {
    let place = Place::open("chart-upgrade").await;
    let release = Release::new(&place);
    release.run("install", "");
    assert_eq!(
        release.certificates(),
        (Value::Null, Value::Null),
        "made by Helm"
    );
    let _replica = release.replica();
    let before = release.certificates();
    assert!(
        before.0["ca.crt"].is_string() && before.1.is_string(),
        "{before:?}"
    );
    for replicas in [3, 4] {
        release.run("upgrade", &format!("--set replicas={replicas}"));
        let deployment = release.get(&format!("deployment {}", place.namespace));
        assert_eq!(deployment["spec"]["replicas"], replicas);
        assert_eq!(release.certificates(), before, "after an upgrade");
    }

    // A stolen key, as docs/operations.md has it.
    place.shell(&format!(
        "kubectl patch secret {}-ca -p '{{\"data\": null}}'",
        place.namespace
    ));
    let renewed = poll(|| {
        let now = release.certificates();
        let whole = now.0["ca.crt"].is_string() && now.1.is_string();
        (whole && now.0["ca.crt"] != before.0["ca.crt"] && now.1 != before.1).then_some(())
    });
    assert!(renewed.is_some(), "{:?}", release.certificates());
    release.uninstall();
}

/// `helm test`, as a program of the test's: the Pod's own arguments, but for
/// the address, which no Service has here, and the CA's file.
#[tokio::test]
async fn the_charts_own_test_gets_a_denial() {
    let place = Place::open("chart-test").await;
    let release = Release::new(&place);
    release.run("install", "");
    let replica = release.replica();
    let ca = cluster().folder.join("chart-test.crt");
    let name = &place.namespace;
    place.shell(&format!(
        "kubectl get secret {name}-ca -o jsonpath='{{.data.ca\\.crt}}' | base64 -d >{}",
        ca.display()
    ));
    let pod = place.shell(&format!(
        "{} template stickler {CHART} -n {name} {} -s templates/tests/denial.yaml | \
         kubectl create --dry-run=client -o json -f -",
        release.helm, release.values
    ));
    let pod: Value = serde_json::from_str(&pod).expect("JSON");
    let arguments = pod["spec"]["containers"][0]["args"].as_array().cloned();
    let arguments = arguments.expect("arguments").into_iter();
    let address = format!("https://{name}.{name}.svc:443/validate");
    let arguments: Vec<_> = arguments
        .map(|argument| argument.as_str().expect("text").to_owned())
        .map(|argument| argument.replace(&address, &replica.url()))
        .map(|argument| argument.replace("/ca/ca.crt", &ca.display().to_string()))
        .collect();
    let stickler = env!("CARGO_BIN_EXE_stickler");
    let said = place.shell(&format!("{stickler} {}", arguments.join(" ")));
    assert!(
        said.starts_with("denied: Ingress default/cafe: unknown parameter"),
        "{said}"
    );
    release.uninstall();
}

#[tokio::test]
async fn broken_glass_is_mended_by_an_upgrade() {
    let place = Place::open("chart-glass").await;
    let release = Release::new(&place);
    release.run("install", "");
    let namespace = &place.namespace;
    let notes = release.run("upgrade", "");
    let line = format!("kubectl delete validatingwebhookconfiguration {namespace}");
    assert!(notes.contains(&line), "{notes}");
    place.shell(&line);
    release.run("upgrade", "");
    assert_eq!(
        release.configuration()["webhooks"][0]["failurePolicy"],
        "Fail"
    );
    release.uninstall();
}

/// The events of a watch that are there in whole.
fn events(watch: &Leashed) -> Vec<Value> {
    let log = watch.log();
    let events = serde_json::Deserializer::from_str(&log).into_iter();
    events.map_while(Result::ok).collect()
}

/// When an event was, in the API server's own time.
fn version(event: &Value) -> u64 {
    let version = event["object"]["metadata"]["resourceVersion"].as_str();
    version.expect("a version").parse().expect("a number")
}

#[tokio::test]
async fn nothing_outlives_a_release() {
    let place = Place::open("chart-uninstall").await;
    let release = Release::new(&place);
    release.run("install", "");
    assert!(release.objects().contains("validatingwebhookconfiguration"));

    let configuration = release.watch("validatingwebhookconfiguration");
    let service = release.watch("service");
    let said = release.uninstall();
    assert_eq!(release.objects(), "", "{said}");

    // Replaced by one that fails open and deleted, before the Service goes.
    let seen = poll(|| Some(events(&configuration)).filter(|events| events.len() == 4));
    let seen = seen.expect("two configurations that come and go");
    let types: Vec<_> = seen.iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types, ["ADDED", "DELETED", "ADDED", "DELETED"]);
    let policy = |event: &Value| event["object"]["webhooks"][0]["failurePolicy"].clone();
    assert_eq!([policy(&seen[0]), policy(&seen[2])], ["Fail", "Ignore"]);
    let gone = poll(|| {
        events(&service)
            .into_iter()
            .find(|event| event["type"] == "DELETED")
    });
    assert!(version(&seen[3]) < version(&gone.expect("the Service goes")));
}

/// With the release's objects already gone Helm has nothing to put the hook
/// in place of, and must not leave it behind.
#[tokio::test]
async fn nothing_outlives_a_release_with_broken_glass() {
    let place = Place::open("chart-remains").await;
    let release = Release::new(&place);
    release.run("install", "");
    let namespace = &place.namespace;
    place.shell(&format!(
        "kubectl delete validatingwebhookconfiguration/{namespace} service/{namespace}"
    ));
    let said = release.uninstall();
    assert_eq!(release.objects(), "", "{said}");
}
