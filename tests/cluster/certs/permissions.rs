//! stickler does its work with what `deploy/` grants, and needs all of it.

use std::fs;
use std::path::PathBuf;

use super::*;

const OVERLAY: &str = "kubectl kustomize ../../../deploy/kustomize/overlays/self-managed \
    | kubectl apply --dry-run=client -o json -f -";

/// Who a replica is: the ServiceAccount of the overlay under another name,
/// with all that is granted to it but one verb.
struct Account<'a> {
    place: &'a Place,
    name: String,
    kubeconfig: PathBuf,
}

impl<'a> Account<'a> {
    /// Returns when the API server knows of it.
    fn new(place: &'a Place, name: &str, without: Option<(&str, &str)>) -> Self {
        let account = Self {
            place,
            name: name.to_owned(),
            kubeconfig: place.kubeconfig.with_extension(name),
        };
        let rendered: Value = serde_json::from_str(&place.shell(OVERLAY)).unwrap();
        let objects = rendered["items"].as_array().unwrap().iter();
        let granted: Vec<_> = objects
            .filter_map(|object| account.renamed(object, without))
            .collect();
        assert_eq!(granted.len(), 5, "an account, two roles, two bindings");
        for object in &granted {
            place.shell(&format!("echo '{object}' | kubectl apply -f -"));
        }
        account.log_in();
        for object in &granted {
            for rule in object["rules"].as_array().into_iter().flatten() {
                account.until_allowed(rule);
            }
        }
        account
    }

    /// The object for this account and the place's own configuration.
    fn renamed(&self, object: &Value, without: Option<(&str, &str)>) -> Option<Value> {
        let mut object = object.clone();
        let (namespace, name) = (&self.place.namespace, &self.name);
        let unique = format!("{namespace}-{name}");
        match object["kind"].as_str()? {
            "ServiceAccount" | "Role" | "RoleBinding" => {
                object["metadata"] = serde_json::json!({"name": name, "namespace": namespace});
            }
            "ClusterRole" | "ClusterRoleBinding" => {
                object["metadata"] = serde_json::json!({"name": unique});
            }
            _ => return None,
        }
        if let Some(rules) = object.get_mut("rules").and_then(Value::as_array_mut) {
            for rule in &mut *rules {
                self.narrow(rule, without);
            }
            // A rule without a verb is none.
            rules.retain(|rule| rule["verbs"] != serde_json::json!([]));
        }
        if let Some(role) = object.get_mut("roleRef") {
            let cluster = role["kind"] == "ClusterRole";
            role["name"] = if cluster { unique } else { name.clone() }.into();
            object["subjects"][0]["name"] = name.as_str().into();
            object["subjects"][0]["namespace"] = namespace.as_str().into();
        }
        Some(object)
    }

    /// A rule for the place's own configuration, without a verb.
    fn narrow(&self, rule: &mut Value, without: Option<(&str, &str)>) {
        let resource = rule["resources"][0].clone();
        if resource == "validatingwebhookconfigurations" {
            assert_eq!(rule["resourceNames"], serde_json::json!(["stickler"]));
            rule["resourceNames"][0] = self.place.namespace.as_str().into();
        }
        let verb = without.filter(|(name, _)| resource == *name);
        let verbs = rule["verbs"].as_array_mut().unwrap();
        verbs.retain(|granted| verb.is_none_or(|(_, verb)| granted != verb));
    }

    /// A kubeconfig with a token of the account.
    fn log_in(&self) {
        let place = self.place;
        let token = place.shell(&format!("kubectl create token {}", self.name));
        let view = place.shell("kubectl config view --raw --flatten -o json");
        let mut kubeconfig: Value = serde_json::from_str(&view).unwrap();
        kubeconfig["users"][0]["user"] = serde_json::json!({"token": token.trim()});
        fs::write(&self.kubeconfig, kubeconfig.to_string()).unwrap();
    }

    fn until_allowed(&self, rule: &Value) {
        let resource = rule["resources"][0].as_str().unwrap();
        let name = rule["resourceNames"][0].as_str().unwrap_or_default();
        for verb in rule["verbs"].as_array().unwrap() {
            let verb = verb.as_str().unwrap();
            let allowed = poll(|| self.may(verb, resource, name).then_some(()));
            assert!(allowed.is_some(), "never allowed: {verb} {resource} {name}");
        }
    }

    fn may(&self, verb: &str, resource: &str, name: &str) -> bool {
        let separator = if name.is_empty() { "" } else { "/" };
        let line = format!("kubectl auth can-i {verb} {resource}{separator}{name}");
        crate::session::output(&self.kubeconfig, &line).0 == 0
    }

    /// A replica in this account's name, before a fresh start: without a
    /// Secret, or with an empty one.
    async fn replica(&self, empty_secret: bool) -> Replica {
        let place = self.place;
        place.shell("kubectl delete secret stickler-ca --ignore-not-found");
        if empty_secret {
            place.shell("kubectl create secret generic stickler-ca");
        }
        configure(place, "https://127.0.0.1:1/validate").await;
        Replica::start(place, &self.name, &self.kubeconfig, &[])
    }
}

#[tokio::test]
async fn what_is_granted_is_enough() {
    let place = Place::open("granted").await;
    let account = Account::new(&place, "granted", None);
    let mut replica = account.replica(true).await;
    replica.until_ready();
    until_bundle(&place, |bundle| bundle.contains("BEGIN")).await;
    assert_eq!(
        bundle(&place).await,
        in_secret(&place, "ca.crt").await.unwrap()
    );
    let configurations = "validatingwebhookconfigurations";
    for (verb, resource, name) in [
        ("get", "secrets", "another"),
        ("create", "secrets", ""),
        ("list", "secrets", ""),
        ("watch", "secrets", "stickler-ca"),
        ("delete", "secrets", "stickler-ca"),
        ("get", configurations, "another"),
        ("patch", configurations, "another"),
        ("create", configurations, ""),
        ("delete", configurations, &place.namespace),
        ("get", "configmaps", ""),
    ] {
        assert!(
            !account.may(verb, resource, name),
            "{verb} {resource} {name}"
        );
    }
}

#[tokio::test]
async fn every_grant_is_needed() {
    let place = Place::open("needed").await;
    let configurations = "validatingwebhookconfigurations";
    for (name, resource, verb, empty_secret) in [
        // The manifests bring the Secret, empty: no right to create one.
        ("no-create", "secrets", "create", false),
        ("no-get", "secrets", "get", true),
        ("no-update", "secrets", "update", true),
        ("no-read", configurations, "get", true),
        ("no-patch", configurations, "patch", true),
    ] {
        let account = Account::new(&place, name, Some((resource, verb)));
        let mut replica = account.replica(empty_secret).await;
        replica.until_error(&format!("cannot {verb} resource \"{resource}\""));
        let ready = replica.get("/readyz").unwrap_err();
        assert!(ready.contains("is forbidden"), "{ready}");
    }
}
