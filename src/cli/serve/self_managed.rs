//! `--self-managed`: the webhook signs its own certificates, and writes the CA
//! into the `caBundle` that the API server reads.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use kube::Config;
use rustls::pki_types::CertificateDer;

use super::Failure;
use crate::certs::cluster::{Cluster, Places};
use crate::certs::controller::{CertificateController, Event, Failure as NotManaged, Settings};
use crate::certs::{Leaf, Lifetimes};
use crate::cli::duration;
use crate::server::certificate::{BadCertificate, CertificateStore, CertifiedKeyPair};

/// The longest that a call of the API server may take. Nothing but the next
/// look waits for it.
const TIMEOUT: Duration = Duration::from_secs(10);

const FINDING: &str = "--self-managed: finding the API server";

/// Where the objects are, and how long certificates are valid.
#[derive(Debug, Args)]
#[command(next_help_heading = "Self-managed certificates")]
pub(super) struct SelfManaged {
    /// Keep a CA in a Secret, sign with it, and write it into our webhook configuration
    ///
    /// The replicas share the Secret; each signs a short-lived certificate of
    /// its own, in memory. Needs permission to create Secrets, to get and
    /// update this one, and to get and patch the one configuration.
    #[arg(
        long = "self-managed",
        id = "self_managed",
        env = "STICKLER_SELF_MANAGED"
    )]
    pub(super) chosen: bool,

    /// The namespace of the Secret and the Service [default: the Pod's own]
    #[arg(long, env = "STICKLER_NAMESPACE", requires = "self_managed")]
    namespace: Option<String>,

    /// The Secret that holds the CA; created if it does not exist
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_SECRET",
        requires = "self_managed",
        default_value = "stickler-ca"
    )]
    secret: String,

    /// The Service that the API server calls
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_SERVICE",
        requires = "self_managed",
        default_value = "stickler"
    )]
    service: String,

    /// The ValidatingWebhookConfiguration whose caBundle is written
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_WEBHOOK_CONFIGURATION",
        requires = "self_managed",
        default_value = "stickler"
    )]
    webhook_configuration: String,

    /// How long a CA is valid; it is replaced when a third of that is left
    #[arg(long, value_name = "DURATION", env = "STICKLER_CA_LIFE", requires = "self_managed", value_parser = duration::parse, default_value = "365d")]
    ca_life: SignedDuration,

    /// How long a certificate is valid; it is replaced when a third of that is left
    #[arg(long, value_name = "DURATION", env = "STICKLER_LEAF_LIFE", requires = "self_managed", value_parser = duration::parse, default_value = "7d")]
    leaf_life: SignedDuration,
}

/// Manages the certificate until it is dropped.
pub(super) struct Managing(tokio::task::JoinHandle<()>);

impl Drop for Managing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl SelfManaged {
    /// Begins to update `store`, every `interval`. An API server that does not
    /// answer is not an error: the call is repeated.
    pub(super) async fn start(
        &self,
        store: Arc<CertificateStore>,
        names: &[String],
        interval: Duration,
    ) -> Result<Managing, Failure> {
        let lifetimes = Lifetimes {
            ca: self.ca_life,
            leaf: self.leaf_life,
        };
        let lifetimes = lifetimes.check();
        let lifetimes =
            lifetimes.map_err(|error| Failure::new("--ca-life and --leaf-life", error))?;
        let config = config().await?;
        let namespace = self.namespace.clone();
        let namespace = namespace.unwrap_or_else(|| config.default_namespace.clone());
        let settings = Settings {
            names: self.names(&namespace, names),
            lifetimes,
            interval,
        };
        let places = Places {
            namespace,
            secret: self.secret.clone(),
            webhook_configuration: self.webhook_configuration.clone(),
        };
        let cluster = Cluster::connect(config, places);
        let cluster = cluster.map_err(|error| Failure::new(FINDING, error))?;
        Ok(Managing(tokio::spawn(manage(cluster, settings, store))))
    }

