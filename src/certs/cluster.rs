//! The few calls of the API server that managing our certificates needs: one
//! Secret and one ValidatingWebhookConfiguration, both by name.

use jiff::Timestamp;
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingWebhook, ValidatingWebhookConfiguration,
};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, Patch, PatchParams, PostParams};
use kube::client::ClientBuilder;
use kube::{Client, Config, Error};
use rustls::pki_types::CertificateDer;
use serde_json::json;

use super::clock::{ClockError, ServerClock};
use super::pem;
use super::plan::CaBundle;
use crate::lint::text::with_causes;

/// The field manager of our writes.
const FIELD_MANAGER: &str = "stickler";

/// Where the objects are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The namespace of the Secret.
    pub namespace: String,
    /// The Secret that the replicas share.
    pub secret: String,
    /// Our ValidatingWebhookConfiguration.
    pub webhook_configuration: String,
}

/// A call that failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Failed {
    /// What was asked for, such as `reading Secret stickler/stickler-ca`.
    what: String,
    /// The error of the API server, or of the connection to it.
    why: String,
}

/// The outcome of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It is written.
    Done,
    /// Another client has written since we read: read again.
    Conflict,
}

/// Our `caBundle`s as they were read, and what is needed to write them.
#[derive(Debug)]
pub struct Published {
    /// What our webhooks trust.
    pub bundle: CaBundle,
    /// Their names.
    webhooks: Vec<String>,
    resource_version: Option<String>,
}

/// The objects that we read and write.
#[derive(Clone)]
pub struct Cluster {
    places: Places,
    clock: ServerClock,
    secrets: Api<Secret>,
    configurations: Api<ValidatingWebhookConfiguration>,
}

impl Cluster {
    /// A client of the API server that `config` names. Makes no call yet.
    pub fn connect(config: Config, places: Places) -> Result<Self, Error> {
        let clock = ServerClock::default();
        let client = ClientBuilder::try_from(config)?.with_layer(&clock.layer());
        Ok(Self::new(client.build(), clock, places))
    }

    /// A client whose answers are read by `clock`.
    #[must_use]
    pub fn new(client: Client, clock: ServerClock, places: Places) -> Self {
        Self {
            clock,
            secrets: Api::namespaced(client.clone(), &places.namespace),
            configurations: Api::all(client),
            places,
        }
    }

    /// The Secret, if there is one.
    pub async fn secret(&self) -> Result<Option<Secret>, Failed> {
        let read = self.secrets.get_opt(&self.places.secret).await;
        read.map_err(|error| self.about_secret("reading", error))
    }

    /// Whether the clock of the API server that answered last agrees with `now`.
    pub fn clock_agrees(&self, now: Timestamp) -> Result<(), ClockError> {
        self.clock.agrees_with(now)
    }

    /// A Secret that does not exist yet.
    #[must_use]
    pub fn new_secret(&self) -> Secret {
        let labels = [
            ("app.kubernetes.io/name", "stickler"),
            ("app.kubernetes.io/managed-by", FIELD_MANAGER),
        ];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Secret {
            metadata: ObjectMeta {
                name: Some(self.places.secret.clone()),
                labels: Some(labels.into()),
                ..ObjectMeta::default()
            },
            ..Secret::default()
        }
    }

    /// Writes the Secret: creates it, or replaces exactly the one that was read.
    pub async fn write(&self, secret: &Secret) -> Result<Write, Failed> {
        let how = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        let written = if secret.metadata.resource_version.is_none() {
            self.secrets.create(&how, secret).await
        } else {
            let name = &self.places.secret;
            self.secrets.replace(name, &how, secret).await
        };
        outcome(written).map_err(|error| self.about_secret("writing", error))
    }

    /// What our webhooks trust.
    pub async fn published(&self) -> Result<Published, Failed> {
        let name = &self.places.webhook_configuration;
        let read = self.configurations.get_opt(name).await;
        let read = read.map_err(|error| self.about_configuration("reading", error))?;
        Ok(read.map_or(Published::NOWHERE, Published::read))
    }

