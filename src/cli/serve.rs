//! `stickler serve`: flags in, a running webhook out.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rustls::pki_types::ServerName;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

mod bounds;
mod dev;
mod logging;
mod open_files;
mod self_managed;
mod signals;

use super::controller::ControllerArgs;
use super::{Failure, policy};
use crate::policy::PolicyHandle;
use crate::server::certificate::{CertificateStore, Files};
use crate::server::client_auth::ClientAuth;
use crate::server::{self, Identity, Sockets, Validator};
use bounds::Bounds;
use dev::Dev;
use logging::LogFormat;
use self_managed::{Managing, SelfManaged};
use signals::Signals;

/// How long the files of a certificate may take to be read at the start.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Run the webhook
///
/// Reviews are answered at POST /validate over HTTPS; probes and metrics are
/// at /livez, /readyz and /metrics on a plain HTTP port of their own. SIGTERM
/// drains and ends; a second one ends at once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler serve --dev
      a local webhook with a throw-away certificate, and a line to try it
  stickler serve --tls-cert /certs/tls.crt --tls-key /certs/tls.key
      the webhook in a Pod, with a mounted Secret
  stickler serve --tls-cert tls.crt --tls-key tls.key \\
    --client-ca clients.crt --client-name kube-apiserver
      only the API server may call
  stickler serve --self-managed
      the webhook in a Pod that makes its own certificates")]
pub(super) struct Serve {
    /// The certificate chain in PEM, leaf first; read again when it changes
    #[arg(
        long,
        value_name = "FILE",
        env = "STICKLER_TLS_CERT",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate in PEM
    #[arg(
        long,
        value_name = "FILE",
        env = "STICKLER_TLS_KEY",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,

