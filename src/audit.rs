//! A cluster's Ingresses, page by page.
//!
//! The API server is asked for text, and the text is read into the same
//! borrowed view that an AdmissionReview and a manifest give: a typed client
//! would build objects of which all but a few fields are discarded.

use std::fmt::Write as _;

use hyper::Request;
use kube::client::Client;
use kube::config::{Config, KubeConfigOptions};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::finding::{Finding, ObjectRef};
use crate::ingress::Ingress;
use crate::lint::read::keys;
use crate::lint::text::with_causes;
use crate::lint::{Diagnostic, FieldPath, Place, Rule, Subject};

/// Ingresses that are asked for at a time.
const PAGE: usize = 250;
/// The resource, which every API server since 1.19 serves.
const GROUP: &str = "/apis/networking.k8s.io/v1";

/// A cluster that can be asked.
pub struct Cluster {
    client: Client,
}

/// Why a cluster gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no configuration, or none that can be used.
    #[error("no cluster is configured: {0}")]
    Configuration(String),
    /// The API server refused.
    #[error("the cluster refuses to list Ingresses: {0}")]
    Refused(String),
    /// There was no response.
    #[error("the cluster cannot be reached: {0}")]
    Unreachable(String),
    /// The response is not a list of Ingresses.
    #[error("the cluster sent no list of Ingresses: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// One Ingress, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Whether it carries one of the two keys.
    pub annotated: bool,
    /// What was found, each with the annotation's value that it points into,
    /// or an empty text.
    pub findings: Vec<(Finding, String)>,
}

/// A page of a list (Kubernetes API conventions, "Retrieving large results
/// sets in chunks").
#[derive(Deserialize)]
struct List<'a> {
    #[serde(default)]
    metadata: ListMeta,
    #[serde(borrow, default)]
    items: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct ListMeta {
    #[serde(default, rename = "continue")]
    next: String,
}

impl Cluster {
    /// The cluster of the kubeconfig's context of that name; without a name
    /// that of the current context, or the one that the process runs in.
    pub async fn connect(context: Option<&str>) -> Result<(Self, String), Error> {
        let config = match context {
            None => Config::infer().await.map_err(nowhere)?,
            Some(context) => {
                let options = KubeConfigOptions {
                    context: Some(context.to_owned()),
                    ..KubeConfigOptions::default()
                };
                let config = Config::from_kubeconfig(&options).await;
                config.map_err(configuration)?
            }
        };
        let namespace = config.default_namespace.clone();
        let client = Client::try_from(config).map_err(configuration)?;
        Ok((Self { client }, namespace))
    }

    /// Read the Ingresses of a namespace, or of all, in the order of the API
    /// server: by namespace, then by name. `sink` gets them one by one and may
    /// stop the reading with an error of its own.
    pub async fn audit<E>(
        &self,
        namespace: Option<&str>,
        check_subject: &dyn Fn(&Subject<'_>) -> Vec<Diagnostic>,
        sink: &mut dyn FnMut(Audited) -> Result<(), E>,
    ) -> Result<Result<(), E>, Error> {
        let mut next = String::new();
        loop {
            let page = match self.page(namespace, &next).await {
                Ok(page) => page,
                Err(error) => {
                    next = resumption(&error).ok_or_else(|| outcome(&error))?;
                    continue;
                }
            };
            let list: List<'_> = serde_json::from_str(&page)?;
            for ingress in list.items {
                if let Err(stop) = sink(audit(ingress.get(), check_subject)) {
                    return Ok(Err(stop));
                }
            }
            next = list.metadata.next;
            if next.is_empty() {
                return Ok(Ok(()));
            }
        }
    }

    async fn page(&self, namespace: Option<&str>, next: &str) -> kube::Result<String> {
        let request = Request::get(path(namespace, next)).body(Vec::new());
        let request = request.map_err(kube::Error::HttpError)?;
        self.client.request_text(request).await
    }
}

/// Check one Ingress of a list, whose items leave out what they are.
fn audit(json: &str, check_subject: &dyn Fn(&Subject<'_>) -> Vec<Diagnostic>) -> Audited {
    let mut object = ObjectRef {
        api_version: "networking.k8s.io/v1".to_owned(),
        kind: "Ingress".to_owned(),
        ..ObjectRef::default()
    };
    let ingress = match Ingress::from_json(json) {
        Ok(ingress) => ingress,
        Err(error) => {
            let place = Place::field(FieldPath::default());
            let found = Diagnostic::new(Rule::UnreadableIngress, place, error.to_string());
            return Audited {
                annotated: false,
                findings: vec![(Finding::new(found, object), String::new())],
            };
        }
    };
    let subject = &ingress.subject;
    object.namespace = subject.namespace.as_deref().map(str::to_owned);
    object.name = subject.name.as_deref().map(str::to_owned);
    let value_of = |found: &Diagnostic| {
        let key = found.place.field.annotation_key();
        let value = key.and_then(|key| subject.annotation(key));
        value.unwrap_or_default().to_owned()
    };
    Audited {
        annotated: keys::is_present(subject),
        findings: check_subject(subject)
            .into_iter()
            .map(|found| (value_of(&found), found))
            .map(|(value, found)| (Finding::new(found, object.clone()), value))
            .collect(),
    }
}

fn path(namespace: Option<&str>, next: &str) -> String {
    let mut path = match namespace {
        Some(namespace) => format!("{GROUP}/namespaces/{}/ingresses", escaped(namespace)),
        None => format!("{GROUP}/ingresses"),
    };
    let _ = write!(path, "?limit={PAGE}");
    if !next.is_empty() {
        let _ = write!(path, "&continue={}", escaped(next));
    }
    path
}

/// `text` within a URL: everything but unreserved characters is escaped
/// (RFC 3986, section 2.3).
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

/// Where to go on after 410: the list that was begun has expired, and the API
/// server says how to read the rest of a newer one.
fn resumption(error: &kube::Error) -> Option<String> {
    match error {
        kube::Error::Api(status) if status.code == 410 => {
            let metadata = status.metadata.as_ref()?;
            metadata.continue_.clone().filter(|next| !next.is_empty())
        }
        _ => None,
    }
}

/// Neither a kubeconfig nor a pod around: of the two, people intended the first.
fn nowhere(error: impl std::error::Error) -> Error {
    let reason = error.source().map_or_else(String::new, with_causes);
    Error::Configuration(format!(
        "this is no pod, and there is no kubeconfig; set KUBECONFIG: {reason}"
    ))
}

fn configuration(error: impl std::error::Error) -> Error {
    Error::Configuration(with_causes(&error))
}

fn outcome(error: &kube::Error) -> Error {
    match error {
        kube::Error::Api(status) => Error::Refused(status.message.clone()),
        kube::Error::Service(error) => Error::Unreachable(with_causes(error.as_ref())),
        other => Error::Unreachable(with_causes(other)),
    }
}

#[cfg(test)]
mod tests;
