//! `--self-managed`: the webhook makes its own certificates, and tells the API
//! server whom to trust.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use kube::{Client, Config};
use rustls::pki_types::CertificateDer;

use super::Failure;
use crate::certs::cluster::{Cluster, Places};
use crate::certs::keeper::{Keeper, News, Settings};
use crate::certs::{Leaf, Lives};
use crate::cli::duration;
use crate::server::certificate::{BadPair, Pair, Store};

/// The longest that a call of the API server may take. Nothing but the next
/// look waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where everything is, and how long it lives.
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

    /// The Secret that holds the CA; it is made if need be
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

    /// The ValidatingWebhookConfiguration whose caBundle is kept
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_WEBHOOK_CONFIGURATION",
        requires = "self_managed",
        default_value = "stickler"
    )]
    webhook_configuration: String,

    /// Another name or address that the API server calls us by, for a configuration with a url; repeatable
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_SERVER_NAME",
        requires = "self_managed",
        value_delimiter = ','
    )]
    server_name: Vec<String>,

    /// How long a CA is good for; it is replaced when a third of that is left
    #[arg(long, value_name = "DURATION", env = "STICKLER_CA_LIFE", requires = "self_managed", value_parser = duration::parse, default_value = "365d")]
    ca_life: SignedDuration,

    /// How long a certificate is good for; it is replaced when a third of that is left
    #[arg(long, value_name = "DURATION", env = "STICKLER_LEAF_LIFE", requires = "self_managed", value_parser = duration::parse, default_value = "7d")]
    leaf_life: SignedDuration,
}

/// Keeps the store filled until it is dropped.
pub(super) struct Keeping(tokio::task::JoinHandle<()>);

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl SelfManaged {
    /// Begins to fill `store`, looking every `interval`. That the API server
    /// does not answer is no reason to fail: it is asked again.
    pub(super) async fn start(
        &self,
        store: Arc<Store>,
        interval: Duration,
    ) -> Result<Keeping, Failure> {
        let lives = Lives {
            ca: self.ca_life,
            leaf: self.leaf_life,
        };
        let lives = lives.check();
        let lives = lives.map_err(|error| Failure::new("--ca-life and --leaf-life", error))?;
        let client = client().await?;
        let namespace = self.namespace.clone();
        let namespace = namespace.unwrap_or_else(|| client.default_namespace().to_owned());
        let settings = Settings {
            names: self.names(&namespace),
            lives,
            interval,
        };
        let places = Places {
            namespace,
            secret: self.secret.clone(),
            webhook_configuration: self.webhook_configuration.clone(),
        };
        let cluster = Cluster::new(client, places);
        Ok(Keeping(tokio::spawn(keep(cluster, settings, store))))
    }

    /// The name by which the API server calls a Service comes first.
    fn names(&self, namespace: &str) -> Vec<String> {
        let mut names = vec![format!("{}.{namespace}.svc", self.service)];
        names.extend(self.server_name.iter().cloned());
        names
    }
}

async fn client() -> Result<Client, Failure> {
    let doing = "--self-managed: finding the API server";
    let config = Config::infer().await;
    let mut config = config.map_err(|error| Failure::new(doing, error))?;
    config.connect_timeout = Some(PATIENCE);
    config.read_timeout = Some(PATIENCE);
    config.write_timeout = Some(PATIENCE);
    // We ask again ourselves, and say so.
    config.default_retry = false;
    Client::try_from(config).map_err(|error| Failure::new(doing, error))
}

/// Keeps, and begins anew should that ever break off: serving goes on, and
/// only a certificate that nobody renews would end it.
async fn keep(cluster: Cluster, settings: Settings, store: Arc<Store>) {
    loop {
        let keeper = Keeper::new(cluster.clone(), settings.clone());
        let store = Arc::clone(&store);
        let mut keeping = tokio::task::JoinSet::new();
        keeping.spawn(keeper.keep(move |news| tell(&store, news)));
        keeping.join_next().await;
        tracing::error!("keeping the certificate broke off; it begins anew");
        tokio::time::sleep(PATIENCE).await;
    }
}

fn tell(store: &Store, news: News<'_>) {
    match news {
        News::Took(step) => tracing::info!(step = step.as_str(), "{}", step.told()),
        News::Fine => store.recovered(),
        News::Failed(failure) => {
            tracing::error!(error = %failure, "the certificate cannot be kept; trying again");
            store.offer(Err(BadPair::Unavailable(failure.to_string())));
        }
        News::Serve(leaf, trusted) => {
            store.offer(pair(leaf, trusted));
            tracing::info!(not_after = %leaf.not_after, "serving a new certificate, or a new CA is trusted");
        }
    }
}

fn pair(leaf: &Leaf, trusted: &[CertificateDer<'static>]) -> Result<Pair, BadPair> {
    let chain = vec![leaf.certificate.clone()];
    Pair::new(chain, leaf.key.der(), Some(trusted.to_vec()))
}
