//! An honest caller: one connection that is kept, one review after the other.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Result;

/// Connects to servers that the authority in a file stands for.
#[derive(Clone)]
pub struct Caller {
    connector: TlsConnector,
    /// The address that it calls from.
    from: Ipv4Addr,
}

/// A connection with a server.
pub struct Call {
    stream: TlsStream<TcpStream>,
    answer: Vec<u8>,
}

impl Caller {
    pub fn trusting(authority: &Path) -> Result<Self> {
        let config = builder(authority)?.with_no_client_auth();
        Ok(Self::new(config))
    }

    /// The same with a certificate of its own.
    pub fn known_by(authority: &Path, certificate: &Path, key: &Path) -> Result<Self> {
        let chain = vec![CertificateDer::from_pem_file(certificate)?];
        let key = PrivateKeyDer::from_pem_file(key)?;
        let config = builder(authority)?.with_client_auth_cert(chain, key)?;
        Ok(Self::new(config))
    }

    fn new(config: ClientConfig) -> Self {
        Self {
            connector: TlsConnector::from(Arc::new(config)),
            from: Ipv4Addr::LOCALHOST,
        }
    }

    /// The same from another address of this machine.
    pub fn from(self, from: Ipv4Addr) -> Self {
        Self { from, ..self }
    }

    pub async fn tls(&self, address: SocketAddr) -> Result<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.from, 0).into())?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        Ok(self.connector.connect(name, stream).await?)
    }

    pub async fn call(&self, address: SocketAddr) -> Result<Call> {
        let stream = self.tls(address).await?;
        let answer = Vec::new();
        Ok(Call { stream, answer })
    }
}

fn builder(authority: &Path) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots))
}

impl Call {
    /// Waits until the server hangs up.
    pub async fn until_closed(mut self) -> Result<()> {
        let mut buffer = [0; 4096];
        while self.stream.read(&mut buffer).await? > 0 {}
        Ok(())
    }

    /// Asks, and reads the answer to its end; how long that took.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Duration> {
        let begun = Instant::now();
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        self.answer.clear();
        while !whole(&self.answer) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection ended before the answer".into());
            }
        }
        Ok(begun.elapsed())
    }

    /// The last answer, head and body.
    pub fn answer(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.answer)
    }

    /// Whether the last answer let the object in.
    pub fn allowed(&self) -> bool {
        let answer = self.answer();
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"allowed\":true")
    }
}

/// A request with a body that is sent whole.
pub fn request(body: &str) -> Vec<u8> {
    let mut request = head(body.len()).into_bytes();
    request.extend_from_slice(body.as_bytes());
    request
}

/// The head of a request with a body of `length` bytes.
pub fn head(length: usize) -> String {
    format!(
        "POST /validate?timeout=5s HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

fn whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let ours = name.eq_ignore_ascii_case("content-length");
        ours.then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| body.len() >= length)
}

/// The `percent` percentile of what is sorted here.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(index).copied().unwrap_or_default()
}
