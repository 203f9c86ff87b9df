//! An upgrade under load: each replica gives way to a new one, and no call
//! fails.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use crate::balancer::Balancer;
use crate::certs::{assert_denies, configure, until_bundle};
use crate::leash::poll;
use crate::place::Place;
use crate::replica::Replica;
use crate::webhook::BAD;

const GOOD: &str = "serviceName=coffee-svc srv_id expires=1h path=/coffee";

/// 200 calls a second, if the machine can.
const PACE: Duration = Duration::from_millis(5);
/// No more calls than this wait for their answers at once.
const AT_ONCE: usize = 16;
/// No more calls than this are made.
const MOST: usize = 30_000;
/// Calls before the first restart, and after the last.
const MARGIN: usize = 300;

/// Addresses that get new connections, as an EndpointSlice has them.
type Endpoints = Arc<Mutex<Vec<String>>>;

/// Sends each new connection to the next of the `endpoints`.
fn behind_one_address(endpoints: &Endpoints) -> Balancer {
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

/// Calls while it is wanted, good and bad ones in turn.
#[derive(Default)]
struct Load {
    answered: AtomicUsize,
    enough: AtomicBool,
}

/// What came of it.
#[derive(Default)]
struct Figures {
    calls: usize,
    failed: Vec<String>,
    /// The longest time without an answer.
    pause: Duration,
    /// The longest time that a call took.
    slowest: Duration,
    took: Duration,
}

impl Load {
    async fn run(&self, place: Arc<Place>) -> Figures {
        let mut ticks = tokio::time::interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut calls = JoinSet::new();
        let mut figures = Figures::default();
        let (begin, mut last) = (Instant::now(), Instant::now());
        for number in 0..MOST {
            if self.enough.load(Relaxed) {
                break;
            }
            ticks.tick().await;
            calls.spawn(call(Arc::clone(&place), number));
            while let Some(done) = calls.try_join_next() {
                figures.count(Some(done), &mut last);
            }
            if calls.len() == AT_ONCE {
                figures.count(calls.join_next().await, &mut last);
            }
            self.answered.store(figures.calls, Relaxed);
        }
        while let Some(done) = calls.join_next().await {
            figures.count(Some(done), &mut last);
        }
        figures.took = begin.elapsed();
        figures
    }

    /// Waits for so many answers from now on.
    fn until_answered(&self, more: usize) {
        let goal = self.answered.load(Relaxed) + more;
        let answered = poll(|| (self.answered.load(Relaxed) >= goal).then_some(()));
        assert!(answered.is_some(), "the calls have stopped");
    }
}

/// How one call went: when it was answered, what it took, what was wrong.
struct Call {
    answered: Instant,
    took: Duration,
    fault: Option<String>,
}

async fn call(place: Arc<Place>, number: usize) -> Call {
    let begin = Instant::now();
    let value = if number.is_multiple_of(2) { GOOD } else { BAD };
    let said = place.would_take(value).await;
    let right = match &said {
        Ok(()) => value == GOOD,
        Err(status) => value == BAD && status.message.contains("unknown parameter 'expire'"),
    };
    Call {
        answered: Instant::now(),
        took: begin.elapsed(),
        fault: (!right).then(|| format!("call {number}, {value}: {said:?}")),
    }
}

impl Figures {
    fn count(&mut self, call: Option<Result<Call, JoinError>>, last: &mut Instant) {
        let call = call.expect("a call").expect("its end");
        self.calls += 1;
        self.failed.extend(call.fault);
        self.slowest = self.slowest.max(call.took);
        self.pause = self
            .pause
            .max(call.answered.saturating_duration_since(*last));
        *last = call.answered.max(*last);
    }
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
    assert_denies(&place).await;

    let load = Arc::new(Load::default());
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
    load.enough.store(true, Relaxed);
    [third, fourth]
}

/// Ends a replica as a kubelet does, and puts another in its place. Who is not
/// ready gets no new connections, and keeps those that it has.
fn restart(place: &Place, mut old: Replica, name: &str, endpoints: &Endpoints) -> Replica {
    let before = reviewed(&old.log());
    assert!(before > 0, "nobody calls the old replica");
    old.stop();
    old.until_readyz_says("not ready: stopping");
    let gone = old.reviews.clone();
    endpoints.lock().unwrap().retain(|address| *address != gone);
    let (status, log) = old.until_ended();
    assert_eq!(status.code(), Some(0), "{log}");
    let mut new = replica(place, name);
    new.until_ready();
    endpoints.lock().unwrap().push(new.reviews.clone());
    new
}
