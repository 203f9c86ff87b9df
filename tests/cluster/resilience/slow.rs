//! A webhook that is too slow, as its callers see it: ours, but for a validator
//! who waits.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::WebhookClientConfig;
use serde_json::Value;
use stickler::server::certificate::{CertificateStore, CertifiedKeyPair};
use stickler::server::{Identity, Settings, Sockets, Validator, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::authority::Authority;
use crate::certs::assert_denies;
use crate::child_guard::{Leashed, poll};
use crate::cluster::{cluster, own_control_plane};
use crate::latch::Latch;
use crate::place::Place;
use crate::webhook::{http_get, install, shipped};

/// An Ingress that takes its time, and so long that it is checked on a thread
/// of its own.
const LONG: &str = "awk '{ print } /annotations:/ { printf \"    example.com/hold: \"; \
                    for (i = 0; i < 70000; i++) printf \"x\"; print \"\" }' good.yaml";

/// A server of the library's, in this process.
struct Slow {
    reviews: SocketAddr,
    admin: SocketAddr,
    authority: Authority,
    log: PathBuf,
    latch: Latch,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Slow {
    /// On a thread and a runtime of its own, so that its log is, too.
    fn start(name: &str) -> Self {
        let authority = Authority::new().unwrap();
        let pair = authority.loopback().unwrap();
        let [certificate, key] = [&pair.certificate, &pair.key].map(String::as_bytes);
        let ca = authority.certificate().as_bytes();
        let identity = Identity {
            certificate: Arc::new(CertificateStore::new(
                CertifiedKeyPair::from_pem(certificate, key, Some(ca)).unwrap(),
            )),
            files: None,
            client_auth: None,
        };
        let log = cluster().folder.join(format!("{name}.log"));
        let lines = File::create(&log).unwrap();
        let latch = Latch::default();
        let validator = latch.validator("example.com/hold");
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || run(lines, identity, validator, &tell, stopped));
        let [reviews, admin] = told.recv().unwrap();
        Self {
            reviews,
            admin,
            authority,
            log,
            latch,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Has the API server call it, with this many seconds to answer in.
    async fn guard(&self, place: &Place, seconds: i32) {
        let mut configuration = shipped(place);
        for webhook in configuration.webhooks.iter_mut().flatten() {
            webhook.timeout_seconds = Some(seconds);
            webhook.client_config = WebhookClientConfig {
                url: Some(format!("https://{}/validate", self.reviews)),
                ca_bundle: Some(ByteString(self.authority.certificate().into())),
                service: None,
            };
        }
        install(place, &configuration).await;
        assert_denies(place).await;
    }

    /// Waits for a line on a review that was not checked.
    fn until_refusal(&self, reason: &str) -> Value {
        let line = poll(|| {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines
                .into_iter()
                .find(|line: &Value| line["refusal"] == reason)
        });
        line.unwrap_or_else(|| panic!("no line says {reason}"))
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.latch.open();
        drop(self.stop.take());
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

/// Serves until it is told to stop.
fn run(
    log: File,
    identity: Identity,
    validator: Validator,
    tell: &std::sync::mpsc::Sender<[SocketAddr; 2]>,
    stopped: oneshot::Receiver<()>,
) {
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true);
    let subscriber = subscriber.with_writer(Arc::new(log)).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let served = runtime.enable_all().build().unwrap().block_on(async {
        let bind = || TcpListener::bind("127.0.0.1:0");
        let sockets = Sockets {
            reviews: bind().await.unwrap(),
            admin: bind().await.unwrap(),
        };
        let addresses = [&sockets.reviews, &sockets.admin].map(|it| it.local_addr().unwrap());
        tell.send(addresses).unwrap();
        let settings = Settings {
            drain_delay: std::time::Duration::ZERO,
            ..Settings::default()
        };
        let stop = async { drop(stopped.await) };
        serve(sockets, identity, validator, settings, stop).await
    });
    served.unwrap();
}

#[tokio::test]
async fn a_slow_answer_says_who_ran_out_of_time() {
    let place = Place::open("slow").await;
    let slow = Slow::start("slow");
    slow.guard(&place, 2).await;
    place.session("slow", &[&format!("{LONG} | kubectl create -f -")]);
    let line = slow.until_refusal("late");
    assert_eq!(line["name"], "cafe", "{line}");
    slow.latch.open();
    place.shell(&format!("{LONG} | kubectl create -f -"));
}

#[tokio::test]
async fn a_caller_that_is_killed_leaves_a_line_with_the_uid() {
    let Some(ours) = own_control_plane("a_caller_that_is_killed_leaves_a_line_with_the_uid") else {
        return;
    };
    let place = Place::open("killed").await;
    let slow = Slow::start("killed");
    slow.guard(&place, 30).await;
    let manifest = cluster().folder.join("killed-caller.yaml");
    place.shell(&format!("{LONG} >{}", manifest.display()));
    let arguments = [
        format!("--kubeconfig={}", place.kubeconfig.display()),
        "create".to_owned(),
        format!("--filename={}", manifest.display()),
    ];
    let log = manifest.with_extension("log");
    let mut kubectl = Leashed::start(&ours.bin.join("kubectl"), arguments, log).unwrap();
    let waits = |_: &Leashed| {
        let metrics = http_get(&slow.admin.to_string(), "/metrics").ok()?;
        metrics
            .contains("stickler_in_flight_requests 1\n")
            .then_some(())
    };
    kubectl.until("a review in flight", waits).unwrap();
    drop(kubectl);
    let line = slow.until_refusal("hung-up");
    assert_eq!(line["name"], "cafe", "{line}");
    let uid = line["uid"].as_str().unwrap();
    assert_eq!(uid.len(), 36, "{line}");
}