    /// The authority that callers trust (the caBundle) in PEM: readiness
    /// depends on it, and its expiry is a metric
    #[arg(
        long,
        value_name = "FILE",
        env = "STICKLER_TLS_CA",
        requires = "tls_cert"
    )]
    tls_ca: Option<PathBuf>,

    /// Only callers with a certificate of this CA may connect; PEM, read again when it changes
    #[arg(long, value_name = "FILE", env = "STICKLER_CLIENT_CA")]
    client_ca: Option<PathBuf>,

    /// Only callers with this common name or alternative name may connect; repeatable
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_CLIENT_NAME",
        value_delimiter = ',',
        value_parser = client_name,
        requires = "client_ca"
    )]
    client_name: Vec<String>,

    /// A name or address that the API server calls; repeatable
    ///
    /// With files, /readyz fails unless the certificate is valid for each of
    /// them. Self-managed certificates are valid for them and for the Service.
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_SERVER_NAME",
        value_delimiter = ',',
        value_parser = server_name,
        conflicts_with = "dev"
    )]
    server_name: Vec<String>,

    /// Make a throw-away certificate for localhost and print a curl line to try it with
    #[arg(long)]
    dev: bool,

    /// Where --dev puts its CA certificate and example [default: a temporary folder]
    #[arg(long, value_name = "DIR", requires = "dev")]
    dev_dir: Option<PathBuf>,

    /// The policy to apply, read again when it changes [default: none: enforce, nothing required]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    policy: Option<PathBuf>,

    #[command(flatten)]
    controller: ControllerArgs,

    /// Address for reviews, HTTPS [default: 0.0.0.0:8443; with --dev 127.0.0.1:8443]
    #[arg(long, value_name = "ADDRESS:PORT", env = "STICKLER_LISTEN")]
    listen: Option<SocketAddr>,

    /// Address for probes and metrics, HTTP [default: 0.0.0.0:8080; with --dev 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", env = "STICKLER_ADMIN")]
    admin: Option<SocketAddr>,

    /// How log lines look; RUST_LOG=debug shows more of them [default: json; with --dev text]
    #[arg(long, value_enum, value_name = "FORMAT", env = "STICKLER_LOG_FORMAT")]
    log_format: Option<LogFormat>,

    #[command(flatten)]
    self_managed: SelfManaged,

    #[command(flatten)]
    bounds: Bounds,
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let usual = if self.dev {
            LogFormat::Text
        } else {
            LogFormat::Json
        };
        let _log = logging::start(self.log_format.unwrap_or(usual))?;
        let runtime = tokio::runtime::Runtime::new();
        let runtime = runtime.map_err(|error| Failure::new("starting threads", error))?;
        let served = runtime.block_on(self.serve());
        // A blocking thread that hangs does not hold up the end.
        runtime.shutdown_background();
        served
    }

    async fn serve(self) -> Result<ExitCode, Failure> {
        // Before anyone can learn that we are here.
        let mut signals = Signals::new()?;
        let (sockets, identity, policy, _source) = tokio::select! {
            started = self.start() => started?,
            () = signals.next() => {
                tracing::info!("ended before serving");
                return Ok(ExitCode::SUCCESS);
            }
        };
        let (stop, stopped) = oneshot::channel();
        let serving = server::serve(
            sockets,
            identity,
            Validator::by(policy.into()),
            open_files::fit(self.bounds.settings(self.dev)),
            async { drop(stopped.await) },
        );
        let ended = async {
            signals.next().await;
            // A server that has stopped already need not be asked to.
            let _ = stop.send(());
            signals.next().await;
        };
        tokio::select! {
            served = serving => served.map_err(|error| Failure::new("serving", error))?,
            () = ended => {
                tracing::warn!("a second signal: ending at once");
                return Ok(ExitCode::FAILURE);
            }
        }
        tracing::info!("ended");
        Ok(ExitCode::SUCCESS)
    }

    /// Everything that has to be there before the first call.
    async fn start(&self) -> Result<(Sockets, Identity, PolicyHandle, Source), Failure> {
        let way = self.way()?;
        for caution in self.bounds.cautions() {
            tracing::warn!("{caution}");
        }
        // On a thread of its own: a mount that hangs must not hold up signals.
        let file = self.policy.clone();
        let controller = self.controller.resolve();
        let policy = tokio::task::spawn_blocking(move || policy::open(file.as_deref(), controller));
        let policy = policy
            .await
            .map_err(|error| Failure::new("the policy", error))??;
        let (identity, source) = self.identity(way).await?;
        let sockets = self.bind().await?;
        if let (Source::Dev(dev), Ok(address)) = (&source, sockets.reviews.local_addr()) {
            dev.announce(address)?;
        }
        Ok((sockets, identity, policy, source))
    }

    async fn bind(&self) -> Result<Sockets, Failure> {
        let host = if self.dev {
            [127, 0, 0, 1]
        } else {
            [0, 0, 0, 0]
        };
        let reviews = self.listen.unwrap_or(SocketAddr::from((host, 8443)));
        let admin = self.admin.unwrap_or(SocketAddr::from((host, 8080)));
        let sockets = Sockets {
            reviews: bind("--listen", reviews).await?,
            admin: bind("--admin", admin).await?,
        };
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            reviews = sockets
                .reviews
                .local_addr()
                .ok()
                .map(tracing::field::display),
            admin = sockets.admin.local_addr().ok().map(tracing::field::display),
            "listening"
        );
        Ok(sockets)
    }

    /// The one way to a certificate that was chosen: flags and environment
    /// count alike, and a switch may be set to false there.
    fn way(&self) -> Result<Way, Failure> {
        let files = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        let files = files.map(|(chain, key)| {
            let files = Files::new(chain.clone(), key.clone(), self.tls_ca.clone());
            Way::Files(files.with_names(self.server_name.clone()))
        });
        let self_managed = self.self_managed.chosen.then_some(Way::SelfManaged);
        let dev = self.dev.then_some(Way::Dev);
        let mut chosen = [files, self_managed, dev].into_iter().flatten();
        let trouble = match (chosen.next(), chosen.next()) {
            (Some(way), None) => return Ok(way),
            (Some(_), Some(_)) => "there can only be one",
            (None, _) => "there is none",
        };
        let ways = "name --tls-cert and --tls-key, or --self-managed, or --dev";
        Err(Failure::new(
            "the certificate",
            format!("{trouble}; {ways}"),
        ))
    }

    /// Who we are and who may call, and what must live as long as the server.
    async fn identity(&self, way: Way) -> Result<(Identity, Source), Failure> {
        let client_auth = self.client_auth().await?;
        let (certificate, files, source) = match way {
            Way::Files(files) => {
                let doing = "the certificate";
                let loaded = in_time(doing, move || (files.load(), files)).await?;
                let (pair, files) = loaded;
                let pair = pair.map_err(|error| Failure::new(doing, error))?;
                let store = CertificateStore::new(pair);
                (Arc::new(store), Some(files), Source::Files)
            }
            Way::SelfManaged => {
                let store = Arc::new(CertificateStore::empty());
                let interval = self.bounds.settings(false).reload_interval;
                let names = &self.server_name;
                let managing = self.self_managed.start(Arc::clone(&store), names, interval);
                (store, None, Source::SelfManaged(managing.await?))
            }
            Way::Dev => {
                let (dev, pair) = Dev::start(self.dev_dir.as_deref())?;
                (
                    Arc::new(CertificateStore::new(pair)),
                    None,
                    Source::Dev(dev),
                )
            }
        };
        let identity = Identity {
            certificate,
            files,
            client_auth,
        };
        Ok((identity, source))
    }

    async fn client_auth(&self) -> Result<Option<ClientAuth>, Failure> {
        let Some(path) = self.client_ca.clone() else {
            return Ok(None);
        };
        let doing = format!("--client-ca {}", path.display());
        let names = self.client_name.clone();
        let opened = in_time(&doing, move || ClientAuth::open(path, names)).await?;
        opened
            .map(Some)
            .map_err(|error| Failure::new(&doing, error))
    }
}

/// The ways to a certificate.
enum Way {
    Files(Files),
    SelfManaged,
    Dev,
}

/// Where the certificate comes from, and what must live as long as the server.
enum Source {
    Files,
    SelfManaged(#[expect(dead_code, reason = "ends the controller when it is dropped")] Managing),
    Dev(Dev),
}

/// What `read` returns, from a thread of its own: a hung mount must not keep
/// the process from ending.
async fn in_time<T: Send + 'static>(
    doing: &str,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let reading = tokio::task::spawn_blocking(read);
    let read = tokio::time::timeout(READ_TIMEOUT, reading).await;
    let read = read.map_err(|_| Failure::new(doing, "reading takes more than 10 s"))?;
    read.map_err(|error| Failure::new(doing, error))
}

/// A name that a client's certificate may have.
fn client_name(name: &str) -> Result<String, String> {
    match name.trim() {
        "" => Err("a name must not be empty".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// A name or an address that a server's certificate may have.
fn server_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let known = ServerName::try_from(name);
    known.map_err(|_| "expected a DNS name or an IP address".to_owned())?;
    Ok(name.to_owned())
}

async fn bind(flag: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::new(format_args!("{flag} {address}"), error))
}
