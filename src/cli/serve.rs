//! `stickler serve`: flags in, a running webhook out.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rustls::server::ResolvesServerCert;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

mod dev;
mod logging;

use super::{Failure, policy};
use crate::admission::{self, Terms};
use crate::server::certificate::Pair;
use crate::server::{self, Settings, Sockets};
use dev::Dev;
use logging::LogFormat;

/// Run the webhook
///
/// Reviews are answered at POST /validate over HTTPS; probes and metrics are
/// at /livez, /readyz and /metrics on a plain HTTP port of their own.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler serve --dev
      a local webhook with a throw-away certificate, and a curl line to try it with
  stickler serve --tls-cert /certs/tls.crt --tls-key /certs/tls.key
      the webhook in a Pod, with a mounted Secret")]
pub(super) struct Serve {
    /// The certificate chain in PEM, leaf first
    #[arg(
        long,
        value_name = "FILE",
        env = "STICKLER_TLS_CERT",
        required_unless_present = "dev",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate in PEM
    #[arg(
        long,
        value_name = "FILE",
        env = "STICKLER_TLS_KEY",
        required_unless_present = "dev",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,

    /// Make a throw-away certificate for localhost and print a curl line to try it with
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"])]
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

    /// How long to go on serving after SIGTERM, in seconds [default: 10; with --dev 0]
    ///
    /// Readiness fails at once; the delay is the time that the cluster needs
    /// to send nobody here any more.
    #[arg(long, value_name = "SECONDS", env = "STICKLER_DRAIN_DELAY", value_parser = seconds)]
    drain_delay: Option<Duration>,

    /// How log lines look [default: json; with --dev text]
    #[arg(long, value_enum, value_name = "FORMAT", env = "STICKLER_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        logging::start(self.log_format.unwrap_or(if self.dev {
            LogFormat::Text
        } else {
            LogFormat::Json
        }));
        let runtime = tokio::runtime::Runtime::new();
        let runtime = runtime.map_err(|error| Failure::new("starting threads", error))?;
        let served = runtime.block_on(self.serve());
        // What hangs on a blocking thread does not hold up the end.
        runtime.shutdown_background();
        served
    }

    async fn serve(self) -> Result<ExitCode, Failure> {
        let sockets = self.bind().await?;
        let (certificate, _dev) = self.certificate(&sockets)?;
        let mut signals = Signals::new()?;
        let (stop, stopped) = oneshot::channel();
        let policy = Arc::new(policy::open(self.policy.as_deref())?);
        let serving = server::serve(
            sockets,
            certificate,
            Box::new(move |body| admission::answer(body, &Terms::now(policy.snapshot()))),
            self.settings(),
            async { drop(stopped.await) },
        );
        tokio::select! {
            served = serving => served.map_err(|error| Failure::new("serving", error))?,
            () = signals.second(stop) => {
                tracing::warn!("a second signal: ending at once");
                return Ok(ExitCode::FAILURE);
            }
        }
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

    /// The certificate, and with `--dev` what must live as long as the server.
    fn certificate(
        &self,
        sockets: &Sockets,
    ) -> Result<(Arc<dyn ResolvesServerCert>, Option<Dev>), Failure> {
        if let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) {
            let pair = Pair::load(chain, key);
            let pair = pair.map_err(|error| Failure::new("--tls-cert and --tls-key", error))?;
            return Ok((Arc::new(pair), None));
        }
        let (dev, pair) = Dev::start(self.dev_dir.as_deref())?;
        let address = sockets.reviews.local_addr();
        let address = address.map_err(|error| Failure::new("--listen", error))?;
        dev.announce(address)?;
        Ok((Arc::new(pair), Some(dev)))
    }

    fn settings(&self) -> Settings {
        let default = Settings::default();
        let drain_delay = if self.dev {
            Duration::ZERO
        } else {
            default.drain_delay
        };
        Settings {
            drain_delay: self.drain_delay.unwrap_or(drain_delay),
            ..default
        }
    }
}

async fn bind(flag: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::new(format_args!("{flag} {address}"), error))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// SIGTERM from a kubelet, SIGINT from a terminal.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::new("signals", error));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Tells `stop` of the first signal, and returns at the second.
    async fn second(&mut self, stop: oneshot::Sender<()>) {
        self.next().await;
        let _ = stop.send(());
        self.next().await;
    }
}
