//! The real binary as a process of its own, ended with the test.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;

use reqwest::Client;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::harness::{install_provider, metric, page};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_stickler");

/// `stickler serve --dev` with its log as JSON.
pub(crate) struct Spawned {
    child: Child,
    log: Option<Mutex<Lines<BufReader<ChildStderr>>>>,
    folder: TempDir,
    pub(crate) curl: String,
    pub(crate) reviews: SocketAddr,
    pub(crate) admin: SocketAddr,
}

impl Spawned {
    pub(crate) async fn dev(arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.args(arguments_of("serve", arguments));
        Self::start(command).await
    }

    /// With no more than `files` open files.
    pub(crate) async fn limited(files: usize) -> Self {
        Self::by_shell(&format!("ulimit -n {files}")).await
    }

    /// The same, but the process may raise the limit.
    pub(crate) async fn soft_limited(files: usize) -> Self {
        Self::by_shell(&format!("ulimit -S -n {files}")).await
    }

    async fn by_shell(first: &str) -> Self {
        let mut command = Command::new("sh");
        let script = format!("{first}; exec \"$0\" \"$@\"");
        command
            .args(["-c", &script, BINARY])
            .args(arguments_of("serve", &[]));
        Self::start(command).await
    }

    async fn start(mut command: Command) -> Self {
        install_provider();
        let folder = tempfile::tempdir().unwrap();
        command.arg("--dev-dir").arg(folder.path());
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening: Value =
            serde_json::from_str(&log.next_line().await.unwrap().unwrap()).unwrap();
        let address = |name: &str| listening[name].as_str().unwrap().parse().unwrap();
        let curl = loop {
            let line = out.next_line().await.unwrap().expect("a curl line");
            if line.trim().starts_with("curl ") {
                break line.trim().to_owned();
            }
        };
        Self {
            curl,
            reviews: address("reviews"),
            admin: address("admin"),
            child,
            log: Some(Mutex::new(log)),
            folder,
        }
    }

    fn root(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.folder.path().join("ca.crt")).unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/validate", self.reviews.port())
    }

    pub(crate) fn client(&self) -> Client {
        let root = reqwest::Certificate::from_der(&self.root()).unwrap();
        let builder = Client::builder().add_root_certificate(root).no_proxy();
        builder.resolve("localhost", self.reviews).build().unwrap()
    }

    pub(crate) async fn connect(&self) -> TlsStream<TcpStream> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.root()).unwrap();
        let config = rustls::ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.reviews).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        page(self.admin, path).await
    }

    pub(crate) async fn metric(&self, line: &str) -> f64 {
        metric(self.admin, line).await
    }

    /// Reads the log up to the line that is looked for.
    pub(crate) async fn line(&self, found: impl Fn(&Value) -> bool) -> Value {
        let mut log = self.log.as_ref().unwrap().lock().await;
        loop {
            let line = log
                .next_line()
                .await
                .unwrap()
                .expect("the line before the end");
            let line: Value = serde_json::from_str(&line).unwrap();
            if found(&line) {
                return line;
            }
        }
    }

    /// The reader of the log goes away.
    pub(crate) fn close_log(&mut self) {
        self.log = None;
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status();
        assert!(killed.unwrap().success());
    }

    pub(crate) async fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }
}

fn arguments_of<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = [
        "--dev",
        "--log-format",
        "json",
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ];
    [&[command], &fixed[..], more].concat()
}