    /// The name by which the API server calls a Service comes first.
    fn names(&self, namespace: &str, others: &[String]) -> Vec<String> {
        let mut names = vec![format!("{}.{namespace}.svc", self.service)];
        names.extend_from_slice(others);
        names
    }
}

async fn config() -> Result<Config, Failure> {
    let config = Config::infer().await;
    let mut config = config.map_err(|error| Failure::new(FINDING, error))?;
    config.connect_timeout = Some(TIMEOUT);
    config.read_timeout = Some(TIMEOUT);
    config.write_timeout = Some(TIMEOUT);
    // The controller repeats a call itself, and logs it.
    config.default_retry = false;
    Ok(config)
}

/// Manages the certificate, and starts again if that ends: requests are served
/// meanwhile, and would fail only once the certificate has expired.
async fn manage(cluster: Cluster, settings: Settings, store: Arc<CertificateStore>) {
    loop {
        let names = settings.names.clone();
        let controller = CertificateController::new(cluster.clone(), settings.clone());
        let store = Arc::clone(&store);
        let mut running = tokio::task::JoinSet::new();
        running.spawn(controller.run(move |event| on_event(&store, &names, event)));
        running.join_next().await;
        tracing::error!("managing the certificate failed unexpectedly; starting again");
        tokio::time::sleep(TIMEOUT).await;
    }
}

fn on_event(store: &CertificateStore, names: &[String], event: Event<'_>) {
    match event {
        Event::Took(step) => tracing::info!(step = step.as_str(), "{}", step.description()),
        Event::Succeeded => store.clear_error(),
        Event::Failed(failure) => {
            tracing::error!(error = %failure, "the certificate cannot be managed; trying again");
            store.update(Err(unavailable(failure)));
        }
        Event::Serve(leaf, trusted) => {
            let pair = pair(leaf, trusted).map(|pair| pair.with_names(names.to_vec()));
            store.update(pair);
            tracing::info!(not_after = %leaf.not_after, "serving a new certificate, or a new CA is trusted");
        }
    }
}

/// A clock that is wrong makes what is served doubtful; any other failure
/// leaves it as good as it was.
fn unavailable(failure: &NotManaged) -> BadCertificate {
    match failure {
        NotManaged::Clock(error) => BadCertificate::Clock(error.to_string()),
        failure => BadCertificate::Unavailable(failure.to_string()),
    }
}

fn pair(
    leaf: &Leaf,
    trusted: &[CertificateDer<'static>],
) -> Result<CertifiedKeyPair, BadCertificate> {
    let chain = vec![leaf.certificate.clone()];
    CertifiedKeyPair::new(chain, leaf.key.der(), Some(trusted.to_vec()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// The flags by themselves.
    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        self_managed: SelfManaged,
    }

    #[test]
    fn the_name_of_the_service_comes_before_those_that_are_asked_for() {
        let others = ["127.0.0.1".to_owned(), "stickler.example".to_owned()];
        for (flags, first) in [
            (&["serve", "--self-managed"][..], "stickler.team.svc"),
            (
                &["serve", "--self-managed", "--service", "guard"],
                "guard.team.svc",
            ),
        ] {
            let flags = Flags::parse_from(flags).self_managed;
            let names = flags.names("team", &others);
            assert_eq!(names, [first, "127.0.0.1", "stickler.example"]);
        }
    }

    #[test]
    fn a_failure_is_known_until_the_next_success() {
        let store = CertificateStore::empty();
        let on = |event: Event<'_>| {
            on_event(&store, &[], event);
            store.last_error()
        };
        let failure = NotManaged::Contended;
        let unavailable = Some(BadCertificate::Unavailable(failure.to_string()));
        assert_eq!(on(Event::Failed(&failure)), unavailable);
        assert_eq!(on(Event::Succeeded), None);
        assert_eq!(on(Event::Failed(&failure)), unavailable);
    }
}
