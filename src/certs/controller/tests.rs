//! The controller, against an API server in memory.

use std::sync::{Arc, Mutex};

use hyper::{Method, Request, Response, StatusCode};
use jiff::SignedDuration;
use kube::client::{Body, ClientBuilder};
use serde_json::{Value, json};

use super::*;
use crate::certs::clock::ServerClock;
use crate::certs::cluster::Places;

const LIFETIMES: Lifetimes = Lifetimes {
    ca: SignedDuration::from_hours(90),
    leaf: SignedDuration::from_hours(30),
};

/// What the API server stores, and how it answers.
#[derive(Default)]
struct State {
    secret: Option<Value>,
    configuration: Option<Value>,
    /// How often anything was written.
    writes: u32,
    /// What `Date` says.
    date: Option<String>,
    /// The method and the end of the path of a call that is forbidden.
    forbidden: Option<(Method, &'static str)>,
    /// Whether the next write of the Secret comes second.
    conflict: bool,
    /// Whether another client takes the `caBundle` back at once.
    contended: bool,
}

/// An API server in memory.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<State>>);

impl Server {
    /// With a configuration that trusts no CA yet.
    fn new() -> Self {
        let server = Self::default();
        server.state().configuration = Some(json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "stickler", "resourceVersion": "1"},
            "webhooks": [{"name": "a.example", "clientConfig": {},
                "sideEffects": "None", "admissionReviewVersions": ["v1"]}],
        }));
        server
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn controller(&self) -> CertificateController {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = body.collect_bytes().await?;
                let body = serde_json::from_slice(&body).unwrap_or_default();
                Ok::<_, kube::Error>(server.state().answer(&head.method, head.uri.path(), body))
            }
        });
        let clock = ServerClock::default();
        let client = ClientBuilder::new(service, "stickler").with_layer(&clock.layer());
        let places = Places {
            namespace: "stickler".to_owned(),
            secret: "stickler-ca".to_owned(),
            webhook_configuration: "stickler".to_owned(),
        };
        let settings = Settings {
            names: vec!["stickler.stickler.svc".to_owned()],
            lifetimes: LIFETIMES,
            interval: Duration::from_secs(5),
        };
        CertificateController::new(Cluster::new(client.build(), clock, places), settings)
    }

    /// One pass while both clocks show `hour`.
    async fn pass(&self, controller: &mut CertificateController, hour: i64) -> Pass {
        self.pass_with(controller, at(hour), Some(at(hour))).await
    }

    /// One pass at `here` where the API server's clock shows `there`.
    async fn pass_with(
        &self,
        controller: &mut CertificateController,
        here: Timestamp,
        there: Option<Timestamp>,
    ) -> Pass {
        self.state().date = there.map(|there| {
            let date = there.strftime("%a, %d %b %Y %H:%M:%S GMT");
            date.to_string()
        });
        let mut pass = Pass::default();
        let mut on_event = |event: Event<'_>| match event {
            Event::Took(step) => pass.steps.push(step),
            Event::Serve(leaf, trusted) => {
                pass.served = Some((leaf.certificate.clone(), trusted.to_vec()));
            }
            Event::Failed(_) | Event::Succeeded => panic!("a pass does not report itself"),
        };
        let result = controller.reconcile(here, &mut on_event).await;
        let failure = result.err().map(|failure| failure.to_string());
        Pass { failure, ..pass }
    }
}

/// What one pass came to.
#[derive(Default)]
struct Pass {
    steps: Vec<Step>,
    served: Option<(CertificateDer<'static>, Vec<CertificateDer<'static>>)>,
    failure: Option<String>,
}

impl Pass {
    /// How many CAs callers trust, where anything new is served.
    fn trusted(&self) -> Option<usize> {
        self.served.as_ref().map(|(_, trusted)| trusted.len())
    }
}

impl State {
    fn answer(&mut self, method: &Method, path: &str, body: Value) -> Response<Body> {
        let (code, object) = self.handle(method, path, body);
        let mut answer = Response::builder().status(code);
        if let Some(date) = &self.date {
            answer = answer.header("date", date);
        }
        answer
            .body(Body::from(object.to_string().into_bytes()))
            .unwrap()
    }

