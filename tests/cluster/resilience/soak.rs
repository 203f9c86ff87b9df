//! A day in minutes: calls of all kinds while certificate and policy change
//! every second and replicas give way to others, one at a time. No call fails,
//! and the replica that stays grows in nothing.
//!
//! `make soak` takes four minutes; without `STICKLER_SOAK_SECONDS` it is a
//! quarter of one.

use std::collections::VecDeque;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::WebhookClientConfig;

use super::load::{Case, Load};
use super::rolling::{Endpoints, GOOD, behind_one_address, leave};
use crate::authority::Authority;
use crate::certs::assert_denies;
use crate::certs::swap::{mount, reloads};
use crate::cluster::cluster;
use crate::place::Place;
use crate::replica::Replica;
use crate::webhook::{BAD, install, shipped};

/// Seconds between two restarts, if the last is over.
const SHIFT: usize = 10;
/// How many connections of slow peers there are at once; four begin each second.
const MOST_SLOW: usize = 80;
/// So many seconds of calls make a replica warm, which takes so many megabytes
/// then: 62 on a quiet machine, 81 on one that is not.
const WARM_AFTER: usize = 60;
const WARM: f64 = 100.0;

fn seconds() -> usize {
    let told = std::env::var("STICKLER_SOAK_SECONDS");
    told.map_or(15, |it| it.parse().expect("a number of seconds"))
        .min(3_600)
}

/// Good and bad ones, and now and then one as large as an annotation can be.
fn mix() -> Vec<Arc<Case>> {
    let case = |value: String, denied| Arc::new(Case { value, denied });
    let good = case(GOOD.to_owned(), None);
    let bad = case(BAD.to_owned(), Some("unknown parameter 'expire'"));
    let huge = case(
        vec![BAD; 4_500].join(";"),
        Some("duplicate-service: entry 1"),
    );
    let mut mix: Vec<_> = [good, bad].into_iter().cycle().take(99).collect();
    mix.push(huge);
    mix
}

/// What is changed under the replicas' hands.
struct Mounts {
    folder: PathBuf,
    authority: Authority,
}

impl Mounts {
    fn new(place: &Place) -> Self {
        let folder = cluster().folder.join(format!("{}.mounts", place.namespace));
        fs::create_dir_all(&folder).unwrap();
        let authority = Authority::new().unwrap();
        let mounts = Self { folder, authority };
        mounts.change(0);
        mounts
    }

    /// A new certificate, and another policy that says the same of our cases.
    fn change(&self, number: usize) {
        mount(&self.folder, number, &self.authority);
        let days = number % 300 + 30;
        let policy = format!("mode: enforce\nlimits: {{maxExpires: {days}d}}\n");
        let next = self.folder.join("next.yaml");
        fs::write(&next, policy).unwrap();
        fs::rename(&next, self.policy()).unwrap();
    }

    fn policy(&self) -> PathBuf {
        self.folder.join("policy.yaml")
    }

    fn replica(&self, place: &Place, name: &str) -> Replica {
        let policy = format!("--policy={}", self.policy().display());
        let mut replica = Replica::mounted(place, name, &self.folder, &[&policy]);
        replica.until_ready();
        replica
    }
}

/// What happened beside the calls, and what became of the replica that stays.
struct Day {
    /// When replicas had ended, as the calls count time.
    ends: Vec<Duration>,
    changes: usize,
    certificates: usize,
    policies: usize,
    /// Memory and open files, once a second.
    weights: Vec<(f64, usize)>,
}

/// Changes everything once a second, and replaces a replica now and then.
struct Operator {
    place: Arc<Place>,
    mounts: Mounts,
    endpoints: Endpoints,
    stays: Replica,
    others: VecDeque<Replica>,
    /// The one that drains, for as long as it is set by default.
    leaving: Option<Replica>,
    /// Peers that do not go on: half a handshake, silence, and connections of
    /// the admin port that have asked once or half.
    slow: VecDeque<TcpStream>,
}

impl Operator {
    fn work(mut self, load: &Load, seconds: usize) -> (Self, Day) {
        let mut day = Day {
            ends: Vec::new(),
            changes: 0,
            certificates: 0,
            policies: 0,
            weights: Vec::new(),
        };
        load.until_answered(100);
        let begin = Instant::now();
        let mut due = SHIFT / 2;
        while begin.elapsed().as_secs() < seconds as u64 || self.leaving.is_some() {
            let most = seconds as u64 + 120;
            assert!(begin.elapsed().as_secs() < most, "a replica does not end");
            day.changes += 1;
            self.mounts.change(day.changes);
            self.pester();
            self.replace(load, &mut day.ends);
            let passed = begin.elapsed().as_secs();
            if self.leaving.is_none() && (due as u64..seconds as u64).contains(&passed) {
                due += SHIFT;
                let mut old = self.others.pop_front().expect("a replica");
                leave(&mut old, &self.endpoints);
                self.leaving = Some(old);
            }
            day.weights.push(self.stays.weight());
            std::thread::sleep(Duration::from_secs(1));
        }
        load.end();
        day.certificates = reloads(&self.stays);
        day.policies = reloads_of_the_policy(&self.stays);
        (self, day)
    }

