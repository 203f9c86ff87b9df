//! The real binary as a process of its own, ended with the test.

use std::net::SocketAddr;
use std::path::PathBuf;
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

use crate::harness::{Authority, LONG, install_provider, metric, page, soon};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_stickler");

type Log = Lines<BufReader<ChildStderr>>;

/// `stickler serve` with its log as JSON.
pub(crate) struct Spawned {
    child: Child,
    log: Option<Mutex<Log>>,
    /// Its files, for as long as it runs.
    folder: TempDir,
    root: CertificateDer<'static>,
    /// What it logged before it listened.
    pub(crate) first: Vec<Value>,
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

    /// `stickler serve` with a leaf of this authority in files.
    pub(crate) async fn files(authority: &Authority, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = authority.leaf(|_| {});
        let mut command = Command::new(BINARY);
        command.arg("serve").args(LOCAL).args(arguments);
        for (flag, file, text) in [
            ("--tls-cert", "tls.crt", chain),
            ("--tls-key", "tls.key", key),
        ] {
            let path = folder.path().join(file);
            std::fs::write(&path, text).unwrap();
            command.arg(flag).arg(path);
        }
        let mut child = spawn(&mut command);
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        Self::listening(child, log, folder, Some(authority.der())).await
    }

    async fn start(mut command: Command) -> Self {
        install_provider();
        let folder = tempfile::tempdir().unwrap();
        command.arg("--dev-dir").arg(folder.path());
        let mut child = spawn(&mut command);
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut started = Self::listening(child, log, folder, None).await;
        started.curl = loop {
            let line = soon(out.next_line()).await.unwrap().expect("a curl line");
            if line.trim().starts_with("curl ") {
                break line.trim().to_owned();
            }
        };
        started
    }

    /// Waits until it says where it listens. Without a root to trust it is
    /// that of the folder.
    async fn listening(
        child: Child,
        mut log: Log,
        folder: TempDir,
        root: Option<CertificateDer<'static>>,
    ) -> Self {
        install_provider();
        let mut first = Vec::new();
        let listening = loop {
            let line = soon(log.next_line()).await.unwrap();
            let line: Value = serde_json::from_str(&line.expect("a line")).unwrap();
            if line["message"] == "listening" {
                break line;
            }
            first.push(line);
        };
        let address = |name: &str| listening[name].as_str().unwrap().parse().unwrap();
        let own = || CertificateDer::from_pem_file(folder.path().join("ca.crt")).unwrap();
        Self {
            root: root.unwrap_or_else(own),
            first,
            curl: String::new(),
            reviews: address("reviews"),
            admin: address("admin"),
            child,
            log: Some(Mutex::new(log)),
            folder,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/validate", self.reviews.port())
    }

    pub(crate) fn client(&self) -> Client {
        let root = reqwest::Certificate::from_der(&self.root).unwrap();
        let builder = Client::builder().add_root_certificate(root).no_proxy();
        let builder = builder.timeout(LONG);
        builder.resolve("localhost", self.reviews).build().unwrap()
    }

    pub(crate) async fn connect(&self) -> TlsStream<TcpStream> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
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

    /// The CA of `--dev`, as a file.
    pub(crate) fn ca(&self) -> PathBuf {
        self.file("ca.crt")
    }

    /// A file of its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
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
            let line = soon(log.next_line()).await.unwrap();
            let line = line.expect("the line before the end");
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
        soon(self.child.wait()).await.unwrap().code()
    }
}

/// A port of its own for each, and a log to read.
const LOCAL: [&str; 6] = [
    "--log-format",
    "json",
    "--listen",
    "127.0.0.1:0",
    "--admin",
    "127.0.0.1:0",
];

fn arguments_of<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command, "--dev"], &LOCAL[..], more].concat()
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true).spawn().unwrap()
}
