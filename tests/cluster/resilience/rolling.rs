//! An upgrade under load: each replica gives way to a new one, and no call
//! fails.

use std::sync::{Arc, Mutex};

use super::load::{Case, Load};
use crate::balancer::Balancer;
use crate::certs::{configure, until_bundle, until_denies};
use crate::place::Place;
use crate::replica::Replica;
use crate::webhook::BAD;

pub(super) const GOOD: &str = "serviceName=coffee-svc srv_id expires=1h path=/coffee";

/// No more calls than this are made.
const MOST: usize = 30_000;
/// Calls before the first restart, and after the last.
const MARGIN: usize = 300;

/// Addresses that get new connections, as an EndpointSlice has them.
pub(super) type Endpoints = Arc<Mutex<Vec<String>>>;

/// Sends each new connection to the next of the `endpoints`.
pub(super) fn behind_one_address(endpoints: &Endpoints) -> Balancer {
    let endpoints = Arc::clone(endpoints);
    let mut turn = 0;
    Balancer::by("127.0.0.1:0", move || {
        turn += 1;
        let endpoints = endpoints.lock().unwrap();
        let next = turn % endpoints.len().max(1);
        endpoints.get(next).cloned()
    })
}

/// A replica with the chart's way of certificates, not ready yet.
fn replica(place: &Place, name: &str) -> Replica {
    Replica::start(place, name, &place.kubeconfig, &["--drain-delay=2"])
}

/// Good and bad ones in turn.
fn mix() -> Vec<Arc<Case>> {
    let case = |value: &str, denied| {
        let value = value.to_owned();
        Arc::new(Case { value, denied })
    };
    vec![
        case(GOOD, None),
        case(BAD, Some("unknown parameter 'expire'")),
    ]
}

/// How many reviews a log tells of.
fn reviewed(log: &str) -> usize {
    log.matches(r#""message":"reviewed""#).count()
}

#[tokio::test]
async fn a_rolling_restart_fails_no_call() {
    let place = Arc::new(Place::open("rolling").await);
    let mut replicas = ["first", "second"].map(|name| replica(&place, name));
    let endpoints = replicas.iter().map(|replica| replica.reviews.clone());
    let endpoints: Endpoints = Arc::new(Mutex::new(endpoints.collect()));
    let balancer = behind_one_address(&endpoints);
    configure(&place, &format!("https://{}/validate", balancer.address)).await;
    replicas.iter_mut().for_each(Replica::until_ready);
    until_bundle(&place, |bundle| bundle.contains("BEGIN")).await;
    until_denies(&place).await;

    let load = Arc::new(Load::new(mix(), MOST));
    let restarts = tokio::task::spawn_blocking({
        let (load, place) = (Arc::clone(&load), Arc::clone(&place));
        move || restart_all(&load, &place, replicas, &endpoints)
    });
    let figures = load.run(place).await;
    println!(
        "{} calls in {:.1?} during two restarts, {} failed, the longest pause {:.0?}, the slowest call {:.0?}",
        figures.calls,
        figures.took,
        figures.failed.len(),
        figures.pause,
        figures.slowest
    );
    let new = restarts.await.unwrap();
    assert_eq!(figures.failed, Vec::<String>::new());
    let reviews: usize = new.iter().map(|replica| reviewed(&replica.log())).sum();
    assert!(reviews > MARGIN, "{reviews} reviews by the new replicas");
}

/// One after the other, with calls before, between and after.
fn restart_all(
    load: &Load,
    place: &Place,
    old: [Replica; 2],
    endpoints: &Endpoints,
) -> [Replica; 2] {
    let [first, second] = old;
    load.until_answered(MARGIN);
    let third = restart(place, first, "third", endpoints);
    load.until_answered(MARGIN);
    let fourth = restart(place, second, "fourth", endpoints);
    load.until_answered(MARGIN);
    load.end();
    [third, fourth]
}

/// Ends a replica as a kubelet does, and puts another in its place.
fn restart(place: &Place, mut old: Replica, name: &str, endpoints: &Endpoints) -> Replica {
    assert!(reviewed(&old.log()) > 0, "nobody calls the old replica");
    leave(&mut old, endpoints);
    let (status, log) = old.until_ended();
    assert_eq!(status.code(), Some(0), "{log}");
    let mut new = replica(place, name);
    new.until_ready();
    endpoints.lock().unwrap().push(new.reviews.clone());
    new
}

/// Has a replica stop. Who is not ready gets no new connections, and keeps
/// those that it has.
pub(super) fn leave(old: &mut Replica, endpoints: &Endpoints) {
    old.stop();
    old.until_readyz_says("not ready: stopping");
    let mut endpoints = endpoints.lock().unwrap();
    endpoints.retain(|address| *address != old.reviews);
}