    /// Puts another in the place of one that has left.
    fn replace(&mut self, load: &Load, ends: &mut Vec<Duration>) {
        let Some(status) = self.leaving.as_mut().and_then(Replica::ended) else {
            return;
        };
        let log = self.leaving.take().map(|it| it.log());
        assert_eq!(status.code(), Some(0), "{log:?}");
        ends.push(load.age());
        let name = format!("other-{}", ends.len());
        let new = self.mounts.replica(&self.place, &name);
        self.endpoints.lock().unwrap().push(new.reviews.clone());
        self.others.push_back(new);
    }

    fn pester(&mut self) {
        let admin = &self.stays.admin;
        for (address, beginning) in [
            (
                &self.stays.reviews,
                &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..],
            ),
            (&self.stays.reviews, b""),
            (admin, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"),
            (admin, b"GET /livez HTTP/1.1\r\nHos"),
        ] {
            let mut peer = TcpStream::connect(address).unwrap();
            peer.write_all(beginning).unwrap();
            self.slow.push_back(peer);
        }
        while self.slow.len() > MOST_SLOW {
            self.slow.pop_front();
        }
    }
}

fn reloads_of_the_policy(replica: &Replica) -> usize {
    let metrics = replica.get("/metrics").unwrap();
    let name = "stickler_policy_reloads_total{result=\"ok\"} ";
    let count = metrics.lines().find_map(|line| line.strip_prefix(name));
    count.unwrap().parse().unwrap()
}

async fn call(place: &Place, url: &str, ca: &str) {
    let mut configuration = shipped(place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some(url.to_owned()),
            ca_bundle: Some(ByteString(ca.into())),
            service: None,
        };
    }
    install(place, &configuration).await;
    assert_denies(place).await;
}

#[tokio::test]
async fn a_day_in_minutes_fails_no_call_and_grows_nothing() {
    let (seconds, place) = (seconds(), Arc::new(Place::open("soak").await));
    let mounts = Mounts::new(&place);
    let [stays, first, second] =
        ["stays", "first", "second"].map(|name| mounts.replica(&place, name));
    let endpoints = [&stays, &first, &second].map(|replica| replica.reviews.clone());
    let endpoints: Endpoints = Arc::new(Mutex::new(endpoints.into()));
    let balancer = behind_one_address(&endpoints);
    let url = format!("https://{}/validate", balancer.address);
    call(&place, &url, mounts.authority.certificate()).await;

    let load = Arc::new(Load::new(mix(), 250 * seconds + 10_000));
    let operator = Operator {
        place: Arc::clone(&place),
        mounts,
        endpoints,
        stays,
        others: [first, second].into(),
        leaving: None,
        slow: VecDeque::new(),
    };
    let day = tokio::task::spawn_blocking({
        let load = Arc::clone(&load);
        move || operator.work(&load, seconds)
    });
    let figures = load.run(place).await;
    // The replicas outlive the last call.
    let (_operator, day) = day.await.unwrap();
    day.print(&figures);
    assert_eq!(figures.failed, Vec::<String>::new());
    day.is_flat();
}

impl Day {
    /// Memory at most, and open files at most, in a part of the day.
    fn most(&self, part: std::ops::Range<usize>) -> (f64, usize) {
        let weights = &self.weights[part];
        let memory = weights.iter().map(|it| it.0).fold(0.0, f64::max);
        (memory, weights.iter().map(|it| it.1).max().unwrap_or(0))
    }

    /// The second half takes no more than the first, but for what chance adds,
    /// or than a replica takes anyhow where the day ends before it is warm.
    fn is_flat(&self) {
        let half = self.weights.len() / 2;
        let (before, after) = (self.most(0..half), self.most(half..self.weights.len()));
        let warm = if half < WARM_AFTER { WARM } else { 0.0 };
        assert!(
            after.0 <= (before.0 * 1.25 + 8.0).max(warm),
            "memory {before:?} {after:?}"
        );
        assert!(
            after.1 <= before.1 + MOST_SLOW,
            "files {before:?} {after:?}"
        );
        assert!(self.certificates > 0 && self.policies > 0);
    }

    #[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
    fn print(&self, figures: &super::load::Figures) {
        println!(
            "{} calls in {:.0?}, {} failed; the longest pause {:.0?}, the slowest call {:.0?}",
            figures.calls,
            figures.took,
            figures.failed.len(),
            figures.pause,
            figures.slowest
        );
        println!(
            "{} replicas replaced, the old ones gone after {:.0?}; {} changes, of which the one that stayed took {} certificates and {} policies",
            self.ends.len(),
            self.ends,
            self.changes,
            self.certificates,
            self.policies
        );
        for fault in &figures.failed {
            println!("{}", fault.split(',').next().unwrap_or_default());
        }
        println!(
            "| the replica that stayed, in each quarter | memory at most: MB | files at most |"
        );
        println!("|---|---|---|");
        let count = self.weights.len();
        for quarter in 0..4 {
            let (memory, files) = self.most(quarter * count / 4..(quarter + 1) * count / 4);
            println!("| {} | {memory:.1} | {files} |", quarter + 1);
        }
    }
}
