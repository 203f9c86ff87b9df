use rcgen::{CertificateParams, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::server::connection::Timeouts;
use crate::server::connections::Bounds;
use crate::server::metrics::Connections as Metrics;
use crate::server::tls;

/// A store with a pair that callers accept.
fn store() -> Arc<CertificateStore> {
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let authority = Some(certificate.as_bytes());
    let pair = CertifiedKeyPair::from_pem(
        certificate.as_bytes(),
        key.serialize_pem().as_bytes(),
        authority,
    );
    Arc::new(CertificateStore::new(pair.unwrap()))
}

/// Serves one handshake with the pair of `store`.
async fn serve_one(store: &Arc<CertificateStore>) -> SocketAddr {
    let config = tls::config(Arc::clone(store) as _, None).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = TlsAcceptor::from(Arc::new(config)).accept(stream).await;
    });
    address
}

/// A call to a port without connections of others.
async fn ready(address: SocketAddr, store: &Arc<CertificateStore>) -> Result<(), NotReady> {
    let second = Duration::from_secs(1);
    let bounds = Bounds {
        open: 1,
        handshakes: 1,
        timeouts: Timeouts {
            handshake: second,
            first_request: second,
            idle: second,
            stalled: second,
        },
    };
    let metrics = Metrics::registered(&prometheus::Registry::new()).unwrap();
    call(&Arc::new(Connections::new(bounds, metrics)), address, store).await
}

#[tokio::test]
async fn the_certificate_that_is_shown_must_be_ours() {
    let (ours, other) = (store(), store());
    assert_eq!(ready(serve_one(&ours).await, &ours).await, Ok(()));
    let error = ready(serve_one(&other).await, &ours).await.unwrap_err();
    assert!(matches!(error, NotReady::Call(_)), "{error}");
}

/// By a clock that goes on where all wait for it.
#[tokio::test(start_paused = true)]
async fn a_port_that_does_not_answer_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let begin = tokio::time::Instant::now();
    let address = silent.local_addr().unwrap();
    let error = ready(address, &store()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "a call to our own port failed: no answer in time"
    );
    // A kubelet waits one second.
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_clock_that_disagrees_is_not_ready_whatever_is_served() {
    let store = store();
    let why = "the clocks disagree".to_owned();
    store.update(Err(BadCertificate::Clock(why.clone())));
    let address = serve_one(&store).await;
    assert_eq!(ready(address, &store).await, Err(NotReady::Clock(why)));
    store.update(Err(BadCertificate::Unavailable("no answer".to_owned())));
    assert_eq!(ready(address, &store).await, Ok(()));
}

#[test]
fn a_socket_that_listens_everywhere_is_called_on_loopback() {
    for (bound, called) in [
        ("0.0.0.0:1", "127.0.0.1:1"),
        ("[::]:1", "[::1]:1"),
        ("192.0.2.1:1", "192.0.2.1:1"),
        ("[2001:db8::1]:1", "[2001:db8::1]:1"),
    ] {
        let called: SocketAddr = called.parse().unwrap();
        assert_eq!(reachable(bound.parse().unwrap()), called, "{bound}");
    }
}

#[test]
fn what_listens_everywhere_is_called_on_loopback() {
    for (address, called) in [
        ("0.0.0.0:8443", "127.0.0.1:8443"),
        ("[::]:8443", "[::1]:8443"),
        ("10.1.2.3:8443", "10.1.2.3:8443"),
        ("[fd00::1]:8443", "[fd00::1]:8443"),
    ] {
        let called: SocketAddr = called.parse().unwrap();
        assert_eq!(reachable(address.parse().unwrap()), called, "{address}");
    }
}
