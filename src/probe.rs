//! The API server's side of a review: sends one to a running webhook, so that
//! an installation can be tried without touching a cluster's objects.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A review whose Ingress has a mistake in it: `expire=` for `expires=`.
pub(crate) const REVIEW: &str = include_str!("probe/review.json");

/// The most that is read of an answer, in bytes.
const ANSWER: usize = 1 << 20;

/// What the webhook made of the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It denied, with this message.
    Denied(String),
    /// It found the mistake, and let it through as its policy has it.
    Tolerated,
    /// It found nothing.
    Missed,
}

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is not `https://HOST[:PORT]/PATH`.
    #[error("not an address such as https://stickler.stickler.svc/validate")]
    Address,
    /// The CA's certificate cannot be used.
    #[error("the CA: {0}")]
    Authority(String),
    /// No connection, no handshake, or no HTTP.
    #[error("{0}")]
    Call(#[from] io::Error),
    /// An HTTP error.
    #[error("HTTP status {0}")]
    Status(hyper::StatusCode),
    /// Something else than an AdmissionReview with our uid.
    #[error("no AdmissionReview in the answer: {0}")]
    Answer(String),
    /// It took longer than any API server waits.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
}

/// Sends the review to `address` over TLS, trusting `authority` (PEM) alone.
pub async fn probe(address: &Uri, authority: &[u8], patience: Duration) -> Result<Outcome, Error> {
    let asked = tokio::time::timeout(patience, ask(address, authority)).await;
    read(&asked.map_err(|_| Error::Late(patience))??)
}

async fn ask(address: &Uri, authority: &[u8]) -> Result<Bytes, Error> {
    let host = address.host().ok_or(Error::Address)?;
    if address.scheme_str() != Some("https") {
        return Err(Error::Address);
    }
    // An IPv6 address is in brackets.
    let host = host.trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Error::Address)?;
    let tls = TlsConnector::from(Arc::new(trusting(authority)?));
    let stream = TcpStream::connect((host, address.port_u16().unwrap_or(443))).await?;
    let stream = tls.connect(name, stream).await?;
    send(TokioIo::new(stream), address).await
}

/// One request over a connection of its own.
async fn send(stream: impl Stream, address: &Uri) -> Result<Bytes, Error> {
    let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    let path = address.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::post(path)
        .header(
            header::HOST,
            address.authority().map_or("", |it| it.as_str()),
        )
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from_static(REVIEW.as_bytes())))
        .map_err(io::Error::other)?;
    let answer = sender.send_request(request).await;
    let answer = answer.map_err(io::Error::other)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(Error::Status(status));
    }
    let body = Limited::new(answer.into_body(), ANSWER).collect().await;
    connection.abort();
    Ok(body.map_err(io::Error::other)?.to_bytes())
}

/// What hyper speaks over.
trait Stream: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static {}
impl<T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static> Stream for T {}

fn trusting(authority: &[u8]) -> Result<ClientConfig, Error> {
    let bad = |error: &dyn ToString| Error::Authority(error.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authority) {
        let certificate = certificate.map_err(|error| bad(&error))?;
        roots.add(certificate).map_err(|error| bad(&error))?;
    }
    if roots.is_empty() {
        return Err(bad(&"no certificate in it"));
    }
    let provider = crate::crypto::provider();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(&error))?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read(answer: &[u8]) -> Result<Outcome, Error> {
    let json = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body);
    let answer = json(answer).map_err(|error| Error::Answer(error.to_string()))?;
    let asked = json(REVIEW.as_bytes()).map_err(|error| Error::Answer(error.to_string()))?;
    let response = &answer["response"];
    if response["uid"] != asked["request"]["uid"] {
        return Err(Error::Answer(
            "its uid is not that of the request".to_owned(),
        ));
    }
    let found =
        response["warnings"].is_array() || response["auditAnnotations"]["violations"].is_string();
    let message = || response["status"]["message"].as_str().unwrap_or_default();
    match (response["allowed"].as_bool(), found) {
        (Some(false), _) => Ok(Outcome::Denied(message().to_owned())),
        (Some(true), true) => Ok(Outcome::Tolerated),
        (Some(true), false) => Ok(Outcome::Missed),
        (None, _) => Err(Error::Answer(
            "it does not say whether it allows".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "00000000-0000-4000-8000-000000000000";

    fn answer(response: &serde_json::Value) -> String {
        match read(response.to_string().as_bytes()) {
            Ok(outcome) => format!("{outcome:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn outcomes() {
        for (response, outcome) in [
            (
                serde_json::json!({"uid": UID, "allowed": false, "status": {"message": "no"}}),
                r#"Denied("no")"#,
            ),
            (
                serde_json::json!({"uid": UID, "allowed": true, "warnings": ["w"]}),
                "Tolerated",
            ),
            (
                serde_json::json!({"uid": UID, "allowed": true, "auditAnnotations": {"violations": "r"}}),
                "Tolerated",
            ),
            (serde_json::json!({"uid": UID, "allowed": true}), "Missed"),
            (
                serde_json::json!({"uid": "other", "allowed": false}),
                "no AdmissionReview in the answer: its uid is not that of the request",
            ),
            (
                serde_json::json!({"uid": UID}),
                "no AdmissionReview in the answer: it does not say whether it allows",
            ),
        ] {
            let review = serde_json::json!({"response": response});
            assert_eq!(answer(&review), outcome, "{review}");
        }
    }

    #[test]
    fn a_ca_must_hold_a_certificate() {
        let error = trusting(b"").map(drop).unwrap_err();
        assert_eq!(error.to_string(), "the CA: no certificate in it");
    }
}
