//! What a webhook costs whoever creates an Ingress: dry-run creates through a
//! real kube-apiserver, one client, each guard in a namespace of its own and
//! all of them asked in turn.
//!
//! `cargo bench --bench apiserver` prints the table; it needs what
//! `benches/compare/run.sh` builds.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "whoever measures breaks off with whatever goes wrong, and prints a table"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::json;

#[path = "../../tests/cluster/apiserver.rs"]
#[expect(dead_code, reason = "the tests read the audit log, too")]
mod apiserver;
#[path = "../../tests/cluster/authority.rs"]
mod authority;
#[path = "../../tests/tools/built.rs"]
#[expect(dead_code, reason = "the tests name other things by keys, too")]
mod built;
#[path = "../../tests/cluster/child_guard.rs"]
#[expect(dead_code, reason = "the tests end servers with signals, too")]
mod child_guard;
#[path = "../../tests/cluster/compile.rs"]
mod compile;
mod guard;
#[path = "../../tests/cluster/parts.rs"]
mod parts;

use apiserver::ControlPlane;
use guard::Guards;

/// Creates for each guard, after some that do not count.
const CREATES: usize = 1_000;
const WARM_UP: usize = 100;

/// A value that everyone accepts.
const GOOD: &str = "serviceName=tea-svc srv_id expires=1h path=/tea";

/// Where Ingresses are created, and under what name the table has it.
struct Row {
    name: &'static str,
    namespace: &'static str,
    annotated: bool,
}

const ROWS: [Row; 6] = [
    Row::new("no webhook", "none", true),
    Row::new("(a) constant answer", "constant", true),
    Row::new("stickler", "stickler", true),
    Row::new("stickler, an Ingress without our keys", "stickler", false),
    Row::new("(c) controller-runtime", "go", true),
    Row::new("a CEL policy with the grammar", "cel", true),
];

/// The row that the others are held against.
const GO: usize = 4;

impl Row {
    const fn new(name: &'static str, namespace: &'static str, annotated: bool) -> Self {
        Self {
            name,
            namespace,
            annotated,
        }
    }

    /// Whether a bad value is refused here.
    fn refuses(&self) -> bool {
        self.annotated && !matches!(self.namespace, "none" | "constant")
    }
}

/// A folder that this run has to itself.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("apiserver-bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[tokio::main]
async fn main() {
    let folder = folder();
    let plane = ControlPlane::start(&folder, &[]).expect("a control plane");
    let client = client(&plane).await;
    let guards = Guards::install(&folder, &plane, &client).await;
    let mut times = vec![Vec::with_capacity(CREATES); ROWS.len()];
    for round in 0..WARM_UP + CREATES {
        for (row, times) in ROWS.iter().zip(&mut times) {
            let time = create(&client, row, GOOD).await.expect("a create");
            if round >= WARM_UP {
                times.push(time);
            }
        }
    }
    print(&mut times);
    drop(guards);
}

async fn client(plane: &ControlPlane) -> Client {
    let kubeconfig = Kubeconfig::read_from(&plane.kubeconfig).expect("a kubeconfig");
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let mut config = config.expect("a usable kubeconfig");
    config.proxy_url = None;
    Client::try_from(config).expect("a client")
}

/// A dry-run create, and how long it took.
async fn create(client: &Client, row: &Row, value: &str) -> kube::Result<Duration> {
    let ingresses: Api<Ingress> = Api::namespaced(client.clone(), row.namespace);
    let dry_run = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let ingress = ingress(row.annotated, value);
    let begun = Instant::now();
    ingresses.create(&dry_run, &ingress).await?;
    Ok(begun.elapsed())
}

fn ingress(annotated: bool, value: &str) -> Ingress {
    let key = if annotated {
        "nginx.org/sticky-cookie-services"
    } else {
        "nginx.org/proxy-read-timeout"
    };
    let service = json!({"name": "tea-svc", "port": {"number": 80}});
    let path = json!({"path": "/tea", "pathType": "Prefix", "backend": {"service": service}});
    let ingress = json!({
        "metadata": {"name": "cafe", "annotations": {key: value}},
        "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": [path]}}]},
    });
    serde_json::from_value(ingress).expect("an Ingress")
}

fn print(times: &mut [Vec<Duration>]) {
    let milliseconds = |times: &[Duration], percent: usize| {
        times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1e3
    };
    for times in &mut *times {
        times.sort_unstable();
    }
    let halves: Vec<_> = times.iter().map(|times| milliseconds(times, 50)).collect();
    let of_go = halves[GO] - halves[0];
    println!(
        "| {CREATES} creates each | p50 ms | p90 ms | p99 ms | added p50 ms | of what (c) adds |"
    );
    println!("|---|---|---|---|---|---|");
    for ((row, times), half) in ROWS.iter().zip(times).zip(&halves) {
        let (name, added) = (row.name, half - halves[0]);
        let [most, nearly_all] = [90, 99].map(|percent| milliseconds(times, percent));
        println!(
            "| {name} | {half:.2} | {most:.2} | {nearly_all:.2} | {added:.2} | {:.2} |",
            added / of_go
        );
    }
}