    /// Makes every webhook that `published` names trust these CAs, unless the
    /// configuration was written since. Server-side apply owns nothing but the
    /// `caBundle`s, and takes them over from other field managers.
    pub async fn publish(
        &self,
        published: &Published,
        trusted: &[CertificateDer<'static>],
    ) -> Result<Write, Failed> {
        let name = &self.places.webhook_configuration;
        let how = PatchParams::apply(FIELD_MANAGER).force();
        let patch = Patch::Apply(published.patch(name, &pem::certificates(trusted)));
        let written = self.configurations.patch(name, &how, &patch).await;
        outcome(written).map_err(|error| self.about_configuration("writing the caBundle of", error))
    }

    fn about_secret(&self, doing: &str, error: Error) -> Failed {
        let Places {
            namespace, secret, ..
        } = &self.places;
        failed(format!("{doing} Secret {namespace}/{secret}"), error)
    }

    fn about_configuration(&self, doing: &str, error: Error) -> Failed {
        let name = &self.places.webhook_configuration;
        failed(
            format!("{doing} ValidatingWebhookConfiguration {name}"),
            error,
        )
    }
}

impl Published {
    const NOWHERE: Self = Self {
        bundle: CaBundle::Absent,
        webhooks: Vec::new(),
        resource_version: None,
    };

    fn read(configuration: ValidatingWebhookConfiguration) -> Self {
        let webhooks = configuration.webhooks.unwrap_or_default();
        Self {
            bundle: CaBundle::Of(webhooks.iter().map(trusted).collect()),
            webhooks: webhooks.into_iter().map(|webhook| webhook.name).collect(),
            resource_version: configuration.metadata.resource_version,
        }
    }

    /// What server-side apply is to own. The version makes it fail when the
    /// configuration was written since. One that was deleted
    /// since is not created again: the patch is incomplete, and RBAC forbids it.
    fn patch(&self, name: &str, ca_bundle: &str) -> serde_json::Value {
        let ca_bundle = k8s_openapi::ByteString(ca_bundle.as_bytes().to_vec());
        let webhook =
            |webhook: &String| json!({"name": webhook, "clientConfig": {"caBundle": ca_bundle}});
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": name, "resourceVersion": self.resource_version},
            "webhooks": self.webhooks.iter().map(webhook).collect::<Vec<_>>(),
        })
    }
}

fn trusted(webhook: &ValidatingWebhook) -> Option<Vec<CertificateDer<'static>>> {
    let bundle = webhook.client_config.ca_bundle.as_ref();
    pem::read_certificates(&bundle?.0).ok()
}

/// A write that lost a race is not a failure. `NotFound` means that the object
/// to be replaced was deleted.
fn outcome<T>(written: Result<T, Error>) -> Result<Write, Error> {
    match written {
        Ok(_) => Ok(Write::Done),
        Err(Error::Api(status))
            if status.is_conflict() || status.is_already_exists() || status.is_not_found() =>
        {
            Ok(Write::Conflict)
        }
        Err(error) => Err(error),
    }
}

fn failed(what: String, error: Error) -> Failed {
    let why = match error {
        // Its own text is all that a person needs.
        Error::Api(status) if !status.message.is_empty() => status.message,
        error => with_causes(&error),
    };
    Failed { what, why }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    /// The API server has the last word; where it has none, the error speaks.
    #[test]
    fn what_the_api_server_says_is_told_alone() {
        let forbidden = Status::failure("secrets is forbidden", "Forbidden").with_code(403);
        let silent = Status::failure("", "InternalError").with_code(500);
        for (status, told) in [(forbidden, "secrets is forbidden"), (silent, "")] {
            let error = Error::Api(Box::new(status));
            let whole = error.to_string();
            let told = if told.is_empty() { &*whole } else { told };
            let failed = failed("reading Secret a/b".to_owned(), error).to_string();
            assert_eq!(failed, format!("reading Secret a/b: {told}"));
        }
    }
}
