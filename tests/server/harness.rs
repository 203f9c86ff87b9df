//! A server on ports of its own, and clients that trust it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use reqwest::{Client, ClientBuilder, Response};
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use stickler::server::certificate::{CertificateStore, CertifiedKeyPair};
use stickler::server::{Identity, Settings, Sockets, Validator, serve};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Waits until it holds; a minute is long enough for anything here.
macro_rules! until {
    ($holds:expr) => {
        let holds = async {
            loop {
                let holds: bool = $holds;
                if holds {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(crate::harness::LONG, holds).await;
        waited.expect(concat!("within a minute: ", stringify!($holds)));
    };
}
pub(crate) use until;

/// Long enough for anything here.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// What comes of it, in time: a defect fails a test, and does not hang it.
pub(crate) async fn soon<T>(awaited: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(LONG, awaited).await;
    waited.expect("within a minute")
}

/// A certificate authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    /// With changes to its own certificate.
    pub(crate) fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A leaf in PEM and its key, with changes.
    pub(crate) fn leaf(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.0).unwrap();
        (leaf.pem(), key.serialize_pem())
    }

    /// A certificate for a caller, with its key.
    pub(crate) fn caller(&self, name: &str) -> reqwest::Identity {
        let (leaf, key) = self.leaf(|params| {
            params.distinguished_name.push(DnType::CommonName, name);
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        });
        reqwest::Identity::from_pem(format!("{leaf}{key}").as_bytes()).unwrap()
    }

    /// The pair of a server.
    pub(crate) fn pair(&self) -> CertifiedKeyPair {
        let (leaf, key) = self.leaf(|_| {});
        CertifiedKeyPair::from_pem(leaf.as_bytes(), key.as_bytes(), Some(self.pem().as_bytes()))
            .unwrap()
    }
}

/// A server that runs until it is dropped or stopped.
pub(crate) struct Running {
    pub(crate) reviews: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) authority: Authority,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
}

/// Settings with nothing to wait for at the end.
pub(crate) fn settings() -> Settings {
    Settings {
        drain_delay: Duration::ZERO,
        ..Settings::default()
    }
}

/// The validator of the real server.
pub(crate) fn real() -> Validator {
    Validator::by(Arc::default())
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(real(), settings()).await
    }

    pub(crate) async fn with(validator: Validator, settings: Settings) -> Self {
        let authority = Authority::new("webhook CA");
        let identity = Identity {
            certificate: Arc::new(CertificateStore::new(authority.pair())),
            files: None,
            client_auth: None,
        };
        Self::with_identity(authority, identity, validator, settings).await
    }

    pub(crate) async fn with_identity(
        authority: Authority,
        identity: Identity,
        validator: Validator,
        settings: Settings,
    ) -> Self {
        install_provider();
        let bind = || TcpListener::bind("127.0.0.1:0");
        let sockets = Sockets {
            reviews: bind().await.unwrap(),
            admin: bind().await.unwrap(),
        };
        let reviews = sockets.reviews.local_addr().unwrap();
        let admin = sockets.admin.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let served = tokio::spawn(serve(sockets, identity, validator, settings, stopped));
        let stop = Some(stop);
        Self {
            reviews,
            admin,
            authority,
            stop,
            served,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/validate", self.reviews.port())
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        let root = reqwest::Certificate::from_der(&self.authority.der()).unwrap();
        Client::builder()
            .timeout(LONG)
            .add_root_certificate(root)
            .resolve("localhost", self.reviews)
            .no_proxy()
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// Posts a body as the API server does.
    pub(crate) async fn post(&self, body: impl Into<reqwest::Body>) -> Response {
        post(&self.client(), &self.url(), body).await.unwrap()
    }

    /// The text of a page of the admin port, and its status.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        page(self.admin, path).await
    }

    /// The value of one line of /metrics, which has to be there.
    pub(crate) async fn metric(&self, line: &str) -> f64 {
        metric(self.admin, line).await
    }

    pub(crate) fn begin_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// The end of a server that was told to stop.
    pub(crate) async fn ended(mut self) {
        soon(&mut self.served).await.unwrap().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.served.abort();
    }
}

pub(crate) async fn post(
    client: &Client,
    url: &str,
    body: impl Into<reqwest::Body>,
) -> reqwest::Result<Response> {
    let post = client.post(url).header("content-type", "application/json");
    post.body(body).send().await
}

pub(crate) fn install_provider() {
    // The second of two tests finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A review of an Ingress with one mistake.
pub(crate) fn review(uid: &str) -> Value {
    let backend = json!({"service": {"name": "tea-svc", "port": {"number": 80}}});
    let path = json!({"path": "/tea", "pathType": "Prefix", "backend": backend});
    let key = "nginx.com/sticky-cookie-services";
    json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": uid,
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "name": "cafe",
            "namespace": "default",
            "operation": "CREATE",
            "userInfo": {"username": "admin"},
            "object": {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": "cafe", "namespace": "default", "annotations": {key: "serviceName=tea-svc srv_id expire=1h path=/tea"}},
                "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": [path]}}]},
            },
        }
    })
}

/// A review of at least `bytes`, all of it in a field that nobody reads.
pub(crate) fn large_review(uid: &str, bytes: usize) -> String {
    let mut review = review(uid);
    review["request"]["object"]["status"] = json!("x".repeat(bytes));
    // The API server writes the request's fields in this order, the uid first.
    let uid = format!(r#""request":{{"uid":"{uid}","#);
    review.to_string().replace(r#""request":{"#, &uid)
}

/// A TLS connection below HTTP.
pub(crate) async fn connect(server: &Running) -> TlsStream<TcpStream> {
    connect_with(server, Vec::new()).await.unwrap()
}

/// The same, with protocols to choose from (ALPN).
pub(crate) async fn connect_with(
    server: &Running,
    protocols: Vec<Vec<u8>>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(server.authority.der()).unwrap();
    let mut config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols;
    let stream = TcpStream::connect(server.reviews).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await
}

/// The head of a request with a body of `length` bytes.
pub(crate) fn head(length: usize, query: &str) -> String {
    format!(
        "POST /validate{query} HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// One whole response: its head and its body.
pub(crate) async fn response(stream: &mut (impl AsyncRead + Unpin)) -> (String, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.unwrap().parse::<usize>().unwrap() {
                return (head.to_owned(), body.to_owned());
            }
        }
        let read = soon(stream.read_buf(&mut bytes)).await.unwrap();
        assert!(read > 0, "the connection ended after {text:?}");
    }
}

/// Reads until the peer ends the connection, whichever way.
pub(crate) async fn until_closed(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 4096];
    let closed = async { while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {} };
    soon(closed).await;
}

/// The text of a page of an admin port, and its status.
pub(crate) async fn page(admin: SocketAddr, path: &str) -> (u16, String) {
    let url = format!("http://{admin}{path}");
    let client = Client::builder().timeout(LONG).no_proxy().build().unwrap();
    let response = client.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// The value of one line of /metrics, which has to be there.
pub(crate) async fn metric(admin: SocketAddr, line: &str) -> f64 {
    let (_, text) = page(admin, "/metrics").await;
    let found = text
        .lines()
        .find_map(|it| it.strip_prefix(line)?.strip_prefix(' '));
    found
        .unwrap_or_else(|| panic!("no {line}"))
        .parse()
        .unwrap()
}