    fn handle(&mut self, method: &Method, path: &str, body: Value) -> (StatusCode, Value) {
        let forbidden = self.forbidden.as_ref();
        if forbidden.is_some_and(|(verb, end)| verb == method && path.ends_with(end)) {
            return failure(StatusCode::FORBIDDEN, "Forbidden");
        }
        if *method == Method::GET {
            let of_secret = path.ends_with("/secrets/stickler-ca");
            let object = if of_secret {
                &self.secret
            } else {
                &self.configuration
            };
            let found = object.clone().map(|object| (StatusCode::OK, object));
            return found.unwrap_or_else(|| failure(StatusCode::NOT_FOUND, "NotFound"));
        }
        if *method == Method::PATCH {
            return self.apply(&body);
        }
        let stored = self.secret.as_ref();
        let stored = stored.map(|secret| &secret["metadata"]["resourceVersion"]);
        let sent = body["metadata"].get("resourceVersion");
        if std::mem::take(&mut self.conflict) || stored != sent {
            return failure(StatusCode::CONFLICT, "Conflict");
        }
        self.writes += 1;
        let mut secret = body;
        secret["metadata"]["resourceVersion"] = json!(self.writes.to_string());
        self.secret = Some(secret.clone());
        (StatusCode::OK, secret)
    }

    /// Server-side apply of the `caBundle`s.
    fn apply(&mut self, body: &Value) -> (StatusCode, Value) {
        self.writes += 1;
        let configuration = self.configuration.as_mut().unwrap();
        if !self.contended {
            let bundle = body["webhooks"][0]["clientConfig"]["caBundle"].clone();
            configuration["webhooks"][0]["clientConfig"]["caBundle"] = bundle;
        }
        (StatusCode::OK, configuration.clone())
    }
}

fn failure(code: StatusCode, reason: &str) -> (StatusCode, Value) {
    let status = json!({"apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
        "message": format!("{reason} here"), "reason": reason, "code": code.as_u16()});
    (code, status)
}

/// `hours` after the beginning of our count.
fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000_000 + hours)
}

#[tokio::test]
async fn the_first_pass_leaves_nothing_to_do() {
    let server = Server::new();
    let mut controller = server.controller();
    let first = server.pass(&mut controller, 0).await;
    assert_eq!(first.failure, None);
    assert_eq!(first.steps, [Step::Create, Step::Publish]);
    assert_eq!(first.trusted(), Some(1));
    let second = server.pass(&mut controller, 0).await;
    assert_eq!((second.failure, second.steps.len()), (None, 0));
    assert!(second.served.is_none(), "nothing has changed");
}

#[tokio::test]
async fn no_step_is_taken_while_the_clocks_disagree() {
    let minutes = SignedDuration::from_mins;
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    for skew in [days(400), days(8), days(-10), minutes(6), minutes(-6)] {
        let server = Server::new();
        let mut good = server.controller();
        let first = server.pass(&mut good, 0).await;
        assert!(first.served.is_some());
        let written = server.state().writes;
        let mut wrong = server.controller();
        for controller in [&mut good, &mut wrong] {
            let pass = server
                .pass_with(controller, at(1) + skew, Some(at(1)))
                .await;
            let failure = pass.failure.unwrap();
            assert!(failure.starts_with("the clock here ("), "{failure}");
            assert!(pass.served.is_none() && pass.steps.is_empty(), "{skew}");
        }
        assert_eq!(server.state().writes, written, "{skew}");
        let pass = server.pass(&mut wrong, 1).await;
        assert_eq!((&pass.failure, pass.trusted()), (&None, Some(1)), "{skew}");
    }
}

#[tokio::test]
async fn a_clock_within_minutes_works() {
    for minutes in [-4, 4] {
        let server = Server::new();
        let here = at(0) + SignedDuration::from_mins(minutes);
        let pass = server
            .pass_with(&mut server.controller(), here, Some(at(0)))
            .await;
        assert_eq!(
            (&pass.failure, pass.trusted()),
            (&None, Some(1)),
            "{minutes}"
        );
    }
}

#[tokio::test]
async fn an_api_server_without_a_clock_is_not_relied_on() {
    let server = Server::new();
    let pass = server
        .pass_with(&mut server.controller(), at(0), None)
        .await;
    assert!(pass.failure.unwrap().contains("no Date"));
    assert_eq!(server.state().writes, 0);
}

