//! `stickler serve`: flags in, a running webhook out.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

mod bounds;
mod dev;
mod logging;
mod open_files;
mod self_managed;
mod signals;

use super::{Failure, policy};
use crate::server::callers::Callers;
use crate::server::certificate::{Files, Store};
use crate::server::{self, Identity, Judging, Sockets};
use bounds::Bounds;
use dev::Dev;
use logging::LogFormat;
use self_managed::{Keeping, SelfManaged};
use signals::Signals;

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

    /// The authority that callers trust (the caBundle) in PEM: readiness is
    /// judged by it, and its end is a metric
    #[arg(
        long,
        value_name = "FILE",
        env = "STICKLER_TLS_CA",
        requires = "tls_cert"
    )]
    tls_ca: Option<PathBuf>,

    /// Only callers with a certificate of this authority (PEM) may connect
    #[arg(long, value_name = "FILE", env = "STICKLER_CLIENT_CA")]
    client_ca: Option<PathBuf>,

    /// Only callers with this common name or alternative name may connect; repeatable
    #[arg(
        long,
        value_name = "NAME",
        env = "STICKLER_CLIENT_NAME",
        value_delimiter = ',',
        requires = "client_ca"
    )]
    client_name: Vec<String>,

    /// Make a throw-away certificate for localhost and print a curl line to try it with
    #[arg(long)]
    dev: bool,

    /// Where --dev puts its CA certificate and example [default: a temporary folder]
    #[arg(long, value_name = "DIR", requires = "dev")]
    dev_dir: Option<PathBuf>,

    /// The policy to judge by, read again when it changes [default: none: enforce, nothing required]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    policy: Option<PathBuf>,

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
        let way = self.way()?;
        for caution in self.bounds.cautions() {
            tracing::warn!("{caution}");
        }
        let policy = policy::open(self.policy.as_deref())?;
        let (identity, source) = self.identity(way).await?;
        let sockets = self.bind().await?;
        if let (Source::Dev(dev), Ok(address)) = (&source, sockets.reviews.local_addr()) {
            dev.announce(address)?;
        }
        let (stop, stopped) = oneshot::channel();
        let serving = server::serve(
            sockets,
            identity,
            Judging::by(policy.into()),
            open_files::fit(self.bounds.settings(self.dev)),
            async { drop(stopped.await) },
        );
        tokio::select! {
            served = serving => served.map_err(|error| Failure::new("serving", error))?,
            () = signals.second(stop) => {
                tracing::warn!("a second signal: ending at once");
                return Ok(ExitCode::FAILURE);
            }
        }
        tracing::info!("ended");
        Ok(ExitCode::SUCCESS)
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
            let (chain, key) = (chain.clone(), key.clone());
            Way::Files(Files::new(chain, key, self.tls_ca.clone()))
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
        let callers = self.callers()?;
        let (certificate, files, source) = match way {
            Way::Files(files) => {
                let pair = files.load();
                let pair = pair.map_err(|error| Failure::new("the certificate", error))?;
                (Arc::new(Store::new(pair)), Some(files), Source::Files)
            }
            Way::SelfManaged => {
                let store = Arc::new(Store::empty());
                let interval = self.bounds.settings(false).reload_interval;
                let keeping = self.self_managed.start(Arc::clone(&store), interval);
                (store, None, Source::SelfManaged(keeping.await?))
            }
            Way::Dev => {
                let (dev, pair) = Dev::start(self.dev_dir.as_deref())?;
                (Arc::new(Store::new(pair)), None, Source::Dev(dev))
            }
        };
        let identity = Identity {
            certificate,
            files,
            callers,
        };
        Ok((identity, source))
    }

    fn callers(&self) -> Result<Option<Callers>, Failure> {
        let callers = |path: &PathBuf| read_callers(path, self.client_name.clone());
        self.client_ca.as_ref().map(callers).transpose()
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
    SelfManaged(#[expect(dead_code, reason = "ends the keeping when it is dropped")] Keeping),
    Dev(Dev),
}

fn read_callers(path: &Path, names: Vec<String>) -> Result<Callers, Failure> {
    let doing = format!("--client-ca {}", path.display());
    let pem = std::fs::read(path).map_err(|error| Failure::new(&doing, error))?;
    Callers::from_pem(&pem, names).map_err(|error| Failure::new(&doing, error))
}

async fn bind(flag: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::new(format_args!("{flag} {address}"), error))
}