/// What a version of stickler without that check, or a hand, left behind.
#[tokio::test]
async fn a_ca_from_the_future_is_replaced() {
    let server = Server::new();
    server.pass(&mut server.controller(), 400 * 24).await;
    let mut controller = server.controller();
    let pass = server.pass(&mut controller, 0).await;
    assert_eq!(pass.failure, None);
    assert_eq!(pass.steps, [Step::Create, Step::Publish]);
    let (leaf, trusted) = pass.served.unwrap();
    let facts = [&leaf, &trusted[0]].map(|it| crate::certs::facts::Facts::read(it).unwrap());
    assert!(facts.iter().all(|it| it.not_before <= at(0)));
}

#[tokio::test]
async fn the_first_leaf_waits_for_the_bundle_and_the_next_does_not() {
    let server = Server::new();
    let mut controller = server.controller();
    server.state().forbidden = Some((Method::PATCH, "/stickler"));
    let pass = server.pass(&mut controller, 0).await;
    assert!(pass.served.is_none() && pass.failure.is_some());
    server.state().forbidden = None;
    assert!(server.pass(&mut controller, 0).await.served.is_some());

    server.state().forbidden = Some((Method::PATCH, "/stickler"));
    if let Some(configuration) = server.state().configuration.as_mut() {
        configuration["webhooks"][0]["clientConfig"]["caBundle"] = Value::Null;
    }
    let pass = server.pass(&mut controller, 21).await;
    assert!(pass.failure.unwrap().contains("Forbidden here"));
    assert!(pass.served.is_some(), "the leaf was due");
}

#[tokio::test]
async fn what_callers_trust_is_remembered_while_it_cannot_be_read() {
    let server = Server::new();
    let mut controller = server.controller();
    let (_, trusted) = server.pass(&mut controller, 0).await.served.unwrap();
    // Another replica prepares the next CA, which is not published yet.
    let lifetimes = LIFETIMES;
    let secret = server.state().secret.clone().unwrap();
    let mut secret: k8s_openapi::api::core::v1::Secret = serde_json::from_value(secret).unwrap();
    take(
        Step::Prepare,
        secret.data.as_mut().unwrap(),
        at(21),
        lifetimes,
    )
    .unwrap();
    server.state().secret = Some(serde_json::to_value(&secret).unwrap());
    server.state().forbidden = Some((Method::GET, "/validatingwebhookconfigurations/stickler"));
    let pass = server.pass(&mut controller, 21).await;
    assert!(pass.failure.is_some());
    assert_eq!(pass.served.unwrap().1, trusted);
}

#[tokio::test]
async fn a_changed_bundle_is_reported_while_the_leaf_is_fresh() {
    let server = Server::new();
    let mut controller = server.controller();
    server.pass(&mut controller, 0).await;
    let (leaf, _) = server.pass(&mut controller, 59).await.served.unwrap();
    let pass = server.pass(&mut controller, 61).await;
    assert_eq!(pass.steps, [Step::Prepare, Step::Publish, Step::Note]);
    let (same_leaf, trusted) = pass.served.unwrap();
    assert_eq!((same_leaf, trusted.len()), (leaf, 2));
}

#[tokio::test]
async fn a_write_that_comes_second_is_repeated() {
    let server = Server::new();
    server.state().conflict = true;
    let pass = server.pass(&mut server.controller(), 0).await;
    assert_eq!((&pass.failure, pass.trusted()), (&None, Some(1)));
}

#[tokio::test]
async fn a_conflict_without_end_is_a_failure() {
    let server = Server::new();
    server.state().contended = true;
    let pass = server.pass(&mut server.controller(), 0).await;
    assert_eq!(
        pass.failure.as_deref(),
        Some("another client keeps changing the Secret or the caBundle")
    );
    assert_eq!(pass.steps.len(), STEPS);
}

#[test]
fn pauses_grow_with_failures_and_shrink_at_a_success() {
    let seconds = Duration::from_secs;
    let mut pauses = Pauses::new(seconds(5));
    for (succeeded, expected) in [
        (true, 5),
        (false, 1),
        (false, 2),
        (false, 4),
        (false, 8),
        (false, 16),
        (false, 30),
        (false, 30),
        (true, 5),
        (false, 1),
    ] {
        let pause = pauses.after(succeeded);
        let range = seconds(expected) * 3 / 4..=seconds(expected) * 5 / 4;
        assert!(range.contains(&pause), "{pause:?} for {expected} s");
    }
}
